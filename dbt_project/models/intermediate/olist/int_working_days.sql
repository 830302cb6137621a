{{ config(materialized='table') }}

with date_ranges as (
    select * from {{ ref('int_olist_date_ranges') }}
),

holidays as (
    select * from {{ ref('brazil_holidays') }}
),

calendar as (
    select cast(days.day_at as date) as date_day
    from date_ranges
    cross join lateral generate_series(
        cast(date_ranges.first_date as timestamp), cast(date_ranges.last_date as timestamp), interval '1 day'
    ) as days (day_at)
),

marked as (
    select
        calendar.date_day,
        holidays.holiday_date is not null as is_holiday,
        extract(isodow from calendar.date_day) <= 5 and holidays.holiday_date is null as is_working_day
    from calendar
    left join holidays on calendar.date_day = holidays.holiday_date
),

final as (
    select
        -- ids
        date_day,

        -- numbers
        count(*) filter (where is_working_day) over days_so_far as working_day_number,
        count(*) filter (where is_holiday) over days_so_far as holiday_number,

        -- booleans
        is_working_day,
        is_holiday
    from marked
    window days_so_far as (order by date_day rows between unbounded preceding and current row)
)

select * from final
