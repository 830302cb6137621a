with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

ordered as (
    select
        *,
        lag(occurred_at) over (partition by visitor_id order by occurred_at, event_id) as previous_occurred_at,
        row_number() over (partition by visitor_id order by occurred_at, event_id) as visitor_event_number
    from events
),

session_starts as (
    select
        *,
        coalesce(
            {{ milliseconds_between('previous_occurred_at', 'occurred_at') }}
            > cast({{ var('session_timeout_minutes') }} as bigint) * 60000,
            true
        ) as is_session_start
    from ordered
),

-- All windows share one partition and order, so that an engine sorts once: a session's first instant and first
-- number are the greatest among the starts so far.
sessions as (
    select
        *,
        sum(case when is_session_start then 1 else 0 end) over (
            partition by visitor_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_number,
        max(case when is_session_start then occurred_at end) over (
            partition by visitor_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_started_at,
        max(case when is_session_start then visitor_event_number end) over (
            partition by visitor_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as first_event_number
    from session_starts
),

final as (
    select
        event_id,
        visitor_id || '-' || cast(
            {{ milliseconds_between("timestamp '1970-01-01 00:00:00'", 'session_started_at') }} as text
        ) as session_id,
        visitor_id,
        item_id,
        transaction_id,
        event_type,
        cast(session_number as bigint) as session_number,
        visitor_event_number - first_event_number + 1 as event_number,
        occurred_at,
        session_started_at
    from sessions
)

select * from final
