{#-
    Query of the as-of dates of a frequency: the last days of the months (or the Sundays that end the weeks) from that of
    first_date on, up to and including the day last_date.
-#}
{%- macro as_of_dates(bounds, first_date, last_date, frequency) -%}
    {%- if frequency not in ('month', 'week') -%}
        {{ exceptions.raise_compiler_error(
            "as_of_frequency is '" ~ frequency ~ "'; it may be month or week"
        ) }}
    {%- endif -%}
    select {{ last_day_of_period('periods.period_start', frequency) }} as as_of_date
    from {{ bounds }} as bounds
    cross join lateral generate_series(
        date_trunc('{{ frequency }}', cast(bounds.{{ first_date }} as timestamp)),
        cast(bounds.{{ last_date }} as timestamp),
        interval '1 {{ frequency }}'
    ) as periods (period_start)
    where {{ last_day_of_period('periods.period_start', frequency) }} <= bounds.{{ last_date }}
{%- endmacro -%}

{%- macro last_day_of_period(period_start, frequency) -%}
    (cast({{ period_start }} + interval '1 {{ frequency }}' as date) - 1)
{%- endmacro -%}
