with order_items as (
    select * from {{ ref('fct_order_items') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

reviews as (
    select * from {{ ref('fct_reviews') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

purchases_window as (
    {{ complete_until('observation_windows', 'olist', 'purchases') }}
),

seller_orders as (
    select
        seller_id,
        order_id,
        count(*) as item_count,
        sum(price) as revenue,
        sum(freight_value) as freight_value
    from order_items
    where is_sale
    group by seller_id, order_id
),

-- An hour before approval is no handling: a hand-over that precedes it takes zero days.
order_outcomes as (
    select
        orders.order_id,
        {{ month_start('orders.purchased_at') }} as sales_month,
        orders.is_late,
        reviews.review_score,
        greatest(
            {{ days_between('coalesce(orders.approved_at, orders.purchased_at)', 'orders.handed_over_at') }}, 0
        ) as clipped_handling_days,
        orders.handed_over_at is not null as is_handed_over
    from orders
    left join reviews on orders.order_id = reviews.order_id and reviews.is_latest_of_order
),

joined as (
    select
        seller_orders.seller_id,
        seller_orders.item_count,
        seller_orders.revenue,
        seller_orders.freight_value,
        order_outcomes.sales_month,
        order_outcomes.is_late,
        order_outcomes.review_score,
        -- greatest() skips NULL, so that an order still with its seller would have taken zero days.
        case when order_outcomes.is_handed_over then order_outcomes.clipped_handling_days end as handling_days
    from seller_orders
    inner join order_outcomes on seller_orders.order_id = order_outcomes.order_id
),

months as (
    select
        seller_id,
        sales_month,
        count(*) as order_count,
        sum(item_count) as item_count,
        sum(revenue) as revenue,
        sum(freight_value) as freight_value,
        count(is_late) as delivered_order_count,
        count(*) filter (where is_late) as late_order_count,
        count(review_score) as reviewed_order_count,
        sum(review_score) as review_score_sum,
        count(handling_days) as handed_over_order_count,
        sum(handling_days) as handling_days_sum
    from joined
    group by seller_id, sales_month
),

final as (
    select
        -- ids
        months.seller_id,
        months.sales_month,

        -- numbers
        cast(months.order_count as integer) as order_count,
        cast(months.item_count as integer) as item_count,
        cast(months.revenue as numeric(18, 2)) as revenue,
        cast(months.freight_value as numeric(18, 2)) as freight_value,
        cast(months.delivered_order_count as integer) as delivered_order_count,
        cast(months.late_order_count as integer) as late_order_count,
        cast(months.late_order_count as double precision) / nullif(months.delivered_order_count, 0) as late_share,
        cast(months.reviewed_order_count as integer) as reviewed_order_count,
        cast(months.review_score_sum as double precision)
        / nullif(months.reviewed_order_count, 0) as mean_review_score,
        cast(months.handling_days_sum as double precision)
        / nullif(months.handed_over_order_count, 0) as mean_handling_days,

        -- booleans
        coalesce(
            {{ month_end('months.sales_month') }} <= purchases_window.complete_until, false
        ) as is_complete_month
    from months
    cross join purchases_window
)

select * from final
