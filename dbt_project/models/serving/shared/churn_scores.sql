{#- By table of scores: source, of whom a row is, and the column that names them. -#}
{%- set questions = {
    'churn_olist_customers': ('olist', 'customer', 'customer_unique_id'),
    'churn_olist_sellers': ('olist', 'seller', 'seller_id'),
    'churn_retailrocket_visitors': ('retailrocket', 'visitor', 'visitor_id'),
} -%}
{%- set sources = enabled_sources() -%}
{%- for model_name, (source_name, entity_type, key) in questions.items() if source_name in sources %}
    select
        -- ids
        '{{ model_name }}' as model_name,
        '{{ source_name }}' as source,
        '{{ entity_type }}' as entity_type,
        {{ key }} as entity_id,
        as_of_date,

        -- numbers
        score,

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
