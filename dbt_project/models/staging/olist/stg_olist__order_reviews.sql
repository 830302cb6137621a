with source as (
    select * from {{ source('raw_olist', 'order_reviews') }}
),

renamed as (
    select
        -- ids
        review_id,
        order_id,

        -- text
        review_comment_title,
        review_comment_message,

        -- numbers
        review_score,

        -- booleans
        regexp_replace(
            coalesce(review_comment_title, '') || coalesce(review_comment_message, ''), '[ \t\n\f\r]', '', 'g'
        ) <> '' as has_comment,

        -- timestamps
        review_creation_date as created_at,
        review_answer_timestamp as answered_at
    from source
)

select * from renamed
