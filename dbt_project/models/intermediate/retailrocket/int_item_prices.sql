{# A table: several models look items up here, and each look at a view would read all snapshots again. #}
{{ config(materialized='table') }}

with intervals as (
    select * from {{ ref('int_item_property_intervals') }}
),

final as (
    select
        item_id,
        cast(property_number as numeric(18, 2)) as price,
        valid_from,
        valid_to
    from intervals
    where property_name = '790'
)

select * from final
