with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

final as (
    select
        'olist' as source,
        greatest(
            max(purchased_at),
            coalesce(max(approved_at), max(purchased_at)),
            coalesce(max(handed_over_at), max(purchased_at)),
            coalesce(max(delivered_at), max(purchased_at))
        ) as event_clock
    from orders
)

select * from final
