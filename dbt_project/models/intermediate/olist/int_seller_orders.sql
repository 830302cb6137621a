{# A table: it is read for every as-of date. #}
{{ config(materialized='table') }}

with order_units as (
    select * from {{ ref('int_order_units') }}
),

known_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

numbered_units as (
    select
        seller_id,
        order_id,
        customer_unique_id,
        price,
        freight_value,
        purchased_at,
        row_number() over (
            partition by seller_id, product_id
            order by purchased_at, order_id collate "C", order_item_id
        ) as product_unit_number
    from order_units
),

seller_orders as (
    select
        seller_id,
        order_id,
        customer_unique_id,
        purchased_at,
        cast(count(*) as integer) as item_count,
        cast(count(*) filter (where product_unit_number = 1) as integer) as new_product_count,
        cast(sum(price) as numeric(18, 2)) as items_value,
        cast(sum(freight_value) as numeric(18, 2)) as freight_value
    from numbered_units
    group by seller_id, order_id, customer_unique_id, purchased_at
),

with_previous as (
    select
        *,
        row_number() over (
            partition by seller_id
            order by purchased_at, order_id collate "C"
        ) as order_number,
        row_number() over (
            partition by seller_id, customer_unique_id
            order by purchased_at, order_id collate "C"
        ) as customer_order_number,
        lag(purchased_at) over (
            partition by seller_id
            order by purchased_at, order_id collate "C"
        ) as previous_purchased_at,
        first_value(purchased_at) over (
            partition by seller_id
            order by purchased_at, order_id collate "C"
        ) as first_purchased_at
    from seller_orders
),

final as (
    select
        -- ids
        with_previous.seller_id,
        with_previous.order_id,
        with_previous.customer_unique_id,

        -- numbers
        cast(with_previous.order_number as integer) as order_number,
        with_previous.item_count,
        with_previous.new_product_count,
        with_previous.items_value,
        with_previous.freight_value,
        {{ seconds_between('with_previous.previous_purchased_at', 'with_previous.purchased_at') }}
            as seconds_since_previous_order,
        -- Whether there is an approval must be settled at the hand-over: one that comes later changes nothing.
        case
            when known_moments.approval_known_at <= known_moments.handover_known_at
                then {{ seconds_between('known_moments.approval_known_at', 'known_moments.handover_known_at') }}
            else {{ seconds_between('with_previous.purchased_at', 'known_moments.handover_known_at') }}
        end as seconds_of_handling,
        {{ seconds_between('with_previous.purchased_at', 'known_moments.delivery_known_at') }} as seconds_to_delivery,

        -- booleans
        coalesce(
            cast(with_previous.purchased_at as date) > cast(with_previous.previous_purchased_at as date), true
        ) as is_first_order_of_day,
        cast(with_previous.purchased_at as date) = cast(with_previous.first_purchased_at as date) as is_on_first_day,
        with_previous.customer_order_number = 1 as is_first_order_of_customer,
        known_moments.was_missed,

        -- timestamps
        with_previous.purchased_at,
        known_moments.handover_known_at,
        known_moments.delivery_known_at,
        known_moments.outcome_known_at,
        known_moments.stops_counting_at
    from with_previous
    inner join known_moments on with_previous.order_id = known_moments.order_id
)

select * from final
