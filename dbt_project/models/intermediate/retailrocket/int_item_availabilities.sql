{# A table: several models look items up here, and each look at a view would read all snapshots again. #}
{{ config(materialized='table') }}

with intervals as (
    select * from {{ ref('int_item_property_intervals') }}
),

final as (
    select
        item_id,
        case property_value
            when '1' then true
            when '0' then false
        end as is_available,
        valid_from,
        valid_to
    from intervals
    where property_name = 'available'
)

select * from final
