{%- set holdout_days = var('cltv_holdout_days') | int -%}

with panel as (
    select *
    from {{ ref('int_customer_panel') }}
    where {{ in_asked_stretch('as_of_date') }}
),

orders as (
    select * from {{ ref('int_customer_orders') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

purchases_window as (
    {{ complete_until('observation_windows', 'olist', 'purchases') }}
),

-- The holdout begins at a midnight, so that the first order of each of its days lies in it.
later_orders as (
    select
        panel.customer_unique_id,
        panel.as_of_date,
        count(*) filter (where orders.is_first_order_of_day) as order_day_count,
        count(*) as order_count,
        sum(orders.items_value) as items_value
    from panel
    inner join orders
        on
            panel.customer_unique_id = orders.customer_unique_id
            and {{ in_next_days('orders.purchased_at', 'panel.as_of_date', holdout_days) }}
    group by panel.customer_unique_id, panel.as_of_date
),

matured as (
    select
        panel.*,
        {{ horizon_is_complete('panel.as_of_date', holdout_days, 'purchases_window.complete_until') }}
            as is_horizon_complete
    from panel
    cross join purchases_window
),

final as (
    select
        -- ids
        matured.customer_unique_id,

        -- dates
        matured.as_of_date,

        -- summary of purchases
        matured.order_day_count - 1 as frequency,
        matured.tenure_days - matured.days_since_last_order as recency,
        matured.tenure_days as age,
        coalesce(matured.mean_repeat_day_value, 0) as monetary_value,

        -- text
        matured.customer_state,
        matured.last_payment_type,
        matured.top_category,

        -- numbers
        matured.days_since_last_order,
        matured.tenure_days,
        matured.order_count,
        matured.order_day_count,
        matured.item_count,
        matured.items_value,
        matured.freight_value,
        matured.mean_order_value,
        matured.mean_items_per_order,
        matured.mean_item_price,
        matured.freight_share,
        matured.order_count_1d,
        matured.items_value_1d,
        matured.order_count_7d,
        matured.items_value_7d,
        matured.order_count_30d,
        matured.items_value_30d,
        matured.order_count_90d,
        matured.items_value_90d,
        matured.order_count_change_30d,
        matured.items_value_change_30d,
        matured.order_count_change_90d,
        matured.items_value_change_90d,
        matured.mean_days_between_orders,
        matured.deviation_days_between_orders,
        matured.outcome_count,
        matured.late_count,
        matured.late_share,
        matured.open_order_count,
        matured.delivered_order_count,
        matured.mean_delivery_days,
        matured.mean_installments,
        matured.credit_card_share,
        matured.boleto_share,
        matured.voucher_share,
        matured.review_count,
        matured.mean_review_score,
        matured.last_review_score,
        matured.low_review_share,
        matured.commented_review_share,
        matured.category_count,
        matured.category_entropy,

        -- labels
        case when matured.is_horizon_complete then coalesce(later_orders.order_day_count, 0) end as holdout_count,
        case when matured.is_horizon_complete then coalesce(later_orders.order_count, 0) end as holdout_order_count,
        case
            when matured.is_horizon_complete then cast(coalesce(later_orders.items_value, 0) as double precision)
        end as holdout_value,
        {{ label_known_at('matured.as_of_date', holdout_days) }} as label_known_at
    from matured
    left join later_orders
        on
            matured.customer_unique_id = later_orders.customer_unique_id
            and matured.as_of_date = later_orders.as_of_date
)

select * from final
