with order_payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

final as (
    select
        -- ids
        order_id,

        -- numbers
        cast(count(*) as integer) as payment_count,
        max(payment_installments) as payment_installments,
        cast(sum(payment_value) as numeric(18, 2)) as payments_value
    from order_payments
    group by order_id
)

select * from final
