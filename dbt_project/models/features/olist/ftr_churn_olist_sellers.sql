{%- set active_days = var('churn_active_days')['sellers'] | int -%}
{%- set horizon_days = var('churn_horizon_days')['sellers'] | int -%}

with panel as (
    select *
    from {{ ref('int_seller_panel') }}
    where {{ in_asked_stretch('as_of_date') }}
),

orders as (
    select * from {{ ref('int_seller_orders') }}
),

observation_windows as (
    select * from {{ ref('int_observation_windows') }}
),

purchases_window as (
    {{ complete_until('observation_windows', 'olist', 'purchases') }}
),

active as (
    select
        panel.*,
        {{ horizon_is_complete('panel.as_of_date', horizon_days, 'purchases_window.complete_until') }}
            as is_horizon_complete
    from panel
    cross join purchases_window
    where {{ in_last_days('panel.last_ordered_at', 'panel.as_of_date', active_days) }}
),

later_orders as (
    select
        active.seller_id,
        active.as_of_date,
        count(*) as order_count
    from active
    inner join orders
        on
            active.seller_id = orders.seller_id
            and {{ in_next_days('orders.purchased_at', 'active.as_of_date', horizon_days) }}
    group by active.seller_id, active.as_of_date
),

final as (
    select
        -- ids
        active.seller_id,

        -- dates
        active.as_of_date,

        -- text
        active.seller_state,
        active.top_category,

        -- numbers
        active.days_since_last_order,
        active.tenure_days,
        active.order_count,
        active.order_day_count,
        active.item_count,
        active.items_value,
        active.freight_value,
        active.mean_order_value,
        active.mean_items_per_order,
        active.mean_item_price,
        active.freight_share,
        active.order_count_1d,
        active.items_value_1d,
        active.order_count_7d,
        active.items_value_7d,
        active.order_count_30d,
        active.items_value_30d,
        active.order_count_90d,
        active.items_value_90d,
        active.order_count_change_30d,
        active.items_value_change_30d,
        active.order_count_change_90d,
        active.items_value_change_90d,
        active.mean_days_between_orders,
        active.deviation_days_between_orders,
        active.outcome_count,
        active.late_count,
        active.late_share,
        active.open_order_count,
        active.delivered_order_count,
        active.mean_delivery_days,
        active.customer_count,
        active.product_count,
        active.handed_over_order_count,
        active.mean_handling_days,
        active.review_count,
        active.mean_review_score,
        active.last_review_score,
        active.low_review_share,
        active.commented_review_share,
        active.category_count,
        active.category_entropy,

        -- labels
        case when active.is_horizon_complete then coalesce(later_orders.order_count, 0) = 0 end as has_churned,
        {{ label_known_at('active.as_of_date', horizon_days) }} as label_known_at
    from active
    left join later_orders
        on
            active.seller_id = later_orders.seller_id
            and active.as_of_date = later_orders.as_of_date
)

select * from final
