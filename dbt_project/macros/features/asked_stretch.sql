{#-
    Condition on the as-of column of a feature table: the stretch of history that the variables as_of_from and as_of_to
    ask for, both days included. Without them, or while the table does not exist, that is all of it.
-#}
{%- macro in_asked_stretch(as_of_column) -%}
    {%- if is_stretch_asked() and is_incremental() -%}
        ({{ as_of_column }} >= {{ stretch_start() }} and {{ as_of_column }} < {{ stretch_end() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro -%}

{#- Pre-hook of feature tables, in the model's transaction: makes room for the rows of the asked stretch. -#}
{%- macro clear_asked_stretch() -%}
    {%- if execute and is_stretch_asked() and is_incremental() -%}
        {%- set as_of_column = config.get('meta').as_of_column -%}
        delete from {{ this }}
        where {{ as_of_column }} >= {{ stretch_start() }} and {{ as_of_column }} < {{ stretch_end() }}
    {%- endif -%}
{%- endmacro -%}

{%- macro is_stretch_asked() -%}
    {{- return(var('as_of_from') is not none or var('as_of_to') is not none) -}}
{%- endmacro -%}

{%- macro stretch_start() -%}
    cast('{{ checked_date(var('as_of_from') or '0001-01-01', 'as_of_from') }}' as timestamp)
{%- endmacro -%}

{%- macro stretch_end() -%}
    {{ end_of_day("date '" ~ checked_date(var('as_of_to') or '9999-12-30', 'as_of_to') ~ "'") }}
{%- endmacro -%}

{#- The value of a variable that has to be a day, in the form YYYY-MM-DD; anything else raises. -#}
{%- macro checked_date(value, name) -%}
    {%- set text = value | string -%}
    {%- if not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', text) -%}
        {{ exceptions.raise_compiler_error("the variable " ~ name ~ " is '" ~ text ~ "'; give a day as YYYY-MM-DD") }}
    {%- endif -%}
    {{- return(text) -}}
{%- endmacro -%}
