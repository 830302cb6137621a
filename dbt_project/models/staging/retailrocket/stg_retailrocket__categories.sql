with source as (
    select * from {{ source('raw_retailrocket', 'category_tree') }}
),

final as (
    select
        -- ids
        categoryid as category_id,
        parentid as parent_category_id
    from source
)

select * from final
