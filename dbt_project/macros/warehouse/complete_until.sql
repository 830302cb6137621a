{#-
    Query of one row: the last complete day of a kind of event. An aggregate, so that a kind without any event
    gives a row with NULL and a cross join with it loses nothing.
-#}
{%- macro complete_until(observation_windows, source, event) -%}
    select max(complete_until) as complete_until
    from {{ observation_windows }}
    where source = '{{ source }}' and event = '{{ event }}'
{%- endmacro -%}
