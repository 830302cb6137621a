with panel as (
    select *
    from {{ ref('int_customer_panel') }}
    where {{ in_asked_stretch('as_of_date') }}
),

final as (
    select
        -- ids
        customer_unique_id,

        -- dates
        as_of_date,

        -- text
        customer_state,
        {{ region_of_state('customer_state') }} as customer_region,
        last_payment_type,
        top_category,

        -- numbers
        days_since_last_order,
        tenure_days,
        order_count,
        order_day_count,
        order_count_90d,
        items_value,
        items_value_90d,
        mean_order_value,
        mean_items_per_order,
        mean_item_price,
        freight_share,
        mean_days_between_orders,
        outcome_count,
        late_count,
        late_share,
        mean_delivery_days,
        mean_installments,
        credit_card_share,
        boleto_share,
        voucher_share,
        review_count,
        mean_review_score,
        last_review_score,
        low_review_share,
        commented_review_share,
        category_count,
        category_entropy
    from panel
)

select * from final
