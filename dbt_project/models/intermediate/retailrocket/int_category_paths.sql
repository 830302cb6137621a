with recursive
categories as (
    select * from {{ ref('stg_retailrocket__categories') }}
),

parents as (
    select
        categories.category_id,
        categories.parent_category_id,
        existing.category_id as existing_parent_id,
        categories.parent_category_id is not null and existing.category_id is null as is_orphan
    from categories
    left join categories as existing
        on categories.parent_category_id = existing.category_id
),

-- From every category up to its top. A step that would enter the path again ends the walk, so that a cycle
-- cannot run on for ever.
walks as (
    select
        category_id as start_id,
        category_id as current_id,
        existing_parent_id as next_id,
        cast('>' || category_id || '>' as text) as visited
    from parents
    union all
    select
        walks.start_id,
        parents.category_id as current_id,
        parents.existing_parent_id as next_id,
        cast(walks.visited || parents.category_id || '>' as text) as visited
    from walks
    inner join parents
        on walks.next_id = parents.category_id
    where strpos(walks.visited, '>' || parents.category_id || '>') = 0
),

-- A walk that comes back to its start has visited exactly the members of one cycle. The cycle is opened at
-- its first member, which becomes the top of a tree: every category keeps a root, a depth and a path.
cycle_members as (
    select distinct start_id as category_id
    from walks
    where next_id = start_id
),

cycle_tops as (
    select
        walks.start_id as category_id,
        min(walks.current_id collate "C") = walks.start_id as is_cycle_top
    from walks
    inner join cycle_members
        on walks.start_id = cycle_members.category_id
    group by walks.start_id
),

nodes as (
    select
        parents.category_id,
        parents.parent_category_id,
        parents.existing_parent_id,
        parents.is_orphan,
        cycle_tops.category_id is not null as is_in_cycle,
        parents.existing_parent_id is null or coalesce(cycle_tops.is_cycle_top, false) as is_root
    from parents
    left join cycle_tops
        on parents.category_id = cycle_tops.category_id
),

paths as (
    select
        category_id,
        parent_category_id,
        category_id as root_category_id,
        0 as depth,
        cast(category_id as text) as path,
        is_root,
        is_orphan,
        is_in_cycle
    from nodes
    where is_root
    union all
    select
        nodes.category_id,
        nodes.parent_category_id,
        paths.root_category_id,
        paths.depth + 1 as depth,
        cast(paths.path || '>' || nodes.category_id as text) as path,
        nodes.is_root,
        nodes.is_orphan,
        nodes.is_in_cycle
    from paths
    inner join nodes
        on paths.category_id = nodes.existing_parent_id
    where not nodes.is_root
),

final as (
    select * from paths
)

select * from final
