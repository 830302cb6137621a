{#-
    Fails when the newest event of a table lies more than max_lag_days behind the newest event of the
    clock table. Data are historic, so that dbt's own freshness, which asks the wall clock, would always
    be red. An empty table passes: a missing optional file has a warning of its own.
-#}
{% test fresh_by_event_clock(model, column_name, clock, clock_column, max_lag_days, is_epoch_milliseconds=false) %}
    with newest as (
        select
            (select max({{ column_name }}) from {{ model }}) as table_clock,
            (select max("{{ clock_column }}") from {{ clock }}) as source_clock
    )

    select *
    from newest
    where
        {% if is_epoch_milliseconds %}
        source_clock - table_clock > cast({{ max_lag_days }} as bigint) * 86400000
        {% else %}
        source_clock - table_clock > interval '{{ max_lag_days }} days'
        {% endif %}
{% endtest %}
