with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

order_reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

event_dates as (
    select
        'purchases' as event,
        cast(purchased_at as date) as event_date
    from orders

    union all

    select
        'deliveries' as event,
        cast(delivered_at as date) as event_date
    from orders
    where delivered_at is not null

    union all

    select
        'surveys' as event,
        cast(answered_at as date) as event_date
    from order_reviews
),

final as (
    select
        'olist' as source,
        event,
        event_date,
        count(*) as volume
    from event_dates
    group by event, event_date
)

select * from final
