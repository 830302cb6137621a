{# A table: it is summed once for each order's parties and once for the order itself. #}
{{ config(materialized='table') }}

{%- set windows = var('lateness_window_days') %}

with order_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

-- An order counts at every moment after starts_at up to and including ends_at. Where it starts later than it ends, as
-- the last spell of an order delivered long after its promise may, it never does.
spells as (
    {%- for length in ['short', 'long'] %}
        {%- set window = "interval '" ~ windows[length] | int ~ " days'" %}
        {#- Left unfinished by stops_counting_at, unless it was delivered by then. -#}
        {%- for measure, condition in [('outcome_count', 'true'), ('late_count', 'was_missed')] %}
            select
                order_id,
                '{{ measure }}_{{ length }}' as measure,
                cast(1 as bigint) as amount,
                outcome_known_at as starts_at,
                case
                    when delivery_known_at <= stops_counting_at then outcome_known_at + {{ window }}
                    else least(outcome_known_at + {{ window }}, stops_counting_at)
                end as ends_at
            from order_moments
            where {{ condition }}

            union all

            -- Back by its delivery, for what is left of the window.
            select
                order_id,
                '{{ measure }}_{{ length }}' as measure,
                cast(1 as bigint) as amount,
                delivery_known_at as starts_at,
                outcome_known_at + {{ window }} as ends_at
            from order_moments
            where delivery_known_at > stops_counting_at and {{ condition }}

            union all
        {%- endfor %}
        {%- for measure, amount in [
            ('delivery_count', 'cast(1 as bigint)'),
            ('delivery_milliseconds', milliseconds_between('purchased_at', 'delivery_known_at')),
        ] %}

            select
                order_id,
                '{{ measure }}_{{ length }}' as measure,
                {{ amount }} as amount,
                delivery_known_at as starts_at,
                delivery_known_at + {{ window }} as ends_at
            from order_moments
            where delivery_known_at is not null

            union all
        {%- endfor %}
    {%- endfor %}

    select
        order_id,
        'open_count' as measure,
        cast(1 as bigint) as amount,
        purchased_at as starts_at,
        least(coalesce(delivery_known_at, stops_counting_at), stops_counting_at) as ends_at
    from order_moments

    union all

    select
        order_id,
        'overdue_count' as measure,
        cast(1 as bigint) as amount,
        promise_ends_at as starts_at,
        least(coalesce(delivery_known_at, stops_counting_at), stops_counting_at) as ends_at
    from order_moments

    union all

    select
        order_id,
        'placed_count_short' as measure,
        cast(1 as bigint) as amount,
        purchased_at as starts_at,
        purchased_at + interval '{{ windows["short"] | int }} days' as ends_at
    from order_moments
),

changes as (
    select
        order_id,
        starts_at as changed_at,
        measure,
        amount as change
    from spells
    where starts_at < ends_at

    union all

    select
        order_id,
        ends_at as changed_at,
        measure,
        -amount as change
    from spells
    where starts_at < ends_at
),

final as (
    select
        -- ids
        order_id,

        -- numbers
        {%- for measure in order_measures() %}
            cast(coalesce(sum(change) filter (where measure = '{{ measure }}'), 0) as bigint) as {{ measure }},
        {%- endfor %}

        -- timestamps
        changed_at
    from changes
    group by order_id, changed_at
)

select * from final
