{{ config(meta={'dagster': {'ref': {'name': 'int_order_rolling_counts'}}}) }}

-- At the last decisions of each seller the running sums equal the rule, applied to each other order of the seller.
{%- set windows = var('lateness_window_days') %}
with counts as (
    select * from {{ ref('int_order_rolling_counts') }}
    where party_kind = 'seller'
),

order_contents as (
    select * from {{ ref('int_order_contents') }}
),

parties as (
    select * from {{ ref('int_order_parties') }}
    where party_kind = 'seller'
),

order_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

ranked as (
    select
        counts.*,
        order_contents.seller_id,
        row_number() over (
            partition by order_contents.seller_id
            order by counts.decision_at desc, counts.order_id asc, counts.decision_point asc
        ) as recency_rank
    from counts
    inner join order_contents on counts.order_id = order_contents.order_id
),

asked as (
    select * from ranked
    where recency_rank <= 10
),

others as (
    select
        asked.order_id as asked_order_id,
        asked.decision_point,
        asked.decision_at,
        order_moments.*
    from asked
    inner join parties on asked.seller_id = parties.party_id and asked.order_id <> parties.order_id
    inner join order_moments on parties.order_id = order_moments.order_id
),

expected as (
    select
        asked_order_id,
        {%- for length in ['short', 'long'] %}
            {%- set window_start = "decision_at - interval '" ~ windows[length] | int ~ " days'" %}
            count(*) filter (
                where
                {{ outcome_counts_before('others', 'decision_at') }}
                and outcome_known_at >= {{ window_start }}
            ) as outcome_count_{{ length }},
            count(*) filter (
                where
                {{ outcome_counts_before('others', 'decision_at') }}
                and outcome_known_at >= {{ window_start }} and was_missed
            ) as late_count_{{ length }},
            count(*) filter (
                where delivery_known_at < decision_at and delivery_known_at >= {{ window_start }}
            ) as delivery_count_{{ length }},
        {%- endfor %}
        count(*) filter (
            where
            purchased_at < decision_at
            and coalesce(delivery_known_at >= decision_at, true) and decision_at <= stops_counting_at
        ) as open_count,
        count(*) filter (
            where
            purchased_at < decision_at and purchased_at >= decision_at - interval '{{ windows["short"] | int }} days'
        ) as placed_count_short,
        decision_point
    from others
    group by asked_order_id, decision_point
)

{%- set measures = [
    'outcome_count_short', 'outcome_count_long', 'late_count_short', 'late_count_long',
    'delivery_count_short', 'delivery_count_long', 'open_count', 'placed_count_short',
] %}

select
    {%- for measure in measures %}
        asked.{{ measure }},
        expected.{{ measure }} as expected_{{ measure }},
    {%- endfor %}
    asked.order_id,
    asked.decision_point
from asked
left join expected
    on asked.order_id = expected.asked_order_id and asked.decision_point = expected.decision_point
where
    false
    {%- for measure in measures %}
        or asked.{{ measure }} <> coalesce(expected.{{ measure }}, 0)
    {%- endfor %}
