with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

order_reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

event_dates as (
    select cast(purchased_at as date) as event_date from orders
    union all
    select cast(approved_at as date) as event_date from orders
    union all
    select cast(handed_over_at as date) as event_date from orders
    union all
    select cast(delivered_at as date) as event_date from orders
    union all
    select estimated_delivery_date as event_date from orders
    union all
    select cast(created_at as date) as event_date from order_reviews
    union all
    select cast(answered_at as date) as event_date from order_reviews
),

final as (
    select
        'olist' as source,
        min(event_date) as first_date,
        max(event_date) as last_date
    from event_dates
)

select * from final
