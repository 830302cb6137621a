with orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

order_items as (
    select * from {{ ref('int_order_items_summed') }}
),

order_payments as (
    select * from {{ ref('int_order_payments_summed') }}
),

joined as (
    select
        orders.order_id,
        orders.customer_id,
        orders.customer_unique_id,
        orders.customer_state,
        orders.order_status,
        orders.customer_order_number,
        orders.is_sale,
        orders.purchased_at,
        orders.approved_at,
        orders.handed_over_at,
        orders.delivered_at,
        orders.estimated_delivery_date,
        order_items.order_id is not null as has_items,
        order_payments.order_id is not null as has_payments,
        coalesce(order_items.item_count, 0) as item_count,
        coalesce(order_items.seller_count, 0) as seller_count,
        coalesce(order_items.items_value, 0) as items_value,
        coalesce(order_items.freight_value, 0) as freight_value,
        coalesce(order_payments.payments_value, 0) as payments_value
    from orders
    left join order_items on orders.order_id = order_items.order_id
    left join order_payments on orders.order_id = order_payments.order_id
),

final as (
    select
        -- ids
        order_id,
        customer_id,
        customer_unique_id,

        -- text
        customer_state,
        order_status,

        -- numbers
        customer_order_number,
        item_count,
        seller_count,
        cast(items_value as numeric(18, 2)) as items_value,
        cast(freight_value as numeric(18, 2)) as freight_value,
        cast(payments_value as numeric(18, 2)) as payments_value,
        cast(payments_value - (items_value + freight_value) as numeric(18, 2)) as payment_difference,
        {{ days_between('purchased_at', 'estimated_delivery_date') }} as promised_days,
        {{ days_between('purchased_at', 'delivered_at') }} as delivery_days,

        -- booleans
        is_sale,
        customer_order_number > 1 as is_repeat,
        has_items,
        has_payments,
        cast(delivered_at as date) > estimated_delivery_date as is_late,

        -- timestamps
        purchased_at,
        approved_at,
        handed_over_at,
        delivered_at,

        -- dates
        cast(purchased_at as date) as purchase_date,
        estimated_delivery_date
    from joined
)

select * from final
