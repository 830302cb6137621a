with category_paths as (
    select * from {{ ref('int_category_paths') }}
),

parent_categories as (
    select distinct parent_category_id as category_id
    from category_paths
    where parent_category_id is not null
),

final as (
    select
        category_paths.category_id,
        category_paths.parent_category_id,
        category_paths.root_category_id,
        category_paths.depth,
        category_paths.path,
        category_paths.is_root,
        parent_categories.category_id is null as is_leaf,
        category_paths.is_orphan,
        category_paths.is_in_cycle
    from category_paths
    left join parent_categories
        on category_paths.category_id = parent_categories.category_id
)

select * from final
