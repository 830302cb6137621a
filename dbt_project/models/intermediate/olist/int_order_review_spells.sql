with order_reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

orders as (
    select * from {{ ref('stg_olist__orders') }}
),

known_reviews as (
    select
        order_reviews.review_id,
        order_reviews.order_id,
        order_reviews.review_score,
        order_reviews.has_comment,
        order_reviews.created_at,
        order_reviews.answered_at,
        greatest(order_reviews.answered_at, orders.purchased_at) as known_at
    from order_reviews
    inner join orders on order_reviews.order_id = orders.order_id
),

final as (
    select
        -- ids
        review_id,
        order_id,

        -- numbers
        review_score,

        -- booleans
        has_comment,

        -- timestamps
        created_at,
        answered_at,
        known_at,
        lead(known_at) over (
            partition by order_id
            order by known_at, answered_at, created_at, review_id collate "C"
        ) as superseded_at
    from known_reviews
)

select * from final
