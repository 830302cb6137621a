{#- A model's folder names its schema as it stands; no target prefix, so that names are equal on every engine. -#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro -%}
