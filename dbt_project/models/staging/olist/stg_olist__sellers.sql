with source as (
    select * from {{ source('raw_olist', 'sellers') }}
),

renamed as (
    select
        -- ids
        seller_id,

        -- text
        seller_zip_code_prefix,
        seller_city,
        seller_state
    from source
)

select * from renamed
