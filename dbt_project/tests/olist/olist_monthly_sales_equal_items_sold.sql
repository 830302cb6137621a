{{ config(meta={'dagster': {'ref': {'name': 'sales_monthly'}}}) }}

-- sales_monthly adds up to the raw items of orders neither canceled nor unavailable.
with items_sold as (
    select
        count(*) as item_count,
        coalesce(sum(order_items.price), 0) as revenue,
        coalesce(sum(order_items.freight_value), 0) as freight_value
    from {{ source('raw_olist', 'order_items') }} as order_items
    inner join {{ source('raw_olist', 'orders') }} as orders on order_items.order_id = orders.order_id
    where orders.order_status not in ('canceled', 'unavailable')
),

sales as (
    select
        coalesce(sum(item_count), 0) as item_count,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(freight_value), 0) as freight_value
    from {{ ref('sales_monthly') }}
)

select
    items_sold.item_count as sold_item_count,
    sales.item_count,
    items_sold.revenue as sold_revenue,
    sales.revenue,
    items_sold.freight_value as sold_freight_value,
    sales.freight_value
from items_sold
cross join sales
where
    sales.item_count <> items_sold.item_count
    or sales.revenue <> items_sold.revenue
    or sales.freight_value <> items_sold.freight_value
