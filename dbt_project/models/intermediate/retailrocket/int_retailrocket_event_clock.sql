with events as (
    select * from {{ ref('stg_retailrocket__events') }}
),

final as (
    select
        'retailrocket' as source,
        max(occurred_at) as event_clock
    from events
)

select * from final
