with orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

order_items as (
    select * from {{ ref('stg_olist__order_items') }}
),

sellers as (
    select * from {{ ref('stg_olist__sellers') }}
),

sold as (
    select
        order_items.order_id,
        order_items.seller_id,
        {{ route_id('sellers.seller_state', 'orders.customer_state') }} as route_id
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    left join sellers on order_items.seller_id = sellers.seller_id
),

final as (
    select distinct
        order_id,
        'seller' as party_kind,
        seller_id as party_id
    from sold

    union all

    select distinct
        order_id,
        'route' as party_kind,
        route_id as party_id
    from sold
    where route_id is not null

    union all

    select
        order_id,
        'network' as party_kind,
        'all' as party_id
    from orders
)

select * from final
