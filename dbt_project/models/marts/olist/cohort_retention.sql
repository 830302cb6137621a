with orders as (
    select * from {{ ref('fct_orders') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

purchases_window as (
    {{ complete_until('observation_windows', 'olist', 'purchases') }}
),

complete_months as (
    select distinct dates.month_start_date as activity_month
    from dates
    cross join purchases_window
    where {{ month_end('dates.month_start_date') }} <= purchases_window.complete_until
),

active_months as (
    select distinct
        customer_unique_id,
        {{ month_start('purchase_date') }} as activity_month
    from orders
    where is_sale
),

customer_cohorts as (
    select
        customer_unique_id,
        min(activity_month) as cohort_month
    from active_months
    group by customer_unique_id
),

cohort_sizes as (
    select
        cohort_month,
        count(*) as customer_count
    from customer_cohorts
    group by cohort_month
),

active_counts as (
    select
        customer_cohorts.cohort_month,
        active_months.activity_month,
        count(*) as active_customer_count
    from active_months
    inner join customer_cohorts on active_months.customer_unique_id = customer_cohorts.customer_unique_id
    group by customer_cohorts.cohort_month, active_months.activity_month
),

cells as (
    select
        cohort_sizes.cohort_month,
        complete_months.activity_month,
        cohort_sizes.customer_count,
        coalesce(active_counts.active_customer_count, 0) as active_customer_count
    from cohort_sizes
    inner join complete_months on cohort_sizes.cohort_month <= complete_months.activity_month
    left join active_counts
        on
            cohort_sizes.cohort_month = active_counts.cohort_month
            and complete_months.activity_month = active_counts.activity_month
),

final as (
    select
        -- ids
        cohort_month,
        cast(
            (extract(year from activity_month) - extract(year from cohort_month)) * 12
            + extract(month from activity_month) - extract(month from cohort_month)
            as integer
        ) as months_since_first_order,

        -- numbers
        cast(customer_count as integer) as customer_count,
        cast(active_customer_count as integer) as active_customer_count,
        cast(active_customer_count as double precision) / customer_count as retention_share,

        -- dates
        activity_month
    from cells
)

select * from final
