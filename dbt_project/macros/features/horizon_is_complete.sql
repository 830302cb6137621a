{#-
    Condition: every day of the horizon after the as-of date lies within the complete days of its kind of event. A
    label is NULL until then, whatever its value is going to be: else the newest dates would hold one outcome only.
-#}
{%- macro horizon_is_complete(as_of_date, days, complete_until) -%}
    coalesce({{ as_of_date }} + {{ days | int }} <= {{ complete_until }}, false)
{%- endmacro -%}
