{{ config(meta={'dagster': {'ref': {'name': 'fct_reviews'}}}) }}

-- Raw reviews and their scores add up to those of fct_reviews; each reviewed order has one that counts.
with raw_reviews as (
    select
        count(*) as review_count,
        coalesce(sum(review_score), 0) as score_sum,
        count(distinct order_id) as order_count
    from {{ source('raw_olist', 'order_reviews') }}
),

reviews as (
    select
        count(*) as review_count,
        coalesce(sum(review_score), 0) as score_sum,
        count(*) filter (where is_latest_of_order) as latest_count
    from {{ ref('fct_reviews') }}
)

select
    raw_reviews.review_count as raw_review_count,
    reviews.review_count,
    raw_reviews.score_sum as raw_score_sum,
    reviews.score_sum,
    raw_reviews.order_count as raw_order_count,
    reviews.latest_count
from raw_reviews
cross join reviews
where
    reviews.review_count <> raw_reviews.review_count
    or reviews.score_sum <> raw_reviews.score_sum
    or reviews.latest_count <> raw_reviews.order_count
