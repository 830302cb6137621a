with order_reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

ranked as (
    select
        order_id,
        review_id,
        review_score,
        created_at,
        answered_at,
        row_number() over (
            partition by order_id
            order by answered_at desc nulls last, created_at desc nulls last, review_id collate "C" desc
        ) as recency_rank
    from order_reviews
),

final as (
    select
        -- ids
        order_id,
        review_id,

        -- numbers
        review_score,

        -- timestamps
        created_at,
        answered_at
    from ranked
    where recency_rank = 1
)

select * from final
