{{ config(materialized='table') }}

with date_ranges as (
    select * from {{ ref('int_date_ranges') }}
),

event_clocks as (
    select * from {{ ref('int_event_clocks') }}
),

bounds as (
    select
        date_ranges.source,
        date_ranges.first_date,
        cast(event_clocks.event_clock as date) as last_date
    from date_ranges
    inner join event_clocks on date_ranges.source = event_clocks.source
),
{%- for name in enabled_sources() %}

    {{ name }}_bounds as (
        select
            first_date,
            last_date
        from bounds
        where source = '{{ name }}'
    ),

    {{ name }}_dates as (
        {{ as_of_dates(name ~ '_bounds', 'first_date', 'last_date', var('as_of_frequency')[name]) }}
    ),
{%- endfor %}

final as (
    {%- for name in enabled_sources() %}
        select
            '{{ name }}' as source,
            as_of_date
        from {{ name }}_dates
        {%- if not loop.last %}

            union all
        {% endif %}
    {%- endfor %}
)

select * from final
