{{ config(materialized='table') }}

with daily_volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

event_clocks as (
    select * from {{ ref('int_event_clocks') }}
),

-- A survey can be answered after the last order; what lies behind the clock is no part of the window.
clocked_volumes as (
    select
        daily_volumes.source,
        daily_volumes.event,
        daily_volumes.event_date,
        daily_volumes.volume,
        event_clocks.event_clock
    from daily_volumes
    inner join event_clocks on daily_volumes.source = event_clocks.source
    where daily_volumes.event_date <= cast(event_clocks.event_clock as date)
),

series as (
    select
        source,
        event,
        event_clock,
        min(event_date) as first_date,
        max(event_date) as last_date
    from clocked_volumes
    group by source, event, event_clock
),

calendar as (
    select
        series.source,
        series.event,
        cast(days.day_at as date) as event_date
    from series
    cross join lateral generate_series(
        cast(series.first_date as timestamp), cast(series.last_date as timestamp), interval '1 day'
    ) as days (day_at)
),

filled_volumes as (
    select
        calendar.source,
        calendar.event,
        calendar.event_date,
        cast(coalesce(clocked_volumes.volume, 0) as double precision) as volume
    from calendar
    left join clocked_volumes
        on
            calendar.source = clocked_volumes.source
            and calendar.event = clocked_volumes.event
            and calendar.event_date = clocked_volumes.event_date
),

-- A self join, since the median is no window function on every engine. Near the start of a series the window
-- holds the days there are.
trailing_medians as (
    select
        current_days.source,
        current_days.event,
        current_days.event_date,
        current_days.volume,
        percentile_cont(0.5) within group (order by window_days.volume) as trailing_median
    from filled_volumes as current_days
    inner join filled_volumes as window_days
        on
            current_days.source = window_days.source
            and current_days.event = window_days.event
            and window_days.event_date
            between current_days.event_date - {{ var('complete_median_days') | int - 1 }} and current_days.event_date
    group by current_days.source, current_days.event, current_days.event_date, current_days.volume
),

-- The calendar has no gap, so that rows are days.
reference_volumes as (
    select
        source,
        event,
        event_date,
        volume,
        max(trailing_median) over (
            partition by source, event
            order by event_date
            rows between {{ var('complete_lookback_days') }} preceding and 1 preceding
        ) as highest_median
    from trailing_medians
),

-- The first day of a series has nothing before it and is complete: a series of one day has a window too.
complete_days as (
    select
        source,
        event,
        max(event_date) as complete_until
    from reference_volumes
    where
        volume > 0
        and volume >= coalesce(highest_median, 0) * {{ var('complete_volume_share') }}
    group by source, event
),

final as (
    select
        -- ids
        series.source,
        series.event,

        -- timestamps
        series.event_clock,

        -- dates
        complete_days.complete_until
    from series
    inner join complete_days
        on series.source = complete_days.source and series.event = complete_days.event
)

select * from final
