{#- Names of the sources that ECOM_SOURCES asks for, in a fixed order; an unknown or empty list raises. -#}
{%- macro enabled_sources() -%}
    {%- set known = ['olist', 'retailrocket'] -%}
    {%- set asked = [] -%}
    {%- for name in env_var('ECOM_SOURCES', 'olist,retailrocket').split(',') if name | trim -%}
        {%- if name | trim not in known -%}
            {{ exceptions.raise_compiler_error(
                "ECOM_SOURCES names '" ~ name | trim ~ "'; it may name " ~ known | join(', ')
            ) }}
        {%- endif -%}
        {%- do asked.append(name | trim) -%}
    {%- endfor -%}
    {%- if not asked -%}
        {{ exceptions.raise_compiler_error("ECOM_SOURCES is empty; it may name " ~ known | join(', ')) }}
    {%- endif -%}
    {{ return(known | select('in', asked) | list) }}
{%- endmacro -%}
