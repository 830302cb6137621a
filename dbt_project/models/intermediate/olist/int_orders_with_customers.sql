with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

customers as (
    select * from {{ ref('stg_olist__customers') }}
),

joined as (
    select
        orders.order_id,
        orders.customer_id,
        customers.customer_unique_id,
        customers.customer_zip_code_prefix,
        customers.customer_city,
        customers.customer_state,
        orders.order_status,
        orders.order_status not in ('canceled', 'unavailable') as is_sale,
        orders.purchased_at,
        orders.approved_at,
        orders.handed_over_at,
        orders.delivered_at,
        orders.estimated_delivery_date
    from orders
    inner join customers on orders.customer_id = customers.customer_id
),

numbered as (
    select
        -- ids
        order_id,
        customer_id,
        customer_unique_id,

        -- text
        customer_zip_code_prefix,
        customer_city,
        customer_state,
        order_status,

        -- numbers
        cast(
            row_number() over (partition by customer_unique_id order by purchased_at, order_id collate "C") as integer
        ) as customer_order_number,

        -- booleans
        is_sale,

        -- timestamps
        purchased_at,
        approved_at,
        handed_over_at,
        delivered_at,

        -- dates
        estimated_delivery_date
    from joined
)

select * from numbered
