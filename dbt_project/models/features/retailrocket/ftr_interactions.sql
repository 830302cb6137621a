with all_as_of_dates as (
    select
        as_of_date,
        row_number() over (order by as_of_date desc) as newest_number
    from {{ ref('int_as_of_dates') }}
    where source = 'retailrocket'
),

-- Numbered before a stretch is cut out, which must not make older dates the newest.
as_of_dates as (
    select as_of_date
    from all_as_of_dates
    where
        newest_number <= {{ var('interaction_as_of_count') | int }}
        and {{ in_asked_stretch('as_of_date') }}
),

events as (
    select * from {{ ref('fct_events') }}
),

weighted as (
    select
        visitor_id,
        item_id,
        event_type,
        occurred_at,
        case event_type
            when 'view' then cast('{{ var("interaction_weights").view }}' as double precision)
            when 'addtocart' then cast('{{ var("interaction_weights").addtocart }}' as double precision)
            when 'transaction' then cast('{{ var("interaction_weights").transaction }}' as double precision)
        end as weight
    from events
),

decayed as (
    select
        weighted.visitor_id,
        weighted.item_id,
        as_of_dates.as_of_date,
        weighted.event_type,
        weighted.occurred_at,
        weighted.weight * power(
            cast(0.5 as double precision),
            cast(
                {{ milliseconds_between('weighted.occurred_at', end_of_day('as_of_dates.as_of_date')) }}
                as double precision
            ) / (86400000 * {{ var('interaction_half_life_days') | float }})
        ) as decayed_weight
    from as_of_dates
    inner join weighted
        on {{ in_last_days(
            'weighted.occurred_at', 'as_of_dates.as_of_date', var('interaction_lookback_days')
        ) }}
),

final as (
    select
        -- ids
        visitor_id,
        item_id,

        -- dates
        as_of_date,

        -- numerics
        -- Of decimal numbers, so that the sum does not depend on the order of its parts.
        cast(sum({{ rounded_decimal('decayed_weight', 24, 12) }}) as double precision) as strength,
        count(*) filter (where event_type = 'view') as view_count,
        count(*) filter (where event_type = 'addtocart') as cart_count,
        count(*) filter (where event_type = 'transaction') as purchase_count,

        -- timestamps
        max(occurred_at) as last_interacted_at
    from decayed
    group by visitor_id, item_id, as_of_date
)

select * from final
