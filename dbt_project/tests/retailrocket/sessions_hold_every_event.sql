{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- Both marts are built from raw data on their own; they must tell the same story, session by session.
with event_counts as (
    select
        session_id,
        visitor_id,
        count(*) as event_count,
        count(*) filter (where event_type = 'view') as view_count,
        count(*) filter (where event_type = 'addtocart') as cart_count,
        count(*) filter (where event_type = 'transaction') as purchase_count,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(event_number) as last_event_number
    from {{ ref('fct_events') }}
    group by session_id, visitor_id
)

select
    event_counts.session_id as session_in_events,
    sessions.session_id as session_in_sessions
from event_counts
full outer join {{ ref('fct_sessions') }} as sessions
    on event_counts.session_id = sessions.session_id
where
    event_counts.session_id is null
    or sessions.session_id is null
    or event_counts.visitor_id <> sessions.visitor_id
    or event_counts.event_count <> sessions.event_count
    or event_counts.last_event_number <> sessions.event_count
    or event_counts.view_count <> sessions.view_count
    or event_counts.cart_count <> sessions.cart_count
    or event_counts.purchase_count <> sessions.purchase_count
    or event_counts.started_at <> sessions.started_at
    or event_counts.ended_at <> sessions.ended_at
