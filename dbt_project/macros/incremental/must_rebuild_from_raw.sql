{#-
    Whether an increment could leave rows behind that a full build would not have. Only a new part of an
    incremental table can be worked in; anything gone or changed cannot, and neither can an unknown past.
-#}
{%- macro must_rebuild_from_raw(raw_inputs) -%}
    {%- set changes = raw_part_changes(raw_inputs) -%}
    {%- if changes is none -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- for part in changes if part.change != 'same' -%}
        {%- if part.change != 'new' or part.table_name not in raw_inputs.incremental_tables -%}
            {{- return(true) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(false) -}}
{%- endmacro -%}
