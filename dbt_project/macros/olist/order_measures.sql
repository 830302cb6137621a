{#- What orders are counted for as time passes: the columns of int_order_count_changes and int_order_rolling_counts. -#}
{%- macro order_measures() -%}
    {{- return([
        'outcome_count_short',
        'outcome_count_long',
        'late_count_short',
        'late_count_long',
        'delivery_count_short',
        'delivery_count_long',
        'delivery_milliseconds_short',
        'delivery_milliseconds_long',
        'open_count',
        'overdue_count',
        'placed_count_short',
    ]) -}}
{%- endmacro -%}
