{#- Columns of a panel that follow from the aggregates of order_history_sums, in the relation `sums`. -#}
{%- macro order_history_features(sums, as_of_date) -%}
    cast({{ days_between(sums ~ '.last_ordered_at', as_of_date) }} as bigint) as days_since_last_order,
    cast({{ days_between(sums ~ '.first_ordered_at', as_of_date) }} as bigint) as tenure_days,
    {{ sums }}.order_count,
    {{ sums }}.order_day_count,
    cast({{ sums }}.item_count as bigint) as item_count,
    cast({{ sums }}.items_value as double precision) as items_value,
    cast({{ sums }}.freight_value as double precision) as freight_value,
    {{ mean_of(sums ~ '.items_value', sums ~ '.order_count') }} as mean_order_value,
    {{ mean_of(sums ~ '.item_count', sums ~ '.order_count') }} as mean_items_per_order,
    {{ mean_of(sums ~ '.items_value', sums ~ '.item_count') }} as mean_item_price,
    {{ mean_of(sums ~ '.freight_value', sums ~ '.items_value + ' ~ sums ~ '.freight_value') }} as freight_share,
    {{ mean_of('coalesce(' ~ sums ~ '.repeat_items_value, 0)', sums ~ '.order_day_count - 1') }} as mean_repeat_day_value,
    {%- for days in [1, 7, 30, 90] %}
        {{ sums }}.order_count_{{ days }}d,
        cast({{ sums }}.items_value_{{ days }}d as double precision) as items_value_{{ days }}d,
    {%- endfor %}
    {%- for days in [30, 90] %}
        2 * {{ sums }}.order_count_{{ days }}d - {{ sums }}.order_count_{{ 2 * days }}d as order_count_change_{{ days }}d,
        cast(
            2 * {{ sums }}.items_value_{{ days }}d - {{ sums }}.items_value_{{ 2 * days }}d as double precision
        ) as items_value_change_{{ days }}d,
    {%- endfor %}
    {{ mean_of(sums ~ '.gap_seconds', sums ~ '.gap_count') }} / 86400 as mean_days_between_orders,
    {{ sample_deviation(sums ~ '.gap_count', sums ~ '.gap_seconds', sums ~ '.squared_gap_seconds') }}
    / 86400 as deviation_days_between_orders,
    {{ sums }}.outcome_count,
    {{ sums }}.late_count,
    {{ mean_of(sums ~ '.late_count', sums ~ '.outcome_count') }} as late_share,
    {{ sums }}.open_order_count,
    {{ sums }}.delivered_order_count,
    {{ mean_of(sums ~ '.delivery_seconds', sums ~ '.delivered_order_count') }} / 86400 as mean_delivery_days
{%- endmacro -%}

{#- A total over a count as double precision; NULL over zero. -#}
{%- macro mean_of(total, count) -%}
    cast({{ total }} as double precision) / nullif(cast({{ count }} as double precision), 0)
{%- endmacro -%}

{#- Sample standard deviation of whole numbers from their exact sums; NULL for fewer than two. -#}
{%- macro sample_deviation(count, total, total_of_squares) -%}
    case
        when {{ count }} > 1
            then sqrt(
                cast({{ count }} * {{ total_of_squares }} - {{ total }} * {{ total }} as double precision)
                / cast({{ count }} * ({{ count }} - 1) as double precision)
            )
    end
{%- endmacro -%}
