{{ config(meta={'as_of_column': 'decision_at'}) }}

with decisions as (
    select
        order_id,
        decision_point,
        decision_at
    from {{ ref('int_order_decisions') }}
    where {{ in_asked_stretch('decision_at') }}
),

order_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

orders as (
    select * from {{ ref('int_orders_with_customers') }}
),

order_contents as (
    select * from {{ ref('int_order_contents') }}
),

payments_summed as (
    select * from {{ ref('int_order_payments_summed') }}
),

main_payments as (
    select * from {{ ref('int_order_main_payments') }}
),

working_days as (
    select * from {{ ref('int_working_days') }}
),

rolling_counts as (
    select * from {{ ref('int_order_rolling_counts') }}
),

-- Of the order's own steps those up to the decision are features, those after it labels.
own_steps as (
    select
        decisions.order_id,
        decisions.decision_point,
        decisions.decision_at,
        order_moments.purchased_at,
        order_moments.promise_ends_at,
        order_moments.outcome_known_at,
        case
            when order_moments.delivery_known_at > decisions.decision_at then order_moments.delivery_known_at
        end as delivery_known_at,
        case when order_moments.outcome_known_at > decisions.decision_at then order_moments.is_late end as is_late,
        decisions.decision_point = 'handover' as is_handover,
        case
            when decisions.decision_point = 'handover' and order_moments.approval_known_at <= decisions.decision_at
                then order_moments.approval_known_at
        end as approval_known_at
    from decisions
    inner join order_moments on decisions.order_id = order_moments.order_id
),

facts as (
    select
        own_steps.*,
        orders.customer_state,
        cast(orders.purchased_at as date) as purchase_date,
        orders.estimated_delivery_date,
        case when own_steps.is_handover then own_steps.decision_at end as handover_at,
        case
            when own_steps.approval_known_at is not null then order_contents.shipping_limit_at
        end as shipping_limit_at,
        order_contents.seller_state,
        order_contents.product_category,
        order_contents.item_count,
        order_contents.product_count,
        order_contents.seller_count,
        order_contents.items_value,
        order_contents.freight_value,
        order_contents.main_price,
        order_contents.main_freight_value,
        order_contents.main_weight_grams,
        order_contents.main_volume_cm3,
        order_contents.total_weight_grams,
        order_contents.distance_km,
        main_payments.payment_type,
        payments_summed.payment_count,
        payments_summed.payment_installments,
        payments_summed.payments_value
    from own_steps
    inner join orders on own_steps.order_id = orders.order_id
    left join order_contents on own_steps.order_id = order_contents.order_id
    left join payments_summed on own_steps.order_id = payments_summed.order_id
    left join main_payments on own_steps.order_id = main_payments.order_id
),

-- An order without units has neither a seller nor a route, and so no counts of them.
parties as (
    select
        order_id,
        {%- for party in ['seller', 'route', 'network'] %}
            {%- for measure in order_measures() %}
                max({{ measure }}) filter (where party_kind = '{{ party }}') as {{ party }}_{{ measure }},
            {%- endfor %}
        {%- endfor %}
        decision_point
    from rolling_counts
    group by order_id, decision_point
),

final as (
    select
        -- ids
        facts.order_id,
        facts.decision_point,

        -- timestamps
        facts.decision_at,

        -- the order and its contents
        facts.customer_state,
        facts.seller_state,
        facts.seller_state = facts.customer_state as is_same_state,
        facts.distance_km,
        cast(facts.item_count as bigint) as item_count,
        cast(facts.product_count as bigint) as product_count,
        cast(facts.seller_count as bigint) as seller_count,
        cast(facts.items_value as double precision) as items_value,
        cast(facts.freight_value as double precision) as freight_value,
        cast(facts.freight_value as double precision)
        / nullif(cast(facts.items_value as double precision), 0) as freight_share,
        cast(facts.main_price as double precision) as main_price,
        cast(facts.main_freight_value as double precision) as main_freight_value,
        facts.product_category,
        cast(facts.main_weight_grams as bigint) as main_weight_grams,
        cast(facts.main_volume_cm3 as bigint) as main_volume_cm3,
        facts.total_weight_grams,

        -- payment
        facts.payment_type,
        cast(facts.payment_count as bigint) as payment_count,
        cast(facts.payment_installments as bigint) as payment_installments,
        cast(facts.payments_value as double precision) as payments_value,

        -- promise and calendar
        cast({{ days_between('facts.purchase_date', 'facts.estimated_delivery_date') }} as bigint) as promised_days,
        promised_day.working_day_number - purchase_day.working_day_number as promised_working_days,
        promised_day.holiday_number - purchase_day.holiday_number as promised_holidays,
        cast(extract(month from facts.purchased_at) as bigint) as purchase_month,
        cast(extract(isodow from facts.purchased_at) as bigint) as purchase_weekday,
        cast(extract(hour from facts.purchased_at) as bigint) as purchase_hour,
        cast(extract(isodow from facts.decision_at) as bigint) as decision_weekday,
        cast(extract(hour from facts.decision_at) as bigint) as decision_hour,

        -- steps up to the hand-over
        {{ elapsed_days('facts.purchased_at', 'facts.approval_known_at') }} as purchase_to_approval_days,
        {{ elapsed_days('facts.approval_known_at', 'facts.handover_at') }} as approval_to_handover_days,
        {{ elapsed_days('facts.purchased_at', 'facts.handover_at') }} as purchase_to_handover_days,
        {{ elapsed_days('facts.approval_known_at', 'facts.shipping_limit_at') }} as approval_to_shipping_limit_days,
        {{ elapsed_days('facts.handover_at', 'facts.shipping_limit_at') }} as shipping_limit_left_days,
        case
            when facts.is_handover then {{ elapsed_days('facts.decision_at', 'facts.promise_ends_at') }}
        end as promise_left_days,

        -- lateness of the seller, of the route and of the whole network
        {%- for party in ['seller', 'route', 'network'] %}
            {%- for length in ['short', 'long'] %}
                parties.{{ party }}_outcome_count_{{ length }},
                parties.{{ party }}_late_count_{{ length }},
                cast(parties.{{ party }}_late_count_{{ length }} as double precision)
                / nullif(parties.{{ party }}_outcome_count_{{ length }}, 0) as {{ party }}_late_share_{{ length }},
                cast(parties.{{ party }}_delivery_milliseconds_{{ length }} as double precision) / 86400000
                / nullif(parties.{{ party }}_delivery_count_{{ length }}, 0) as {{ party }}_delivery_days_{{ length }},
            {%- endfor %}
        {%- endfor %}

        -- backlog
        parties.seller_placed_count_short,
        parties.seller_open_count,
        parties.seller_overdue_count,
        parties.network_open_count,
        parties.network_overdue_count,

        -- labels
        facts.is_late,
        {{ elapsed_days('facts.decision_at', 'facts.delivery_known_at') }} as delivery_days,
        facts.delivery_known_at,
        facts.promise_ends_at as horizon_ends_at,
        facts.outcome_known_at as label_known_at
    from facts
    inner join parties on facts.order_id = parties.order_id and facts.decision_point = parties.decision_point
    left join working_days as purchase_day on facts.purchase_date = purchase_day.date_day
    left join working_days as promised_day on facts.estimated_delivery_date = promised_day.date_day
)

select * from final
