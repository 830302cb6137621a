with sellers as (
    select * from {{ ref('stg_olist__sellers') }}
),

zip_centroids as (
    select * from {{ ref('int_zip_centroids') }}
),

order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

seller_sales as (
    select
        order_items.seller_id,
        count(distinct order_items.order_id) as sale_count,
        count(*) as item_count,
        min(orders.purchased_at) as first_sold_at,
        max(orders.purchased_at) as last_sold_at
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    where orders.is_sale
    group by order_items.seller_id
),

final as (
    select
        -- ids
        sellers.seller_id,

        -- text
        sellers.seller_zip_code_prefix,
        sellers.seller_city,
        sellers.seller_state,

        -- numbers
        zip_centroids.latitude as seller_latitude,
        zip_centroids.longitude as seller_longitude,
        cast(coalesce(seller_sales.sale_count, 0) as integer) as sale_count,
        cast(coalesce(seller_sales.item_count, 0) as integer) as item_count,

        -- timestamps
        seller_sales.first_sold_at,
        seller_sales.last_sold_at
    from sellers
    left join zip_centroids on sellers.seller_zip_code_prefix = zip_centroids.zip_code_prefix
    left join seller_sales on sellers.seller_id = seller_sales.seller_id
)

select * from final
