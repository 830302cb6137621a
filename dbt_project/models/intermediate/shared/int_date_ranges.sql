{%- for name in enabled_sources() %}
    {%- if name == 'retailrocket' %}
        select
            source,
            min(event_date) as first_date,
            max(event_date) as last_date
        from {{ ref('int_retailrocket_daily_volumes') }}
        group by source
    {%- else %}
        select
            source,
            first_date,
            last_date
        from {{ ref('int_' ~ name ~ '_date_ranges') }}
    {%- endif %}
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
