{#- Last day of the month of a date or naive timestamp. -#}
{%- macro month_end(expression) -%}
    (cast({{ month_start(expression) }} + interval '1 month' as date) - 1)
{%- endmacro -%}
