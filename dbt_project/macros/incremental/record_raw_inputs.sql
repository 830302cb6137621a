{#-
    Post-hook, in the model's transaction: replaces the record of the parts the model was built from. A run
    with `--empty` or `--sample` did not read all rows, so that it leaves no record and the next run rebuilds.
-#}
{%- macro record_raw_inputs() -%}
    {{- forget_raw_inputs() if execute and has_load_records() -}}
    {{- remember_raw_inputs() if execute and has_load_records() and not flags.EMPTY and not flags.SAMPLE -}}
{%- endmacro -%}

{%- macro forget_raw_inputs() -%}
    delete from ops.model_inputs
    where model_name = '{{ model.name }}';
{%- endmacro -%}

{%- macro remember_raw_inputs() -%}
    insert into ops.model_inputs (model_name, source, table_name, file_name, file_sha256)
    select
        '{{ model.name }}' as model_name,
        current_parts.source,
        current_parts.table_name,
        current_parts.file_name,
        current_parts.file_sha256
    from (
        {{ current_raw_parts(config.get('meta').raw_inputs) }}
    ) as current_parts;
{%- endmacro -%}
