with order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

final as (
    select
        -- ids
        order_id,

        -- numbers
        cast(count(*) as integer) as item_count,
        cast(count(distinct product_id) as integer) as product_count,
        cast(count(distinct seller_id) as integer) as seller_count,
        cast(sum(price) as numeric(18, 2)) as items_value,
        cast(sum(freight_value) as numeric(18, 2)) as freight_value
    from order_items
    group by order_id
)

select * from final
