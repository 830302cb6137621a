{#- Condition: a moment lies in the first so many days after the as-of date, the horizon of a label. -#}
{%- macro in_next_days(moment, as_of_date, days) -%}
    ({{ moment }} >= {{ end_of_day(as_of_date) }} and {{ moment }} < {{ end_of_day(as_of_date, days) }})
{%- endmacro -%}
