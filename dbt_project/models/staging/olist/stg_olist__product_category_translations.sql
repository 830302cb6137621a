with source as (
    select * from {{ source('raw_olist', 'product_category_name_translation') }}
),

renamed as (
    select
        -- ids
        product_category_name,

        -- text
        product_category_name_english
    from source
)

select * from renamed
