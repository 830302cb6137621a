with order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

products as (
    select * from {{ ref('stg_olist__products') }}
),

translations as (
    select * from {{ ref('stg_olist__product_category_translations') }}
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
        coalesce(translations.product_category_name_english, products.product_category_name) as product_category,

        -- numbers
        order_items.price,
        order_items.freight_value,

        -- timestamps
        orders.purchased_at
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    inner join products on order_items.product_id = products.product_id
    left join translations on products.product_category_name = translations.product_category_name
)

select * from final
