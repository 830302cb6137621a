{{ config(meta={'dagster': {'ref': {'name': 'fct_order_items'}}}) }}

-- Units, prices and freight of the raw items add up to those of fct_order_items and of fct_orders.
with raw_items as (
    select
        count(*) as item_count,
        coalesce(sum(price), 0) as items_value,
        coalesce(sum(freight_value), 0) as freight_value
    from {{ source('raw_olist', 'order_items') }}
),

order_items as (
    select
        count(*) as item_count,
        coalesce(sum(price), 0) as items_value,
        coalesce(sum(freight_value), 0) as freight_value
    from {{ ref('fct_order_items') }}
),

orders as (
    select
        coalesce(sum(item_count), 0) as item_count,
        coalesce(sum(items_value), 0) as items_value,
        coalesce(sum(freight_value), 0) as freight_value
    from {{ ref('fct_orders') }}
),

outputs as (
    select
        'fct_order_items' as model_name,
        *
    from order_items

    union all

    select
        'fct_orders' as model_name,
        *
    from orders
)

select
    outputs.model_name,
    outputs.item_count,
    raw_items.item_count as raw_item_count,
    outputs.items_value,
    raw_items.items_value as raw_items_value,
    outputs.freight_value,
    raw_items.freight_value as raw_freight_value
from outputs
cross join raw_items
where
    outputs.item_count <> raw_items.item_count
    or outputs.items_value <> raw_items.items_value
    or outputs.freight_value <> raw_items.freight_value
