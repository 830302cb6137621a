with item_properties as (
    select * from {{ ref('stg_retailrocket__item_properties') }}
),

-- Two values at one instant: the greatest one counts, so that the order of rows in the files does not matter.
ranked as (
    select
        item_id,
        property_name,
        property_value,
        property_number,
        recorded_at,
        row_number() over (
            partition by item_id, property_name, recorded_at
            order by property_value collate "C" desc nulls last
        ) as value_rank
    from item_properties
),

compared as (
    select
        *,
        lag(property_value) over (
            partition by item_id, property_name
            order by recorded_at
        ) as previous_value
    from ranked
    where value_rank = 1
),

changes as (
    select *
    from compared
    where property_value is distinct from previous_value
),

final as (
    select
        item_id,
        property_name,
        property_value,
        property_number,
        recorded_at as valid_from,
        lead(recorded_at) over (
            partition by item_id, property_name
            order by recorded_at
        ) as valid_to
    from changes
)

select * from final
