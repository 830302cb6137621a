{{ config(materialized='table') }}

with geolocations as (
    select * from {{ ref('stg_olist__geolocations') }}
),

points_in_brazil as (
    select
        zip_code_prefix,
        latitude,
        longitude
    from geolocations
    where {{ is_in_brazil('latitude', 'longitude') }}
),

-- The median withstands a point resolved to a wrong place inside Brazil, and unlike a mean of floating point
-- numbers it does not depend on the order of the rows.
final as (
    select
        -- ids
        zip_code_prefix,

        -- numbers
        count(*) as point_count,
        percentile_cont(0.5) within group (order by latitude) as latitude,
        percentile_cont(0.5) within group (order by longitude) as longitude
    from points_in_brazil
    group by zip_code_prefix
)

select * from final
