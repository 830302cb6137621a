with as_of_dates as (
    select as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'retailrocket' and {{ in_asked_stretch('as_of_date') }}
),

events as (
    select * from {{ ref('int_events_with_history') }}
),

-- A step is known with the second of its two events.
steps as (
    select
        previous_item_id as item_id,
        item_id as next_item_id,
        occurred_at
    from events
    where previous_item_id <> item_id
),

counted as (
    select
        steps.item_id,
        steps.next_item_id,
        as_of_dates.as_of_date,
        count(*) as transition_count
    from as_of_dates
    inner join steps on {{ in_last_days('steps.occurred_at', 'as_of_dates.as_of_date', var('transition_days')) }}
    group by steps.item_id, steps.next_item_id, as_of_dates.as_of_date
),

final as (
    select
        -- ids
        item_id,
        next_item_id,

        -- dates
        as_of_date,

        -- numerics
        transition_count,
        cast(transition_count as double precision)
        / cast(sum(transition_count) over (partition by item_id, as_of_date) as double precision) as probability
    from counted
)

select * from final
