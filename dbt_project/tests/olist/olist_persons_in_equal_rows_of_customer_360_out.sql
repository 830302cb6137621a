{{ config(meta={'dagster': {'ref': {'name': 'customer_360'}}}) }}

-- Nobody is lost on the way, scored or not.
with customers as (
    select * from {{ ref('dim_customers') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
)

select customers.customer_unique_id
from customers
left join customer_360 on customers.customer_unique_id = customer_360.customer_unique_id
where customer_360.customer_unique_id is null
