{#-
    Aggregates over the orders of a customer or a seller that were placed by an as-of date. `orders` is a relation with
    the columns that int_customer_orders and int_seller_orders share, of which only rows known by the date may come in;
    what happened to them later is left out here. All sums are exact, so that no result depends on the order of rows.
-#}
{%- macro order_history_sums(orders, as_of_date) -%}
    {%- set is_delivered = known_by(orders ~ '.delivery_known_at', as_of_date) -%}
    {%- set is_open -%}
        {{ orders }}.stops_counting_at >= {{ end_of_day(as_of_date) }} and not coalesce({{ is_delivered }}, false)
    {%- endset -%}
    {%- set has_outcome = outcome_counts_before(orders, end_of_day(as_of_date)) -%}
    min({{ orders }}.purchased_at) as first_ordered_at,
    max({{ orders }}.purchased_at) as last_ordered_at,
    count(*) as order_count,
    count(*) filter (where {{ orders }}.is_first_order_of_day) as order_day_count,
    sum({{ orders }}.item_count) as item_count,
    sum({{ orders }}.items_value) as items_value,
    sum({{ orders }}.freight_value) as freight_value,
    sum({{ orders }}.items_value) filter (where not {{ orders }}.is_on_first_day) as repeat_items_value,
    {%- for days in [1, 7, 30, 60, 90, 180] %}
        {%- set is_recent = in_last_days(orders ~ '.purchased_at', as_of_date, days) %}
        count(*) filter (where {{ is_recent }}) as order_count_{{ days }}d,
        coalesce(sum({{ orders }}.items_value) filter (where {{ is_recent }}), 0) as items_value_{{ days }}d,
    {%- endfor %}
    count({{ orders }}.seconds_since_previous_order) as gap_count,
    sum({{ orders }}.seconds_since_previous_order) as gap_seconds,
    sum({{ orders }}.seconds_since_previous_order * {{ orders }}.seconds_since_previous_order) as squared_gap_seconds,
    count(*) filter (where {{ has_outcome }}) as outcome_count,
    count(*) filter (where {{ orders }}.was_missed and {{ has_outcome }}) as late_count,
    count(*) filter (where {{ is_open }}) as open_order_count,
    count(*) filter (where {{ is_delivered }}) as delivered_order_count,
    sum({{ orders }}.seconds_to_delivery) filter (where {{ is_delivered }}) as delivery_seconds
{%- endmacro -%}
