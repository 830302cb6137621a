with as_of_dates as (
    select as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'retailrocket' and {{ in_asked_stretch('as_of_date') }}
),

events as (
    select * from {{ ref('int_events_with_history') }}
),

item_categories as (
    select * from {{ ref('int_item_categories') }}
),

item_prices as (
    select * from {{ ref('int_item_prices') }}
),

item_availabilities as (
    select * from {{ ref('int_item_availabilities') }}
),

categories as (
    select * from {{ ref('dim_categories') }}
),

category_price_levels as (
    select * from {{ ref('int_category_price_levels') }}
),

-- Of an item that is active on a date, the first event was known by then.
first_events as (
    select
        item_id,
        min(occurred_at) as first_occurred_at
    from events
    group by item_id
),

numbered_prices as (
    select
        *,
        row_number() over (partition by item_id order by valid_from) as price_number
    from item_prices
),

-- The first event of a visitor with the item in a window (or of a kind) is the one whose predecessor lies before it.
recent_events as (
    select
        events.item_id,
        as_of_dates.as_of_date,
        events.occurred_at,
        events.event_type = 'view' as is_view,
        events.event_type = 'addtocart' as is_cart,
        events.event_type = 'transaction' as is_purchase,
        {{ in_last_days('events.occurred_at', 'as_of_dates.as_of_date', 1) }} as is_in_last_1_day,
        {{ in_last_days('events.occurred_at', 'as_of_dates.as_of_date', 7) }} as is_in_last_7_days,
        {{ in_last_days('events.occurred_at', 'as_of_dates.as_of_date', 14) }} as is_in_last_14_days,
        {{ in_last_days('events.occurred_at', 'as_of_dates.as_of_date', 28) }} as is_in_last_28_days,
        coalesce(
            {{ in_last_days('events.item_previous_occurred_at', 'as_of_dates.as_of_date', 7) }}, false
        ) as has_visitor_before_in_last_7_days,
        coalesce(
            {{ in_last_days('events.item_previous_occurred_at', 'as_of_dates.as_of_date', 28) }}, false
        ) as has_visitor_before_in_last_28_days,
        coalesce(
            {{ in_last_days('events.item_previous_carted_at', 'as_of_dates.as_of_date', 28) }}, false
        ) as has_cart_before_in_last_28_days,
        coalesce(
            {{ in_last_days('events.item_previous_bought_at', 'as_of_dates.as_of_date', 28) }}, false
        ) as has_purchase_before_in_last_28_days
    from as_of_dates
    inner join events
        on {{ in_last_days(
            'events.occurred_at', 'as_of_dates.as_of_date', [var('item_active_days') | int, 28] | max
        ) }}
),

summed as (
    select
        item_id,
        as_of_date,
        max(occurred_at) as last_occurred_at,
        count(*) filter (where is_in_last_1_day) as events_last_1_day,
        count(*) filter (where is_in_last_7_days) as events_last_7_days,
        count(*) filter (where is_in_last_14_days) as events_last_14_days,
        count(*) filter (where is_in_last_28_days) as events_last_28_days,
        count(*) filter (where is_view and is_in_last_1_day) as views_last_1_day,
        count(*) filter (where is_view and is_in_last_7_days) as views_last_7_days,
        count(*) filter (where is_view and is_in_last_28_days) as views_last_28_days,
        count(*) filter (where is_cart and is_in_last_1_day) as carts_last_1_day,
        count(*) filter (where is_cart and is_in_last_7_days) as carts_last_7_days,
        count(*) filter (where is_cart and is_in_last_28_days) as carts_last_28_days,
        count(*) filter (where is_purchase and is_in_last_1_day) as purchases_last_1_day,
        count(*) filter (where is_purchase and is_in_last_7_days) as purchases_last_7_days,
        count(*) filter (where is_purchase and is_in_last_28_days) as purchases_last_28_days,
        count(*) filter (
            where is_in_last_7_days and not has_visitor_before_in_last_7_days
        ) as visitors_last_7_days,
        count(*) filter (
            where is_in_last_28_days and not has_visitor_before_in_last_28_days
        ) as visitors_last_28_days,
        count(*) filter (
            where is_cart and is_in_last_28_days and not has_cart_before_in_last_28_days
        ) as carting_visitors_last_28_days,
        count(*) filter (
            where is_purchase and is_in_last_28_days and not has_purchase_before_in_last_28_days
        ) as buying_visitors_last_28_days
    from recent_events
    group by item_id, as_of_date
    having {{ in_last_days('max(occurred_at)', 'as_of_date', var('item_active_days')) }}
),

described as (
    select
        summed.*,
        first_events.first_occurred_at,
        item_categories.category_id,
        categories.root_category_id,
        cast(numbered_prices.price as double precision) as price,
        case when numbered_prices.price_number > 1 then numbered_prices.valid_from end as price_changed_at,
        category_price_levels.median_price,
        item_availabilities.is_available
    from summed
    inner join first_events on summed.item_id = first_events.item_id
    left join item_categories
        on
            summed.item_id = item_categories.item_id
            and {{ holds_on('item_categories', 'summed.as_of_date') }}
    left join categories on item_categories.category_id = categories.category_id
    left join numbered_prices
        on
            summed.item_id = numbered_prices.item_id
            and {{ holds_on('numbered_prices', 'summed.as_of_date') }}
    left join item_availabilities
        on
            summed.item_id = item_availabilities.item_id
            and {{ holds_on('item_availabilities', 'summed.as_of_date') }}
    left join category_price_levels
        on
            item_categories.category_id = category_price_levels.category_id
            and summed.as_of_date = category_price_levels.as_of_date
),

final as (
    select
        -- ids
        item_id,
        category_id,
        root_category_id,

        -- dates
        as_of_date,

        -- numerics
        events_last_1_day,
        events_last_7_days,
        events_last_28_days,
        views_last_1_day,
        views_last_7_days,
        views_last_28_days,
        carts_last_1_day,
        carts_last_7_days,
        carts_last_28_days,
        purchases_last_1_day,
        purchases_last_7_days,
        purchases_last_28_days,
        visitors_last_7_days,
        visitors_last_28_days,
        ln(
            cast(events_last_7_days + 1 as double precision) / (events_last_14_days - events_last_7_days + 1)
        ) as event_trend,
        cast(
            {{ milliseconds_between('last_occurred_at', end_of_day('as_of_date')) }} as double precision
        ) / 86400000 as days_since_last_event,
        cast(
            {{ milliseconds_between('first_occurred_at', end_of_day('as_of_date')) }} as double precision
        ) / 86400000 as days_since_first_event,
        cast(carting_visitors_last_28_days as double precision)
        / nullif(visitors_last_28_days, 0) as cart_conversion,
        cast(buying_visitors_last_28_days as double precision)
        / nullif(visitors_last_28_days, 0) as purchase_conversion,
        price,
        cast(
            {{ milliseconds_between('price_changed_at', end_of_day('as_of_date')) }} as double precision
        ) / 86400000 as days_since_price_change,
        case when price > 0 then ln(price / median_price) end as price_position,
        case
            when category_id is not null
                then row_number() over (
                    partition by as_of_date, category_id
                    order by visitors_last_28_days desc, events_last_28_days desc, item_id collate "C" asc
                )
        end as category_rank,

        -- booleans
        is_available
    from described
)

select * from final
