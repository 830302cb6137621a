{%- for name in enabled_sources() %}
    select
        source,
        event_clock
    from {{ ref('int_' ~ name ~ '_event_clock') }}
    {%- if not loop.last %}

        union all
    {% endif %}
{%- endfor %}
