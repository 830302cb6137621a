{{ config(meta={'dagster': {'ref': {'name': 'fct_events'}}}) }}

-- Every raw event is in the mart once; the only rows left out are declared duplicates.
with raw_events as (
    select
        count(*) as row_count,
        count(distinct cast("timestamp" as text) || '|' || visitorid || '|' || event || '|' || itemid) as event_count
    from {{ source('raw_retailrocket', 'events') }}
),

mart_events as (
    select count(*) as event_count
    from {{ ref('fct_events') }}
)

select
    raw_events.row_count as raw_rows,
    raw_events.event_count as different_raw_events,
    mart_events.event_count as mart_events
from raw_events
cross join mart_events
where raw_events.event_count <> mart_events.event_count
