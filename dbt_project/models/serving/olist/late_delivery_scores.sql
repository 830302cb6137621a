{%- set model_names = ['late_delivery_purchase', 'late_delivery_handover'] -%}

with orders as (
    select
        order_id,
        estimated_delivery_date
    from {{ ref('fct_orders') }}
),

scores as (
    {%- for model_name in model_names %}
        select
            '{{ model_name }}' as model_name,
            order_id,
            decision_point,
            decision_at,
            as_of_date,
            score,
            band,
            reasons,
            model_version,
            scored_at,
            is_backtest,
            delivery_days_low,
            delivery_days_median,
            delivery_days_high
        from {{ source('predictions', model_name) }}
        {%- if not loop.last %}

            union all
        {% endif %}
    {%- endfor %}
),

final as (
    select
        -- ids
        scores.model_name,
        scores.order_id,
        scores.decision_point,

        -- numbers
        scores.score,
        scores.delivery_days_low,
        scores.delivery_days_median,
        scores.delivery_days_high,
        scores.delivery_days_high - scores.delivery_days_low as delivery_days_width,
        {{ days_between('scores.decision_at', 'orders.estimated_delivery_date') }} as promised_days_left,

        -- texts
        scores.band,
        scores.reasons,
        scores.model_version,

        -- booleans
        scores.is_backtest,

        -- dates and timestamps
        scores.decision_at,
        scores.as_of_date,
        orders.estimated_delivery_date as promised_date,
        scores.scored_at
    from scores
    left join orders on scores.order_id = orders.order_id
)

select * from final
