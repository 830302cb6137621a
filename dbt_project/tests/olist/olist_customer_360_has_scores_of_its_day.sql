{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'customer_360'}}}) }}

-- Each model has scored somebody as of the date that is told; else its scores are older than the orders, and not shown.
with counts as (
    select
        count(*) filter (where is_churn_scored) as churn_scored,
        count(*) filter (where is_cltv_scored) as cltv_scored,
        count(*) filter (where is_segmented) as segmented
    from {{ ref('customer_360') }}
)

select *
from counts
where churn_scored = 0 or cltv_scored = 0 or segmented = 0
