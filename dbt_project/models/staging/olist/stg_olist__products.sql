with source as (
    select * from {{ source('raw_olist', 'products') }}
),

renamed as (
    select
        -- ids
        product_id,

        -- text
        product_category_name,

        -- numbers
        product_name_lenght as product_name_length,
        product_description_lenght as product_description_length,
        product_photos_qty as product_photo_count,
        product_weight_g as product_weight_grams,
        product_length_cm,
        product_height_cm,
        product_width_cm
    from source
)

select * from renamed
