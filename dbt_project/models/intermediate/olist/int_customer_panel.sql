{# Kept like a feature table: a stretch of history that is asked for is cleared and built again. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ clear_asked_stretch() }}",
        meta={'as_of_column': 'as_of_date'}
    )
}}

with as_of_dates as (
    select as_of_date
    from {{ ref('int_as_of_dates') }}
    where source = 'olist' and {{ in_asked_stretch('as_of_date') }}
),

orders as (
    select * from {{ ref('int_customer_orders') }}
),

order_units as (
    select * from {{ ref('int_order_units') }}
),

review_spells as (
    select * from {{ ref('int_order_review_spells') }}
),

order_sums as (
    select
        orders.customer_unique_id,
        as_of_dates.as_of_date,
        count(orders.payment_installments) as order_count_with_payments,
        sum(orders.payment_installments) as payment_installments,
        sum(orders.payments_value) as payments_value,
        sum(orders.credit_card_value) as credit_card_value,
        sum(orders.boleto_value) as boleto_value,
        sum(orders.voucher_value) as voucher_value,
        {{ order_history_sums('orders', 'as_of_dates.as_of_date') }}
    from as_of_dates
    inner join orders on {{ known_by('orders.purchased_at', 'as_of_dates.as_of_date') }}
    group by orders.customer_unique_id, as_of_dates.as_of_date
),

numbered_reviews as (
    select
        orders.customer_unique_id,
        review_spells.review_score,
        review_spells.has_comment,
        review_spells.known_at,
        review_spells.superseded_at,
        row_number() over (
            partition by orders.customer_unique_id
            order by
                review_spells.known_at,
                review_spells.answered_at,
                review_spells.created_at,
                orders.order_id collate "C",
                review_spells.review_id collate "C"
        ) as review_number
    from orders
    inner join review_spells on orders.order_id = review_spells.order_id
),

review_sums as (
    select
        numbered_reviews.customer_unique_id,
        as_of_dates.as_of_date,
        count(*) as review_count,
        sum(numbered_reviews.review_score) as review_score_sum,
        count(*) filter (where numbered_reviews.review_score <= 2) as low_review_count,
        count(*) filter (where numbered_reviews.has_comment) as commented_review_count,
        max(numbered_reviews.review_number) as last_review_number
    from as_of_dates
    inner join numbered_reviews
        on
            {{ known_by('numbered_reviews.known_at', 'as_of_dates.as_of_date') }}
            and coalesce(
                not {{ known_by('numbered_reviews.superseded_at', 'as_of_dates.as_of_date') }}, true
            )
    group by numbered_reviews.customer_unique_id, as_of_dates.as_of_date
),

category_units as (
    select
        order_units.customer_unique_id,
        as_of_dates.as_of_date,
        order_units.product_category,
        count(*) as unit_count
    from as_of_dates
    inner join order_units on {{ known_by('order_units.purchased_at', 'as_of_dates.as_of_date') }}
    where order_units.product_category is not null
    group by order_units.customer_unique_id, as_of_dates.as_of_date, order_units.product_category
),

category_shares as (
    select
        customer_unique_id,
        as_of_date,
        product_category,
        cast(unit_count as double precision)
        / cast(sum(unit_count) over (partition by customer_unique_id, as_of_date) as double precision) as unit_share,
        row_number() over (
            partition by customer_unique_id, as_of_date
            order by unit_count desc, product_category collate "C"
        ) as unit_rank
    from category_units
),

-- Rounded before they are summed, so that the sum does not depend on the order of rows, and again after it, since
-- logarithms of two engines may differ in the last digit.
category_sums as (
    select
        customer_unique_id,
        as_of_date,
        count(*) as category_count,
        cast(sum({{ rounded_decimal('-unit_share * ln(unit_share)', 18, 12) }}) as numeric(18, 9)) as category_entropy,
        max(product_category) filter (where unit_rank = 1) as top_category
    from category_shares
    group by customer_unique_id, as_of_date
),

final as (
    select
        -- ids
        order_sums.customer_unique_id,

        -- dates
        order_sums.as_of_date,

        -- timestamps
        order_sums.last_ordered_at,

        -- text
        last_orders.customer_state,
        last_orders.largest_payment_type as last_payment_type,
        category_sums.top_category,

        -- numbers
        {{ order_history_features('order_sums', 'order_sums.as_of_date') }},
        {{ mean_of('order_sums.payment_installments', 'order_sums.order_count_with_payments') }} as mean_installments,
        {{ mean_of('order_sums.credit_card_value', 'order_sums.payments_value') }} as credit_card_share,
        {{ mean_of('order_sums.boleto_value', 'order_sums.payments_value') }} as boleto_share,
        {{ mean_of('order_sums.voucher_value', 'order_sums.payments_value') }} as voucher_share,
        coalesce(review_sums.review_count, 0) as review_count,
        {{ mean_of('review_sums.review_score_sum', 'review_sums.review_count') }} as mean_review_score,
        cast(last_reviews.review_score as bigint) as last_review_score,
        {{ mean_of('review_sums.low_review_count', 'review_sums.review_count') }} as low_review_share,
        {{ mean_of('review_sums.commented_review_count', 'review_sums.review_count') }} as commented_review_share,
        coalesce(category_sums.category_count, 0) as category_count,
        cast(category_sums.category_entropy as double precision) as category_entropy
    from order_sums
    -- Orders are numbered by time: the last of those known is the one whose number is their count.
    inner join orders as last_orders
        on
            order_sums.customer_unique_id = last_orders.customer_unique_id
            and order_sums.order_count = last_orders.order_number
    left join review_sums
        on
            order_sums.customer_unique_id = review_sums.customer_unique_id
            and order_sums.as_of_date = review_sums.as_of_date
    left join numbered_reviews as last_reviews
        on
            review_sums.customer_unique_id = last_reviews.customer_unique_id
            and review_sums.last_review_number = last_reviews.review_number
    left join category_sums
        on
            order_sums.customer_unique_id = category_sums.customer_unique_id
            and order_sums.as_of_date = category_sums.as_of_date
)

select * from final
