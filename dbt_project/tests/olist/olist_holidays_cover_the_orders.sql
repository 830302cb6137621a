{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'brazil_holidays'}}}) }}

-- Every year in which an order is placed or promised has its holidays; another one would seem to have none.
with working_days as (
    select extract(year from date_day) as calendar_year
    from {{ ref('int_working_days') }}
),

holidays as (
    select extract(year from holiday_date) as calendar_year
    from {{ ref('brazil_holidays') }}
)

select distinct working_days.calendar_year
from working_days
left join holidays on working_days.calendar_year = holidays.calendar_year
where holidays.calendar_year is null
