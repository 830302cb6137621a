{#- The moment at which the horizon after the as-of date is over, and the label known whatever its value. -#}
{%- macro label_known_at(as_of_date, days) -%}
    {{ end_of_day(as_of_date, days) }}
{%- endmacro -%}
