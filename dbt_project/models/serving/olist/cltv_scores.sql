{#- By table of scores: of whom a row is, and the column that names them. -#}
{%- set questions = {
    'cltv_olist_customers': ('customer', 'customer_unique_id'),
    'cltv_olist_sellers': ('seller', 'seller_id'),
} -%}
{%- set horizons = [30, 90, 180, 365] -%}
{%- for model_name, (entity_type, key) in questions.items() %}
    select
        -- ids
        '{{ model_name }}' as model_name,
        '{{ entity_type }}' as entity_type,
        {{ key }} as entity_id,
        as_of_date,

        -- numbers
        score,
        probability_alive,
        {%- for days in horizons %}
            expected_purchases_{{ days }}d,
        {%- endfor %}
        {%- for days in horizons %}
            expected_value_{{ days }}d,
            expected_value_{{ days }}d_low,
            expected_value_{{ days }}d_high,
        {%- endfor %}

        -- texts
        band,
        reasons,
        model_version,

        -- booleans
        is_backtest,

        -- timestamps
        scored_at
    from {{ source('predictions', model_name) }}
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
