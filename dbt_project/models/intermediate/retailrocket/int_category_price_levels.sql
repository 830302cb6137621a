{# A table: two questions read it, and each look at a view would match all intervals with all dates again. #}
{{ config(materialized='table') }}

with as_of_dates as (
    select as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'retailrocket'
),

item_categories as (
    select * from {{ ref('int_item_categories') }}
),

item_prices as (
    select * from {{ ref('int_item_prices') }}
),

final as (
    select
        item_categories.category_id,
        as_of_dates.as_of_date,
        percentile_cont(0.5) within group (
            order by cast(item_prices.price as double precision)
        ) as median_price,
        count(*) as item_count
    from as_of_dates
    inner join item_categories on {{ holds_on('item_categories', 'as_of_dates.as_of_date') }}
    inner join item_prices
        on
            item_categories.item_id = item_prices.item_id
            and {{ holds_on('item_prices', 'as_of_dates.as_of_date') }}
    -- A price of nothing is no price, and has no logarithm.
    where item_prices.price > 0
    group by item_categories.category_id, as_of_dates.as_of_date
)

select * from final
