with products as (
    select * from {{ ref('stg_olist__products') }}
),

translations as (
    select * from {{ ref('stg_olist__product_category_translations') }}
),

final as (
    select
        -- ids
        products.product_id,

        -- text
        products.product_category_name,
        coalesce(
            translations.product_category_name_english, products.product_category_name, 'unknown'
        ) as product_category,

        -- numbers
        products.product_name_length,
        products.product_description_length,
        products.product_photo_count,
        products.product_weight_grams,
        products.product_length_cm,
        products.product_height_cm,
        products.product_width_cm,

        -- booleans
        products.product_category_name is not null as has_category,
        translations.product_category_name is not null as is_category_translated
    from products
    left join translations on products.product_category_name = translations.product_category_name
)

select * from final
