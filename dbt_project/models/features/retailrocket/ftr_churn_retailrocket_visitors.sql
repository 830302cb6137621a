with as_of_dates as (
    select as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'retailrocket' and {{ in_asked_stretch('as_of_date') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

clicks_window as (
    {{ complete_until('observation_windows', 'retailrocket', 'clicks') }}
),

events as (
    select * from {{ ref('int_events_with_history') }}
),

category_price_levels as (
    select * from {{ ref('int_category_price_levels') }}
),

-- The active, each with the last event that was known. The next one is looked at only to see that it was not known yet
-- and, in the label, whether it came in time. Materialised, or an engine may pair all events with all dates first.
panel as materialized (
    select
        events.visitor_id,
        as_of_dates.as_of_date,
        events.event_number as last_session_events,
        events.session_started_at as last_session_started_at,
        events.occurred_at as last_occurred_at,
        events.next_occurred_at
    from as_of_dates
    inner join events
        on {{ in_last_days('events.occurred_at', 'as_of_dates.as_of_date', var('churn_active_days').visitors) }}
    where
        events.next_occurred_at is null
        or not {{ known_by('events.next_occurred_at', 'as_of_dates.as_of_date') }}
),

-- Every event says what it adds, so that one pass over what was known counts sessions, days and items without telling
-- them apart again.
steps as (
    select
        visitor_id,
        category_id,
        occurred_at,
        event_type = 'view' as is_view,
        event_type = 'addtocart' as is_cart,
        event_type = 'transaction' as is_purchase,
        case event_type when 'view' then 1 when 'addtocart' then 2 else 3 end as stage,

        event_number = 1 as opens_session,
        event_number = 2 as is_second_of_session,
        case
            when event_number > 1 then {{ milliseconds_between('previous_occurred_at', 'occurred_at') }}
        end as session_milliseconds,
        cast(
            case
                when event_number = 1 then {{ milliseconds_between('previous_occurred_at', 'occurred_at') }}
            end as numeric(38, 0)
        ) as pause_milliseconds,
        coalesce(cast(previous_occurred_at as date) < cast(occurred_at as date), true) as opens_day,

        item_previous_occurred_at,
        item_previous_occurred_at is null as is_new_item,
        event_type = 'view' and item_previous_viewed_at is null as is_new_view,
        event_type = 'addtocart' and item_previous_carted_at is null as is_new_cart,
        (
            event_type = 'view' and item_previous_viewed_at is null and item_previous_carted_at is not null
            or event_type = 'addtocart' and item_previous_carted_at is null and item_previous_viewed_at is not null
        ) as completes_view_and_cart,
        (
            event_type = 'addtocart' and item_previous_carted_at is null and item_previous_bought_at is not null
            or event_type = 'transaction' and item_previous_bought_at is null and item_previous_carted_at is not null
        ) as completes_cart_and_purchase,

        -- Of a root with n events, n ln n in steps: rounded first, they add up to it exactly.
        root_event_number is not null as has_root_category,
        root_event_number = 1 as is_new_root_category,
        {{ rounded_decimal('root_event_number * ln(cast(root_event_number as double precision))', 24, 12) }}
        - case
            when root_event_number > 1
                then {{ rounded_decimal(
                    '(root_event_number - 1) * ln(cast(root_event_number - 1 as double precision))', 24, 12
                ) }}
            else 0
        end as root_category_surprise,

        case
            when event_type = 'view' and price > 0 then ln(cast(price as double precision))
        end as viewed_log_price,
        is_available,
        extract(hour from occurred_at) < 6 as is_at_night,
        extract(isodow from occurred_at) > 5 as is_at_weekend
    from events
),

history as (
    select
        panel.as_of_date,
        panel.last_session_events,
        panel.last_session_started_at,
        panel.last_occurred_at,
        panel.next_occurred_at,
        steps.*,
        {{ rounded_decimal('steps.viewed_log_price - ln(category_price_levels.median_price)', 24, 12) }}
            as price_position,
        steps.occurred_at >= panel.last_session_started_at as is_in_last_session,
        {{ in_last_days('steps.occurred_at', 'panel.as_of_date', 1) }} as is_in_last_1_day,
        {{ in_last_days('steps.occurred_at', 'panel.as_of_date', 7) }} as is_in_last_7_days,
        {{ in_last_days('steps.occurred_at', 'panel.as_of_date', 14) }} as is_in_last_14_days,
        {{ in_last_days('steps.occurred_at', 'panel.as_of_date', 30) }} as is_in_last_30_days,
        coalesce(
            {{ in_last_days('steps.item_previous_occurred_at', 'panel.as_of_date', 7) }}, false
        ) as has_item_before_in_last_7_days,
        coalesce(
            {{ in_last_days('steps.item_previous_occurred_at', 'panel.as_of_date', 30) }}, false
        ) as has_item_before_in_last_30_days
    from panel
    inner join steps
        on
            panel.visitor_id = steps.visitor_id
            and {{ known_by('steps.occurred_at', 'panel.as_of_date') }}
    left join category_price_levels
        on
            steps.category_id = category_price_levels.category_id
            and panel.as_of_date = category_price_levels.as_of_date
),

summed as (
    select
        visitor_id,
        as_of_date,
        last_session_events,
        last_session_started_at,
        last_occurred_at,
        next_occurred_at,
        min(occurred_at) as first_occurred_at,

        count(*) filter (where is_in_last_1_day) as events_last_1_day,
        count(*) filter (where is_in_last_7_days) as events_last_7_days,
        count(*) filter (where is_in_last_14_days) as events_last_14_days,
        count(*) filter (where is_in_last_30_days) as events_last_30_days,
        count(*) as events_ever,
        count(*) filter (where is_view and is_in_last_1_day) as views_last_1_day,
        count(*) filter (where is_view and is_in_last_7_days) as views_last_7_days,
        count(*) filter (where is_view and is_in_last_14_days) as views_last_14_days,
        count(*) filter (where is_view and is_in_last_30_days) as views_last_30_days,
        count(*) filter (where is_view) as views_ever,
        count(*) filter (where is_cart and is_in_last_1_day) as carts_last_1_day,
        count(*) filter (where is_cart and is_in_last_7_days) as carts_last_7_days,
        count(*) filter (where is_cart and is_in_last_14_days) as carts_last_14_days,
        count(*) filter (where is_cart and is_in_last_30_days) as carts_last_30_days,
        count(*) filter (where is_cart) as carts_ever,
        count(*) filter (where is_purchase and is_in_last_1_day) as purchases_last_1_day,
        count(*) filter (where is_purchase and is_in_last_7_days) as purchases_last_7_days,
        count(*) filter (where is_purchase and is_in_last_14_days) as purchases_last_14_days,
        count(*) filter (where is_purchase and is_in_last_30_days) as purchases_last_30_days,
        count(*) filter (where is_purchase) as purchases_ever,

        count(*) filter (where opens_session and is_in_last_1_day) as sessions_last_1_day,
        count(*) filter (where opens_session and is_in_last_7_days) as sessions_last_7_days,
        count(*) filter (where opens_session and is_in_last_14_days) as sessions_last_14_days,
        count(*) filter (where opens_session and is_in_last_30_days) as sessions_last_30_days,
        count(*) filter (where opens_session) as sessions_ever,
        count(*) filter (where is_second_of_session) as longer_sessions_ever,
        coalesce(sum(session_milliseconds), 0) as session_milliseconds,
        count(*) filter (where opens_day and is_in_last_7_days) as active_days_last_7_days,
        count(*) filter (where opens_day and is_in_last_14_days) as active_days_last_14_days,
        count(*) filter (where opens_day and is_in_last_30_days) as active_days_last_30_days,
        count(*) filter (where opens_day) as active_days_ever,
        count(pause_milliseconds) as pauses,
        sum(pause_milliseconds) as pause_milliseconds,
        sum(pause_milliseconds * pause_milliseconds) as squared_pause_milliseconds,

        max(stage) as furthest_stage_ever,
        max(stage) filter (where is_in_last_session) as furthest_stage_last_session,
        count(*) filter (where is_new_view) as viewed_items,
        count(*) filter (where is_new_cart) as carted_items,
        count(*) filter (where completes_view_and_cart) as viewed_and_carted_items,
        count(*) filter (where completes_cart_and_purchase) as carted_and_bought_items,
        count(*) filter (where is_in_last_7_days and not has_item_before_in_last_7_days) as items_last_7_days,
        count(*) filter (where is_in_last_30_days and not has_item_before_in_last_30_days) as items_last_30_days,
        count(*) filter (where is_new_item) as items_ever,

        count(*) filter (where has_root_category) as categorised_events,
        count(*) filter (where is_new_root_category) as root_categories_ever,
        sum(root_category_surprise) as root_category_surprise,
        count(price_position) as price_positions,
        sum(price_position) as price_position,
        count(*) filter (where is_available) as available_events,
        count(is_available) as events_of_known_availability,
        count(*) filter (where is_at_night) as night_events,
        count(*) filter (where is_at_weekend) as weekend_events
    from history
    group by
        visitor_id, as_of_date, last_session_events, last_session_started_at, last_occurred_at, next_occurred_at
),

final as (
    select
        -- ids
        summed.visitor_id,

        -- dates
        summed.as_of_date,

        -- numerics
        cast(
            {{ milliseconds_between('summed.last_occurred_at', end_of_day('summed.as_of_date')) }} as double precision
        ) / 86400000 as days_since_last_event,
        cast(
            {{ milliseconds_between('summed.first_occurred_at', end_of_day('summed.as_of_date')) }} as double precision
        ) / 86400000 as days_since_first_event,
        summed.events_last_1_day,
        summed.events_last_7_days,
        summed.events_last_14_days,
        summed.events_last_30_days,
        summed.events_ever,
        summed.views_last_1_day,
        summed.views_last_7_days,
        summed.views_last_14_days,
        summed.views_last_30_days,
        summed.views_ever,
        summed.carts_last_1_day,
        summed.carts_last_7_days,
        summed.carts_last_14_days,
        summed.carts_last_30_days,
        summed.carts_ever,
        summed.purchases_last_1_day,
        summed.purchases_last_7_days,
        summed.purchases_last_14_days,
        summed.purchases_last_30_days,
        summed.purchases_ever,
        ln(
            cast(summed.events_last_7_days + 1 as double precision)
            / (summed.events_last_14_days - summed.events_last_7_days + 1)
        ) as event_trend,
        summed.sessions_last_1_day,
        summed.sessions_last_7_days,
        summed.sessions_last_14_days,
        summed.sessions_last_30_days,
        summed.sessions_ever,
        cast(summed.events_ever as double precision) / summed.sessions_ever as mean_session_events,
        cast(summed.session_milliseconds as double precision) / 1000 / summed.sessions_ever as mean_session_seconds,
        cast(summed.sessions_ever - summed.longer_sessions_ever as double precision)
        / summed.sessions_ever as one_event_session_share,
        summed.last_session_events,
        cast(
            {{ milliseconds_between('summed.last_session_started_at', 'summed.last_occurred_at') }} as double precision
        ) / 1000 as last_session_seconds,
        summed.active_days_last_7_days,
        summed.active_days_last_14_days,
        summed.active_days_last_30_days,
        summed.active_days_ever,
        cast(summed.pause_milliseconds as double precision)
        / 86400000 / nullif(summed.pauses, 0) as mean_days_between_sessions,
        sqrt(
            cast(
                summed.pauses * summed.squared_pause_milliseconds
                - summed.pause_milliseconds * summed.pause_milliseconds
                as double precision
            ) / nullif(summed.pauses * (summed.pauses - 1), 0)
        ) / 86400000 as deviation_of_days_between_sessions,
        cast(summed.furthest_stage_ever as bigint) as furthest_stage_ever,
        cast(summed.furthest_stage_last_session as bigint) as furthest_stage_last_session,
        cast(summed.viewed_and_carted_items as double precision) / nullif(summed.viewed_items, 0) as view_to_cart_rate,
        cast(summed.carted_and_bought_items as double precision)
        / nullif(summed.carted_items, 0) as cart_to_purchase_rate,
        summed.items_last_7_days,
        summed.items_last_30_days,
        summed.items_ever,
        cast(summed.views_ever - summed.viewed_items as double precision)
        / nullif(summed.views_ever, 0) as repeated_view_share,
        summed.root_categories_ever,
        case
            when summed.root_categories_ever = 1 then 0
            when summed.root_categories_ever > 1
                then
                    ln(cast(summed.categorised_events as double precision))
                    - cast(summed.root_category_surprise as double precision) / summed.categorised_events
        end as category_entropy,
        cast(summed.categorised_events as double precision) / summed.events_ever as categorised_share,
        cast(summed.price_position as double precision) / nullif(summed.price_positions, 0) as price_position,
        cast(summed.available_events as double precision)
        / nullif(summed.events_of_known_availability, 0) as available_share,
        cast(summed.night_events as double precision) / summed.events_ever as night_share,
        cast(summed.weekend_events as double precision) / summed.events_ever as weekend_share,

        -- booleans
        case
            when
                {{ horizon_is_complete(
                    'summed.as_of_date', var('churn_horizon_days').visitors, 'clicks_window.complete_until'
                ) }}
                then not coalesce(
                    {{ in_next_days(
                        'summed.next_occurred_at', 'summed.as_of_date', var('churn_horizon_days').visitors
                    ) }},
                    false
                )
        end as has_churned,

        -- timestamps
        {{ label_known_at('summed.as_of_date', var('churn_horizon_days').visitors) }} as label_known_at
    from summed
    cross join clicks_window
)

select * from final
