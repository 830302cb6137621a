{{ config(meta={'dagster': {'ref': {'name': 'dim_categories'}}}) }}

-- A circle or an orphan in the tree must not lose a category.
select
    staged.category_id as staged_category_id,
    categories.category_id as mart_category_id
from {{ ref('stg_retailrocket__categories') }} as staged
full outer join {{ ref('dim_categories') }} as categories
    on staged.category_id = categories.category_id
where staged.category_id is null or categories.category_id is null
