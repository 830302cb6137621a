{{ config(meta={'dagster': {'ref': {'name': 'fct_payments'}}}) }}

-- Raw payments add up to those of fct_payments and of fct_orders.
with raw_payments as (
    select
        count(*) as payment_count,
        coalesce(sum(payment_value), 0) as payments_value
    from {{ source('raw_olist', 'order_payments') }}
),

payments as (
    select
        count(*) as payment_count,
        coalesce(sum(payment_value), 0) as payments_value
    from {{ ref('fct_payments') }}
),

orders as (
    select coalesce(sum(payments_value), 0) as payments_value
    from {{ ref('fct_orders') }}
)

select
    raw_payments.payment_count as raw_payment_count,
    payments.payment_count,
    raw_payments.payments_value as raw_payments_value,
    payments.payments_value,
    orders.payments_value as orders_payments_value
from raw_payments
cross join payments
cross join orders
where
    payments.payment_count <> raw_payments.payment_count
    or payments.payments_value <> raw_payments.payments_value
    or orders.payments_value <> raw_payments.payments_value
