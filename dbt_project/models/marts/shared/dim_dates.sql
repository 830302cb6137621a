with date_ranges as (
    select * from {{ ref('int_date_ranges') }}
),

date_range as (
    select
        cast(min(first_date) as timestamp) as first_day_at,
        cast(max(last_date) as timestamp) as last_day_at
    from date_ranges
),

calendar as (
    select cast(days.day_at as date) as date_day
    from date_range
    cross join lateral generate_series(
        date_range.first_day_at, date_range.last_day_at, interval '1 day'
    ) as days (day_at)
),

final as (
    select
        -- ids
        date_day,

        -- numbers
        cast(extract(year from date_day) as integer) as calendar_year,
        cast(extract(quarter from date_day) as integer) as calendar_quarter,
        cast(extract(month from date_day) as integer) as calendar_month,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast(extract(isodow from date_day) as integer) as iso_day_of_week,
        cast(extract(isoyear from date_day) as integer) as iso_year,
        cast(extract(week from date_day) as integer) as iso_week,

        -- booleans
        extract(isodow from date_day) >= 6 as is_weekend,

        -- dates
        date_day - cast(extract(isodow from date_day) as integer) + 1 as week_start_date,
        date_day - cast(extract(isodow from date_day) as integer) + 7 as week_end_date,
        {{ month_start('date_day') }} as month_start_date
    from calendar
)

select * from final
