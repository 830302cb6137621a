{%- set active_days = var('churn_active_days')['customers'] | int -%}
{%- set horizon_days = var('churn_horizon_days')['customers'] | int -%}

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
        active.customer_unique_id,
        active.as_of_date,
        count(*) as order_count,
        count(*) filter (where not orders.is_split_basket) as return_count
    from active
    inner join orders
        on
            active.customer_unique_id = orders.customer_unique_id
            and {{ in_next_days('orders.purchased_at', 'active.as_of_date', horizon_days) }}
    group by active.customer_unique_id, active.as_of_date
),

final as (
    select
        -- ids
        active.customer_unique_id,

        -- dates
        active.as_of_date,

        -- text
        active.customer_state,
        active.last_payment_type,
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
        active.mean_installments,
        active.credit_card_share,
        active.boleto_share,
        active.voucher_share,
        active.review_count,
        active.mean_review_score,
        active.last_review_score,
        active.low_review_share,
        active.commented_review_share,
        active.category_count,
        active.category_entropy,

        -- labels
        case when active.is_horizon_complete then coalesce(later_orders.return_count, 0) = 0 end as has_churned,
        case
            when active.is_horizon_complete then coalesce(later_orders.order_count, 0) = 0
        end as has_churned_by_any_order,
        {{ label_known_at('active.as_of_date', horizon_days) }} as label_known_at
    from active
    left join later_orders
        on
            active.customer_unique_id = later_orders.customer_unique_id
            and active.as_of_date = later_orders.as_of_date
)

select * from final
