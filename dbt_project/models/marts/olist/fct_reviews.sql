with order_reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

latest_reviews as (
    select * from {{ ref('int_order_reviews_latest') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

final as (
    select
        -- ids
        order_reviews.review_id,
        order_reviews.order_id,
        orders.customer_unique_id,

        -- numbers
        order_reviews.review_score,
        {{ days_between('order_reviews.created_at', 'order_reviews.answered_at') }} as days_to_answer,

        -- booleans
        order_reviews.has_comment,
        order_reviews.review_id = latest_reviews.review_id as is_latest_of_order,

        -- timestamps
        order_reviews.created_at,
        order_reviews.answered_at
    from order_reviews
    inner join orders on order_reviews.order_id = orders.order_id
    inner join latest_reviews on order_reviews.order_id = latest_reviews.order_id
)

select * from final
