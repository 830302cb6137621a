with order_payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

ranked as (
    select
        order_id,
        nullif(payment_type, 'not_defined') as payment_type,
        row_number() over (
            partition by order_id
            order by payment_value desc nulls last, payment_sequential asc
        ) as value_rank
    from order_payments
),

final as (
    select
        -- ids
        order_id,

        -- text
        payment_type
    from ranked
    where value_rank = 1
)

select * from final
