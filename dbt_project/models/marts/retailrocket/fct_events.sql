{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='visitor_id',
        on_schema_change='fail',
        post_hook='{{ record_raw_inputs() }}',
        meta={
            'raw_inputs': {
                'source': 'retailrocket',
                'incremental_tables': ['events'],
                'full_refresh_tables': ['item_properties'],
                'vars': ['session_timeout_minutes'],
            },
        },
    )
}}

{% set staged_events = ref('stg_retailrocket__events') %}

with events as (
    select *
    from {{ ref('int_events_sessionized') }}
    {% if is_incremental() %}
        where visitor_id in ({{ touched_visitors(staged_events, new_raw_parts('events')) }})
    {% endif %}
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

final as (
    select
        events.event_id,
        events.session_id,
        events.visitor_id,
        events.item_id,
        events.transaction_id,
        item_categories.category_id,
        events.event_type,
        events.event_number,
        item_prices.price,
        item_availabilities.is_available,
        events.occurred_at,
        cast(events.occurred_at as date) as event_date
    from events
    left join item_categories
        on
            events.item_id = item_categories.item_id
            and events.occurred_at >= item_categories.valid_from
            and (item_categories.valid_to is null or events.occurred_at < item_categories.valid_to)
    left join item_prices
        on
            events.item_id = item_prices.item_id
            and events.occurred_at >= item_prices.valid_from
            and (item_prices.valid_to is null or events.occurred_at < item_prices.valid_to)
    left join item_availabilities
        on
            events.item_id = item_availabilities.item_id
            and events.occurred_at >= item_availabilities.valid_from
            and (item_availabilities.valid_to is null or events.occurred_at < item_availabilities.valid_to)
)

select * from final
