{#-
    Condition: a moment lies in the last so many days up to and including the as-of date. Seven days up to the 31st
    begin on the 25th at midnight.
-#}
{%- macro in_last_days(moment, as_of_date, days) -%}
    ({{ moment }} >= {{ end_of_day(as_of_date, -(days | int)) }} and {{ known_by(moment, as_of_date) }})
{%- endmacro -%}
