{{ config(meta={'dagster': {'ref': {'name': 'seller_performance'}}}) }}

-- In each month seller_performance adds up to sales_monthly.
with sales as (
    select
        sales_month,
        sum(item_count) as item_count,
        sum(revenue) as revenue,
        sum(freight_value) as freight_value
    from {{ ref('sales_monthly') }}
    group by sales_month
),

sellers as (
    select
        sales_month,
        sum(item_count) as item_count,
        sum(revenue) as revenue,
        sum(freight_value) as freight_value
    from {{ ref('seller_performance') }}
    group by sales_month
)

select
    coalesce(sales.sales_month, sellers.sales_month) as sales_month,
    sales.item_count,
    sellers.item_count as sellers_item_count,
    sales.revenue,
    sellers.revenue as sellers_revenue,
    sales.freight_value,
    sellers.freight_value as sellers_freight_value
from sales
full outer join sellers on sales.sales_month = sellers.sales_month
where
    sales.sales_month is null
    or sellers.sales_month is null
    or sales.item_count <> sellers.item_count
    or sales.revenue <> sellers.revenue
    or sales.freight_value <> sellers.freight_value
