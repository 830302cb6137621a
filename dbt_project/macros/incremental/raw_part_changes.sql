{#-
    How the raw parts of a model differ from those it was last built from: a list of
    (table_name, file_name, change) with change new, gone, changed or same, or none where that is not
    known (nothing recorded, or the platform's tables are not there).
-#}
{%- macro raw_part_changes(raw_inputs) -%}
    {%- if not has_load_records() -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set query -%}
        with current_parts as (
            {{ current_raw_parts(raw_inputs) }}
        ),

        recorded_parts as (
            select *
            from ops.model_inputs
            where model_name = '{{ model.name }}'
        )

        select
            coalesce(current_parts.table_name, recorded_parts.table_name) as table_name,
            coalesce(current_parts.file_name, recorded_parts.file_name) as file_name,
            case
                when recorded_parts.table_name is null then 'new'
                when current_parts.table_name is null then 'gone'
                when current_parts.file_sha256 is distinct from recorded_parts.file_sha256 then 'changed'
                else 'same'
            end as change,
            (select count(*) from recorded_parts) as recorded_count
        from current_parts
        full outer join recorded_parts
            on
                current_parts.source = recorded_parts.source
                and current_parts.table_name = recorded_parts.table_name
                and coalesce(current_parts.file_name, '') = coalesce(recorded_parts.file_name, '')
        order by 1, 2
    {%- endset -%}
    {%- set rows = run_query(query).rows -%}
    {%- if not rows or rows[0][3] == 0 -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set changes = [] -%}
    {%- for row in rows -%}
        {%- do changes.append({'table_name': row[0], 'file_name': row[1], 'change': row[2]}) -%}
    {%- endfor -%}
    {{- return(changes) -}}
{%- endmacro -%}

{#- Whether the platform's tables of loads and model inputs exist; plain dbt on foreign tables has none. -#}
{%- macro has_load_records() -%}
    {%- for table in ['loads', 'model_inputs'] -%}
        {%- if adapter.get_relation(database=target.database, schema='ops', identifier=table) is none -%}
            {{- return(false) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(true) -}}
{%- endmacro -%}
