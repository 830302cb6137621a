{{ config(meta={'dagster': {'ref': {'name': 'cohort_retention'}}}) }}

-- Each person whose first sale fell into a complete month belongs to one cohort, and no cohort lacks a month
-- before its last.
with first_sales as (
    select
        customer_unique_id,
        min(purchase_date) as first_sale_date
    from {{ ref('fct_orders') }}
    where is_sale
    group by customer_unique_id
),

purchases_window as (
    select max(complete_until) as complete_until
    from {{ ref('int_observation_windows') }}
    where source = 'olist' and event = 'purchases'
),

buyers as (
    select count(*) as customer_count
    from first_sales
    cross join purchases_window
    where {{ month_end('first_sales.first_sale_date') }} <= purchases_window.complete_until
),

cohorts as (
    select
        coalesce(sum(customer_count) filter (where months_since_first_order = 0), 0) as customer_count,
        count(*) as cell_count,
        coalesce(sum(months_since_first_order + 1) filter (where is_last_cell), 0) as expected_cell_count
    from (
        select
            customer_count,
            months_since_first_order,
            months_since_first_order = max(months_since_first_order) over (partition by cohort_month) as is_last_cell
        from {{ ref('cohort_retention') }}
    ) as cells
)

select
    buyers.customer_count as buyer_count,
    cohorts.customer_count,
    cohorts.cell_count,
    cohorts.expected_cell_count
from buyers
cross join cohorts
where
    buyers.customer_count <> cohorts.customer_count
    or cohorts.cell_count <> cohorts.expected_cell_count
