{# A table: every question about orders reads it, most of them for each as-of date. #}
{{ config(materialized='table') }}

with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

deliveries_window as (
    {{ complete_until('observation_windows', 'olist', 'deliveries') }}
),

-- A few steps are stamped before the purchase. Nobody knew of them before there was an order.
steps as (
    select
        order_id,
        order_status,
        purchased_at,
        delivered_at,
        estimated_delivery_date,
        case when approved_at < purchased_at then purchased_at else approved_at end as approval_known_at,
        case when handed_over_at < purchased_at then purchased_at else handed_over_at end as handover_known_at,
        case when delivered_at < purchased_at then purchased_at else delivered_at end as delivery_known_at,
        greatest(purchased_at, {{ end_of_day('estimated_delivery_date') }}) as promise_ends_at
    from orders
),

outcomes as (
    select
        *,
        coalesce(delivery_known_at >= promise_ends_at, true) as was_missed,
        case
            when delivery_known_at < promise_ends_at then delivery_known_at
            else promise_ends_at
        end as outcome_known_at,
        promise_ends_at + interval '{{ var("open_late_days") | int - 1 }} days' as stops_counting_at
    from steps
),

final as (
    select
        -- ids
        outcomes.order_id,

        -- booleans
        outcomes.was_missed,
        case
            when outcomes.order_status in ('canceled', 'unavailable') then null
            when outcomes.delivery_known_at is not null then outcomes.was_missed
            when outcomes.estimated_delivery_date <= deliveries_window.complete_until then true
        end as is_late,

        -- timestamps
        outcomes.purchased_at,
        outcomes.approval_known_at,
        outcomes.handover_known_at,
        outcomes.delivery_known_at,
        outcomes.promise_ends_at,
        outcomes.outcome_known_at,
        outcomes.stops_counting_at
    from outcomes
    cross join deliveries_window
)

select * from final
