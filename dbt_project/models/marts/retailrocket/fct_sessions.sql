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

sessions as (
    select
        session_id,
        visitor_id,
        session_number,
        session_started_at as started_at,
        max(occurred_at) as ended_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'view') as view_count,
        count(*) filter (where event_type = 'addtocart') as cart_count,
        count(*) filter (where event_type = 'transaction') as purchase_count,
        count(distinct item_id) as item_count,
        count(distinct transaction_id) as transaction_count
    from events
    group by session_id, visitor_id, session_number, session_started_at
),

final as (
    select
        session_id,
        visitor_id,
        session_number,
        event_count,
        view_count,
        cart_count,
        purchase_count,
        item_count,
        transaction_count,
        cast({{ milliseconds_between('started_at', 'ended_at') }} as double precision) / 1000 as duration_seconds,
        view_count > 0 as has_view,
        cart_count > 0 as has_cart,
        purchase_count > 0 as has_purchase,
        case
            when purchase_count > 0 then 'purchase'
            when cart_count > 0 then 'cart'
            else 'view'
        end as furthest_stage,
        started_at,
        ended_at,
        cast(started_at as date) as session_date
    from sessions
)

select * from final
