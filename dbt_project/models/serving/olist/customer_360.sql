{# A table: people and dashboards read it over and over, and its scores change only when models have scored. #}
{{ config(materialized='table') }}

{%- set horizons = [180, 365] -%}
{%- set active_days = var('churn_active_days')['customers'] | int -%}
{%- set rule = var('next_best_action') -%}
{%- set loyal_segments = "'" ~ rule['loyal_segments'] | join("', '") ~ "'" -%}

with customers as (
    select
        customer_unique_id,
        customer_state
    from {{ ref('dim_customers') }}
),

as_of_dates as (
    select max(as_of_date) as as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'olist'
),

panel as (
    select
        customer_unique_id,
        as_of_date,
        customer_state,
        order_count,
        items_value,
        last_ordered_at,
        days_since_last_order
    from {{ ref('int_customer_panel') }}
),

customer_orders as (
    select
        customer_unique_id,
        order_number,
        order_id,
        was_missed,
        purchased_at,
        delivery_known_at,
        outcome_known_at,
        stops_counting_at
    from {{ ref('int_customer_orders') }}
),

orders as (
    select
        order_id,
        estimated_delivery_date
    from {{ ref('fct_orders') }}
),

churn_scores as (
    select
        customer_unique_id,
        as_of_date,
        score,
        band,
        model_version
    from {{ source('predictions', 'churn_olist_customers') }}
),

value_scores as (
    select
        customer_unique_id,
        as_of_date,
        probability_alive,
        {%- for days in horizons %}
            expected_purchases_{{ days }}d,
            expected_value_{{ days }}d,
            expected_value_{{ days }}d_low,
            expected_value_{{ days }}d_high,
        {%- endfor %}
        band,
        model_version
    from {{ source('predictions', 'cltv_olist_customers') }}
),

segments as (
    select
        customer_unique_id,
        as_of_date,
        score,
        segment,
        is_noise,
        model_version
    from {{ source('predictions', 'segmentation_olist_customers') }}
),

-- Everybody, also who had not ordered by then.
dated as (
    select
        customers.customer_unique_id,
        customers.customer_state,
        as_of_dates.as_of_date
    from customers
    cross join as_of_dates
),

-- Orders are numbered by time: the last of those known is the one whose number is their count.
histories as (
    select
        dated.customer_unique_id,
        dated.as_of_date,
        coalesce(panel.customer_state, dated.customer_state) as customer_state,
        coalesce(panel.order_count, 0) as order_count,
        coalesce(panel.items_value, 0) as items_value,
        case when panel.order_count is not null then first_orders.purchased_at end as first_ordered_at,
        panel.last_ordered_at,
        panel.days_since_last_order,
        last_orders.order_id as last_order_id,
        orders.estimated_delivery_date as last_order_promised_date,
        case
            when {{ known_by('last_orders.delivery_known_at', 'dated.as_of_date') }}
                then cast(last_orders.delivery_known_at as date)
        end as last_order_delivered_date,
        case
            when {{ known_by('last_orders.delivery_known_at', 'dated.as_of_date') }}
                then cast(last_orders.delivery_known_at as date)
            else dated.as_of_date
        end as last_order_seen_date,
        case
            when {{ outcome_counts_before('last_orders', end_of_day('dated.as_of_date')) }} then last_orders.was_missed
        end as last_order_is_late
    from dated
    left join panel
        on
            dated.customer_unique_id = panel.customer_unique_id
            and dated.as_of_date = panel.as_of_date
    left join customer_orders as first_orders
        on
            dated.customer_unique_id = first_orders.customer_unique_id
            and first_orders.order_number = 1
    left join customer_orders as last_orders
        on
            panel.customer_unique_id = last_orders.customer_unique_id
            and panel.order_count = last_orders.order_number
    left join orders on last_orders.order_id = orders.order_id
),

scored as (
    select
        histories.*,
        case
            when histories.last_order_is_late
                then {{ days_between('histories.last_order_promised_date', 'histories.last_order_seen_date') }}
            when not histories.last_order_is_late then 0
        end as last_order_days_late,
        {{ days_between('histories.last_order_delivered_date', 'histories.as_of_date') }} as days_since_delivery,
        churn_scores.score as churn_probability,
        churn_scores.band as churn_band,
        churn_scores.model_version as churn_model_version,
        value_scores.probability_alive,
        {%- for days in horizons %}
            value_scores.expected_purchases_{{ days }}d,
            value_scores.expected_value_{{ days }}d,
            value_scores.expected_value_{{ days }}d_low,
            value_scores.expected_value_{{ days }}d_high,
        {%- endfor %}
        value_scores.band as value_band,
        value_scores.model_version as cltv_model_version,
        segments.segment,
        segments.score as segment_strength,
        segments.is_noise as is_segment_noise,
        segments.model_version as segmentation_model_version,
        churn_scores.customer_unique_id is not null as is_churn_scored,
        value_scores.customer_unique_id is not null as is_cltv_scored,
        segments.customer_unique_id is not null as is_segmented
    from histories
    left join churn_scores
        on
            histories.customer_unique_id = churn_scores.customer_unique_id
            and histories.as_of_date = churn_scores.as_of_date
    left join value_scores
        on
            histories.customer_unique_id = value_scores.customer_unique_id
            and histories.as_of_date = value_scores.as_of_date
    left join segments
        on
            histories.customer_unique_id = segments.customer_unique_id
            and histories.as_of_date = segments.as_of_date
),

-- What the rule asks of a customer. Who has not ordered for so long that nobody asks whether they leave counts as
-- leaving.
situations as (
    select
        *,
        order_count > 0 as has_ordered,
        last_order_is_late and coalesce(days_since_delivery <= {{ rule['service_recovery_days'] | int }}, true)
            as is_owed_service,
        coalesce(churn_band = 'high', false) or days_since_last_order > {{ active_days }} as is_leaving,
        segment in ({{ loyal_segments }}) as is_loyal,
        days_since_last_order <= {{ rule['welcome_days'] | int }} as is_recent
    from scored
),

final as (
    select
        -- ids
        customer_unique_id,
        last_order_id,

        -- dates
        as_of_date,

        -- person
        customer_state,
        {{ region_of_state('customer_state') }} as customer_region,

        -- history
        order_count,
        items_value,
        first_ordered_at,
        last_ordered_at,
        days_since_last_order,
        last_order_is_late,
        last_order_days_late,

        -- churn
        is_churn_scored,
        churn_probability,
        churn_band,
        churn_model_version,

        -- value
        is_cltv_scored,
        probability_alive,
        {%- for days in horizons %}
            expected_purchases_{{ days }}d,
            expected_value_{{ days }}d,
            expected_value_{{ days }}d_low,
            expected_value_{{ days }}d_high,
        {%- endfor %}
        value_band,
        cltv_model_version,

        -- segment
        is_segmented,
        segment,
        segment_strength,
        is_segment_noise,
        segmentation_model_version,

        -- what to do: the first line that holds
        case
            when not has_ordered then 'wait_for_order'
            when is_owed_service then 'repair_service'
            when is_leaving and value_band = 'high' then 'win_back'
            when is_loyal then 'reward_loyalty'
            when value_band = 'high' then 'offer_more'
            when is_recent then 'welcome'
            when not is_leaving and value_band = 'medium' then 'remind'
            else 'no_contact'
        end as next_best_action
    from situations
)

select * from final
