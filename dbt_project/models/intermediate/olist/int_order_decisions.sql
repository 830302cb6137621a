with order_moments as (
    select * from {{ ref('int_order_known_moments') }}
),

final as (
    select
        order_id,
        'purchase' as decision_point,
        purchased_at as decision_at
    from order_moments

    union all

    select
        order_id,
        'handover' as decision_point,
        handover_known_at as decision_at
    from order_moments
    where handover_known_at is not null
)

select * from final
