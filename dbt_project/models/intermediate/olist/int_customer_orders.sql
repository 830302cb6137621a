{# A table: it is read for every as-of date. #}
{{ config(materialized='table') }}

with orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

known_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

order_items as (
    select * from {{ ref('int_order_items_summed') }}
),

order_payments as (
    select * from {{ ref('int_order_payments_summed') }}
),

payments_by_type as (
    select * from {{ ref('int_order_payments_by_type') }}
),

-- The number counts by time, so that every step looks at earlier orders only.
with_previous as (
    select
        order_id,
        customer_unique_id,
        customer_state,
        customer_order_number,
        purchased_at,
        lag(purchased_at) over (
            partition by customer_unique_id
            order by customer_order_number
        ) as previous_purchased_at,
        first_value(purchased_at) over (
            partition by customer_unique_id
            order by customer_order_number
        ) as first_purchased_at
    from orders
),

final as (
    select
        -- ids
        with_previous.customer_unique_id,
        with_previous.order_id,

        -- text
        with_previous.customer_state,
        payments_by_type.largest_payment_type,

        -- numbers
        with_previous.customer_order_number as order_number,
        coalesce(order_items.item_count, 0) as item_count,
        cast(coalesce(order_items.items_value, 0) as numeric(18, 2)) as items_value,
        cast(coalesce(order_items.freight_value, 0) as numeric(18, 2)) as freight_value,
        order_payments.payment_installments,
        payments_by_type.payments_value,
        payments_by_type.credit_card_value,
        payments_by_type.boleto_value,
        payments_by_type.voucher_value,
        {{ seconds_between('with_previous.previous_purchased_at', 'with_previous.purchased_at') }}
            as seconds_since_previous_order,
        {{ seconds_between('with_previous.purchased_at', 'known_moments.delivery_known_at') }} as seconds_to_delivery,

        -- booleans
        coalesce(
            cast(with_previous.purchased_at as date) > cast(with_previous.previous_purchased_at as date), true
        ) as is_first_order_of_day,
        cast(with_previous.purchased_at as date) = cast(with_previous.first_purchased_at as date) as is_on_first_day,
        coalesce(
            with_previous.purchased_at
            <= with_previous.previous_purchased_at + interval '{{ var("split_basket_days") | int }} days',
            false
        ) as is_split_basket,
        known_moments.was_missed,

        -- timestamps
        with_previous.purchased_at,
        known_moments.delivery_known_at,
        known_moments.outcome_known_at,
        known_moments.stops_counting_at
    from with_previous
    inner join known_moments on with_previous.order_id = known_moments.order_id
    left join order_items on with_previous.order_id = order_items.order_id
    left join order_payments on with_previous.order_id = order_payments.order_id
    left join payments_by_type on with_previous.order_id = payments_by_type.order_id
)

select * from final
