with order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

final as (
    select
        -- ids
        order_items.order_id,
        order_items.order_item_id,
        order_items.product_id,
        order_items.seller_id,
        orders.customer_unique_id,

        -- text
        products.product_category,
        orders.customer_state,
        sellers.seller_state,
        orders.order_status,

        -- numbers
        order_items.price,
        order_items.freight_value,

        -- booleans
        orders.is_sale,

        -- timestamps
        orders.purchased_at,
        order_items.shipping_limit_at
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    inner join products on order_items.product_id = products.product_id
    inner join sellers on order_items.seller_id = sellers.seller_id
)

select * from final
