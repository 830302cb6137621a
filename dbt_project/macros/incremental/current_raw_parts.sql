{#-
    Query of what a model is built from now: the current parts of its raw tables (those of the newest
    load; a missing optional file is a part without a name) and one row for its definition, because rows
    built by other SQL or another session timeout must not stand beside new ones.

    A model declares its raw tables in `meta.raw_inputs`:
      source              the source of the tables
      incremental_tables  a new part of these is worked in by an increment
      full_refresh_tables any change of these rebuilds the model
      vars                dbt variables that change its rows
-#}
{%- macro current_raw_parts(raw_inputs) -%}
    {%- set tables = raw_inputs.get('incremental_tables', []) + raw_inputs.get('full_refresh_tables', []) -%}
    select
        loads.source,
        loads.table_name,
        loads.file_name,
        loads.file_sha256
    from ops.loads as loads
    inner join (
        select
            table_name,
            max(loaded_at) as loaded_at
        from ops.loads
        where source = '{{ raw_inputs.source }}'
        group by table_name
    ) as newest
        on loads.table_name = newest.table_name and loads.loaded_at = newest.loaded_at
    where
        loads.source = '{{ raw_inputs.source }}'
        and loads.table_name in ('{{ tables | join("', '") }}')
    union all
    select
        'dbt' as source,
        'definition' as table_name,
        cast(null as text) as file_name,
        '{{ model_definition_hash(raw_inputs.get("vars", [])) }}' as file_sha256
{%- endmacro -%}
