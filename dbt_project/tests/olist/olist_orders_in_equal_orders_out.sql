{{ config(meta={'dagster': {'ref': {'name': 'fct_orders'}}}) }}

-- Every raw order stands in fct_orders, and no other.
with raw_orders as (
    select * from {{ source('raw_olist', 'orders') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select
    raw_orders.order_id as raw_order_id,
    orders.order_id
from raw_orders
full outer join orders on raw_orders.order_id = orders.order_id
where raw_orders.order_id is null or orders.order_id is null
