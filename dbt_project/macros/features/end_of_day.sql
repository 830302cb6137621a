{#-
    The moment at which the day so many days after a date (before it, if negative) is over: the first one that is no
    part of it. Days are counted on the date, which engines do faster than adding intervals to timestamps.
-#}
{%- macro end_of_day(date, days_later=0) -%}
    {%- set days = 1 + (days_later | int) -%}
    cast({{ date }} {{ '-' if days < 0 else '+' }} {{ days | abs }} as timestamp)
{%- endmacro -%}
