with orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

order_items as (
    select * from {{ ref('int_order_items_summed') }}
),

order_counts as (
    select
        orders.customer_unique_id,
        cast(count(*) as integer) as order_count,
        cast(count(*) filter (where orders.is_sale) as integer) as sale_count,
        cast(
            coalesce(sum(order_items.items_value) filter (where orders.is_sale), 0) as numeric(18, 2)
        ) as sales_value,
        min(orders.purchased_at) as first_ordered_at,
        max(orders.purchased_at) as last_ordered_at,
        max(orders.customer_order_number) as last_order_number
    from orders
    left join order_items on orders.order_id = order_items.order_id
    group by orders.customer_unique_id
),

final as (
    select
        -- ids
        order_counts.customer_unique_id,

        -- text
        last_orders.customer_zip_code_prefix,
        last_orders.customer_city,
        last_orders.customer_state,

        -- numbers
        order_counts.order_count,
        order_counts.sale_count,
        order_counts.sales_value,

        -- booleans
        order_counts.order_count > 1 as has_repeat_order,

        -- timestamps
        order_counts.first_ordered_at,
        order_counts.last_ordered_at
    from order_counts
    inner join orders as last_orders
        on
            order_counts.customer_unique_id = last_orders.customer_unique_id
            and order_counts.last_order_number = last_orders.customer_order_number
)

select * from final
