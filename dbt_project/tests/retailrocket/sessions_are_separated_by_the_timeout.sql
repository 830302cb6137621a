{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- Between two sessions of a visitor lies more than the timeout, and their numbers follow each other.
with compared as (
    select
        session_id,
        session_number,
        started_at,
        lag(ended_at) over (partition by visitor_id order by started_at) as previous_ended_at,
        row_number() over (partition by visitor_id order by started_at) as expected_number
    from {{ ref('fct_sessions') }}
)

select *
from compared
where
    session_number <> expected_number
    or {{ milliseconds_between('previous_ended_at', 'started_at') }}
    <= cast({{ var('session_timeout_minutes') }} as bigint) * 60000
