with sessions as (
    select * from {{ ref('fct_sessions') }}
),

bounds as (
    select
        cast(min(session_date) as timestamp) as first_day,
        cast(max(session_date) as timestamp) as last_day
    from sessions
),

days as (
    select cast(calendar.calendar_day as date) as session_date
    from bounds
    cross join generate_series(bounds.first_day, bounds.last_day, interval '1 day') as calendar (calendar_day)
),

daily_sessions as (
    select
        session_date,
        count(*) as sessions,
        count(distinct visitor_id) as visitors,
        count(*) filter (where has_view) as sessions_with_view,
        count(*) filter (where has_cart) as sessions_with_cart,
        count(*) filter (where has_purchase) as sessions_with_purchase,
        count(*) filter (where furthest_stage in ('view', 'cart', 'purchase')) as sessions_reached_view,
        count(*) filter (where furthest_stage in ('cart', 'purchase')) as sessions_reached_cart,
        count(*) filter (where furthest_stage = 'purchase') as sessions_reached_purchase
    from sessions
    group by session_date
),

zero_filled as (
    select
        days.session_date,
        coalesce(daily_sessions.sessions, 0) as sessions,
        coalesce(daily_sessions.visitors, 0) as visitors,
        coalesce(daily_sessions.sessions_with_view, 0) as sessions_with_view,
        coalesce(daily_sessions.sessions_with_cart, 0) as sessions_with_cart,
        coalesce(daily_sessions.sessions_with_purchase, 0) as sessions_with_purchase,
        coalesce(daily_sessions.sessions_reached_view, 0) as sessions_reached_view,
        coalesce(daily_sessions.sessions_reached_cart, 0) as sessions_reached_cart,
        coalesce(daily_sessions.sessions_reached_purchase, 0) as sessions_reached_purchase
    from days
    left join daily_sessions
        on days.session_date = daily_sessions.session_date
),

final as (
    select
        *,
        cast(sessions_reached_cart as double precision) / nullif(sessions, 0) as cart_rate,
        cast(sessions_reached_purchase as double precision) / nullif(sessions, 0) as conversion_rate,
        cast(sessions_reached_cart - sessions_reached_purchase as double precision)
        / nullif(sessions_reached_cart, 0) as cart_abandonment_rate
    from zero_filled
)

select * from final
