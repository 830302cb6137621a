{#-
    Condition: a value with a stretch of time [valid_from, valid_to) was the one that held when an as-of date was over.
    What it becomes later is not known yet; before its first stamp it is unknown. `intervals` is a relation.
-#}
{%- macro holds_on(intervals, as_of_date) -%}
    ({{ known_by(intervals ~ '.valid_from', as_of_date) }}
    and ({{ intervals }}.valid_to is null or {{ intervals }}.valid_to >= {{ end_of_day(as_of_date) }}))
{%- endmacro -%}
