with order_payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

final as (
    select
        -- ids
        order_payments.order_id,
        order_payments.payment_sequential,
        orders.customer_unique_id,

        -- text
        order_payments.payment_type,
        orders.order_status,

        -- numbers
        order_payments.payment_installments,
        order_payments.payment_value,

        -- booleans
        orders.is_sale,

        -- timestamps
        orders.purchased_at
    from order_payments
    inner join orders on order_payments.order_id = orders.order_id
)

select * from final
