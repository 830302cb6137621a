{#- The moment at which a date is over: the first one that is not part of it. -#}
{%- macro end_of_day(date) -%}
    (cast({{ date }} as timestamp) + interval '1 day')
{%- endmacro -%}
