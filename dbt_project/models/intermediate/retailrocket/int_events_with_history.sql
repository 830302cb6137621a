{# A table: several questions read it for each as-of date, and its windows sort all events. #}
{{ config(materialized='table') }}

with events as (
    select * from {{ ref('fct_events') }}
),

categories as (
    select * from {{ ref('dim_categories') }}
),

rooted as (
    select
        events.*,
        categories.root_category_id
    from events
    left join categories on events.category_id = categories.category_id
),

final as (
    select
        -- ids
        event_id,
        session_id,
        visitor_id,
        item_id,
        category_id,
        root_category_id,
        case
            when event_number > 1 then lag(item_id) over (partition by visitor_id order by occurred_at, event_id)
        end as previous_item_id,

        -- strings
        event_type,

        -- numerics
        event_number,
        case
            when root_category_id is not null
                then row_number() over (
                    partition by visitor_id, root_category_id
                    order by occurred_at, event_id
                )
        end as root_event_number,
        price,

        -- booleans
        is_available,

        -- timestamps
        occurred_at,
        max(case when event_number = 1 then occurred_at end) over (
            partition by visitor_id
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as session_started_at,
        lag(occurred_at) over (partition by visitor_id order by occurred_at, event_id) as previous_occurred_at,
        lead(occurred_at) over (partition by visitor_id order by occurred_at, event_id) as next_occurred_at,
        lag(occurred_at) over (
            partition by visitor_id, item_id
            order by occurred_at, event_id
        ) as item_previous_occurred_at,
        max(case when event_type = 'view' then occurred_at end) over (
            partition by visitor_id, item_id
            order by occurred_at, event_id
            rows between unbounded preceding and 1 preceding
        ) as item_previous_viewed_at,
        max(case when event_type = 'addtocart' then occurred_at end) over (
            partition by visitor_id, item_id
            order by occurred_at, event_id
            rows between unbounded preceding and 1 preceding
        ) as item_previous_carted_at,
        max(case when event_type = 'transaction' then occurred_at end) over (
            partition by visitor_id, item_id
            order by occurred_at, event_id
            rows between unbounded preceding and 1 preceding
        ) as item_previous_bought_at
    from rooted
)

select * from final
