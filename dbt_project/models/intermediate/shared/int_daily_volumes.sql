{%- for name in enabled_sources() %}
    select
        source,
        event,
        event_date,
        volume
    from {{ ref('int_' ~ name ~ '_daily_volumes') }}
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
