with order_payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

-- The source calls the type of a few payments of nothing not_defined.
types as (
    select
        order_id,
        payment_type,
        sum(payment_value) as payments_value
    from order_payments
    where payment_type <> 'not_defined'
    group by order_id, payment_type
),

ranked as (
    select
        order_id,
        payment_type,
        payments_value,
        row_number() over (
            partition by order_id
            order by payments_value desc nulls last, payment_type collate "C"
        ) as value_rank
    from types
),

final as (
    select
        -- ids
        order_id,

        -- text
        max(payment_type) filter (where value_rank = 1) as largest_payment_type,

        -- numbers
        cast(sum(payments_value) as numeric(18, 2)) as payments_value,
        cast(
            coalesce(sum(payments_value) filter (where payment_type = 'credit_card'), 0) as numeric(18, 2)
        ) as credit_card_value,
        cast(
            coalesce(sum(payments_value) filter (where payment_type = 'boleto'), 0) as numeric(18, 2)
        ) as boleto_value,
        cast(
            coalesce(sum(payments_value) filter (where payment_type = 'voucher'), 0) as numeric(18, 2)
        ) as voucher_value
    from ranked
    group by order_id
)

select * from final
