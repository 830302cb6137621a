{{ config(meta={'dagster': {'ref': {'name': 'dim_customers'}}}) }}

-- Every person with a raw order stands in dim_customers, and no other.
with raw_customers as (
    select distinct customers.customer_unique_id
    from {{ source('raw_olist', 'orders') }} as orders
    inner join {{ source('raw_olist', 'customers') }} as customers on orders.customer_id = customers.customer_id
),

customers as (
    select * from {{ ref('dim_customers') }}
)

select
    raw_customers.customer_unique_id as raw_customer_unique_id,
    customers.customer_unique_id
from raw_customers
full outer join customers on raw_customers.customer_unique_id = customers.customer_unique_id
where raw_customers.customer_unique_id is null or customers.customer_unique_id is null
