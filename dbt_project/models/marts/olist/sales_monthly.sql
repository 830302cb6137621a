with order_items as (
    select * from {{ ref('fct_order_items') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

purchases_window as (
    {{ complete_until('observation_windows', 'olist', 'purchases') }}
),

sold_items as (
    select
        order_id,
        customer_state,
        product_category,
        price,
        freight_value,
        {{ month_start('purchased_at') }} as sales_month
    from order_items
    where is_sale
),

months as (
    select
        sales_month,
        customer_state,
        product_category,
        cast(count(distinct order_id) as integer) as order_count,
        cast(count(*) as integer) as item_count,
        cast(sum(price) as numeric(18, 2)) as revenue,
        cast(sum(freight_value) as numeric(18, 2)) as freight_value
    from sold_items
    group by sales_month, customer_state, product_category
),

final as (
    select
        -- ids
        months.sales_month,
        months.customer_state,
        months.product_category,

        -- numbers
        months.order_count,
        months.item_count,
        months.revenue,
        months.freight_value,

        -- booleans
        coalesce(
            {{ month_end('months.sales_month') }} <= purchases_window.complete_until, false
        ) as is_complete_month
    from months
    cross join purchases_window
)

select * from final
