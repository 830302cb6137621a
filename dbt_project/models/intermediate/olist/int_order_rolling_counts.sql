{{ config(materialized='table') }}

with decisions as (
    select * from {{ ref('int_order_decisions') }}
),

order_contents as (
    select * from {{ ref('int_order_contents') }}
),

parties as (
    select * from {{ ref('int_order_parties') }}
),

count_changes as (
    select * from {{ ref('int_order_count_changes') }}
),

-- Each decision asks about one seller and one route, those of the order's main unit, and about the network.
asked as (
    select
        decisions.order_id,
        decisions.decision_point,
        decisions.decision_at,
        'seller' as party_kind,
        order_contents.seller_id as party_id
    from decisions
    inner join order_contents on decisions.order_id = order_contents.order_id

    union all

    select
        decisions.order_id,
        decisions.decision_point,
        decisions.decision_at,
        'route' as party_kind,
        {{ route_id('order_contents.seller_state', 'order_contents.customer_state') }} as party_id
    from decisions
    inner join order_contents on decisions.order_id = order_contents.order_id
    where {{ route_id('order_contents.seller_state', 'order_contents.customer_state') }} is not null

    union all

    select
        order_id,
        decision_point,
        decision_at,
        'network' as party_kind,
        'all' as party_id
    from decisions
),

-- A decision precedes what changes at the same instant.
timeline as (
    select
        order_id,
        decision_point,
        party_kind,
        party_id,
        {%- for measure in order_measures() %}
            cast(0 as bigint) as {{ measure }},
        {%- endfor %}
        decision_at as moment,
        0 as instant_rank
    from asked

    union all

    select
        cast(null as text) as order_id,
        cast(null as text) as decision_point,
        parties.party_kind,
        parties.party_id,
        {%- for measure in order_measures() %}
            cast(sum(count_changes.{{ measure }}) as bigint) as {{ measure }},
        {%- endfor %}
        count_changes.changed_at as moment,
        1 as instant_rank
    from parties
    inner join count_changes on parties.order_id = count_changes.order_id
    group by parties.party_kind, parties.party_id, count_changes.changed_at
),

-- What enters a count leaves it again: the changes of a party add up to zero, and the sum starts anew with the next
-- party. One partition a party would say the same and take five times as long.
running as (
    select
        order_id,
        decision_point,
        party_kind,
        {%- for measure in order_measures() %}
            sum({{ measure }}) over party_history as {{ measure }},
        {%- endfor %}
        moment,
        instant_rank
    from timeline
    window party_history as (
        partition by party_kind
        order by party_id, moment, instant_rank
        rows between unbounded preceding and current row
    )
),

-- What the order itself has added by then: nothing at its purchase, at its hand-over at least an open order.
own as (
    select
        decisions.order_id,
        {%- for measure in order_measures() %}
            sum(count_changes.{{ measure }}) as {{ measure }},
        {%- endfor %}
        decisions.decision_point
    from decisions
    inner join count_changes
        on decisions.order_id = count_changes.order_id and decisions.decision_at > count_changes.changed_at
    group by decisions.order_id, decisions.decision_point
),

final as (
    select
        -- ids
        running.order_id,
        running.decision_point,
        running.party_kind,

        -- numbers
        {%- for measure in order_measures() %}
            cast(running.{{ measure }} - coalesce(own.{{ measure }}, 0) as bigint) as {{ measure }},
        {%- endfor %}

        -- timestamps
        running.moment as decision_at
    from running
    left join own
        on running.order_id = own.order_id and running.decision_point = own.decision_point
    where running.instant_rank = 0
)

select * from final
