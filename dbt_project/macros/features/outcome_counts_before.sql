{#-
    Condition: before a moment, it was known whether the order's promise was kept. An order that is still open counts as
    missed from the end of the promised day on, but only for so long (stops_counting_at), unless it is delivered after
    all. `moments` is a relation with the columns of int_order_known_moments.
-#}
{%- macro outcome_counts_before(moments, moment) -%}
    (
        {{ moments }}.outcome_known_at < {{ moment }}
        and (
            {{ moments }}.delivery_known_at < {{ moment }}
            or {{ moment }} <= {{ moments }}.stops_counting_at
        )
    )
{%- endmacro -%}
