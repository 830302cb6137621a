{#- Names of the parts of a raw table that the model has not been built from yet. -#}
{%- macro new_raw_parts(table_name) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for part in raw_part_changes(config.get('meta').raw_inputs) or [] -%}
            {%- if part.change == 'new' and part.table_name == table_name and part.file_name is not none -%}
                {%- do names.append(part.file_name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(names) -}}
{%- endmacro -%}
