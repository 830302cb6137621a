with source as (
    select * from {{ source('raw_olist', 'customers') }}
),

renamed as (
    select
        -- ids
        customer_id,
        customer_unique_id,

        -- text
        customer_zip_code_prefix,
        customer_city,
        customer_state
    from source
)

select * from renamed
