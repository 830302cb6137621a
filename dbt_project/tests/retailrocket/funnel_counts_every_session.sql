{{ config(meta={'dagster': {'ref': {'name': 'funnel_daily'}}}) }}

with funnel as (
    select
        sum(sessions) as sessions,
        sum(sessions_with_purchase) as purchases,
        count(*) as days,
        {{ days_between('min(session_date)', 'max(session_date)') }} + 1 as calendar_days
    from {{ ref('funnel_daily') }}
),

facts as (
    select
        count(*) as sessions,
        count(*) filter (where has_purchase) as purchases
    from {{ ref('fct_sessions') }}
)

select *
from funnel
cross join facts
where
    funnel.sessions <> facts.sessions
    or funnel.purchases <> facts.purchases
    or funnel.days <> funnel.calendar_days
