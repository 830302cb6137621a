with source as (
    select * from {{ source('raw_olist', 'order_payments') }}
),

renamed as (
    select
        -- ids
        order_id,
        payment_sequential,

        -- text
        payment_type,

        -- numbers
        payment_installments,
        payment_value
    from source
)

select * from renamed
