{# A table: several models look at these few rows, and each look at a view would read all events again. #}
{{ config(materialized='table') }}

with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

final as (
    select
        'retailrocket' as source,
        'clicks' as event,
        cast(occurred_at as date) as event_date,
        count(*) as volume
    from events
    group by cast(occurred_at as date)
)

select * from final
