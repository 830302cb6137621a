{#-
    Condition: something that happened at a moment was known on an as-of date, whose day counts in full. NULL, which
    stands for what never happened, gives NULL and is no match.
-#}
{%- macro known_by(moment, as_of_date) -%}
    {{ moment }} < {{ end_of_day(as_of_date) }}
{%- endmacro -%}
