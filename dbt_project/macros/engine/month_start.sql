{#- First day of the month of a date or naive timestamp. The inner cast keeps the session's time zone out of it. -#}
{%- macro month_start(expression) -%}
    cast(date_trunc('month', cast({{ expression }} as timestamp)) as date)
{%- endmacro -%}
