{# A table: one pass over the units serves the order's features and those of its sellers and routes. #}
{{ config(materialized='table') }}

with order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

items_summed as (
    select * from {{ ref('int_order_items_summed') }}
),

products as (
    select * from {{ ref('stg_olist__products') }}
),

translations as (
    select * from {{ ref('stg_olist__product_category_translations') }}
),

sellers as (
    select * from {{ ref('stg_olist__sellers') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

zip_centroids as (
    select * from {{ ref('int_zip_centroids') }}
),

-- Nothing weighs nothing: a zero stands for an unknown weight or size.
measured_products as (
    select
        products.product_id,
        coalesce(translations.product_category_name_english, products.product_category_name) as product_category,
        nullif(products.product_weight_grams, 0) as weight_grams,
        nullif(products.product_length_cm * products.product_height_cm * products.product_width_cm, 0) as volume_cm3
    from products
    left join translations on products.product_category_name = translations.product_category_name
),

units as (
    select
        order_items.order_id,
        order_items.seller_id,
        order_items.price,
        order_items.freight_value,
        order_items.shipping_limit_at,
        measured_products.product_category,
        measured_products.weight_grams,
        measured_products.volume_cm3,
        row_number() over (
            partition by order_items.order_id
            order by order_items.price desc nulls last, order_items.order_item_id asc
        ) as price_rank
    from order_items
    left join measured_products on order_items.product_id = measured_products.product_id
),

totals as (
    select
        order_id,
        max(shipping_limit_at) as shipping_limit_at,
        case when count(weight_grams) = count(*) then sum(weight_grams) end as total_weight_grams
    from units
    group by order_id
),

final as (
    select
        -- ids
        units.order_id,
        units.seller_id,

        -- text
        units.product_category,
        sellers.seller_state,
        orders.customer_state,

        -- numbers
        items_summed.item_count,
        items_summed.product_count,
        items_summed.seller_count,
        items_summed.items_value,
        items_summed.freight_value,
        units.price as main_price,
        units.freight_value as main_freight_value,
        units.weight_grams as main_weight_grams,
        units.volume_cm3 as main_volume_cm3,
        cast(totals.total_weight_grams as bigint) as total_weight_grams,
        {{ distance_km(
            'seller_centroids.latitude', 'seller_centroids.longitude',
            'customer_centroids.latitude', 'customer_centroids.longitude'
        ) }} as distance_km,

        -- timestamps
        totals.shipping_limit_at
    from units
    inner join totals on units.order_id = totals.order_id
    inner join items_summed on units.order_id = items_summed.order_id
    inner join orders on units.order_id = orders.order_id
    left join sellers on units.seller_id = sellers.seller_id
    left join zip_centroids as seller_centroids
        on sellers.seller_zip_code_prefix = seller_centroids.zip_code_prefix
    left join zip_centroids as customer_centroids
        on orders.customer_zip_code_prefix = customer_centroids.zip_code_prefix
    where units.price_rank = 1
)

select * from final
