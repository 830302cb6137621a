with events as (
    select * from {{ ref('stg_retailrocket__events') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by occurred_at, visitor_id, event_type, item_id
            order by
                file_name collate "C" asc nulls last,
                line_number asc nulls last,
                transaction_id collate "C" asc nulls last
        ) as duplicate_number
    from events
),

final as (
    select
        md5(
            cast({{ milliseconds_between("timestamp '1970-01-01 00:00:00'", 'occurred_at') }} as text)
            || '|' || visitor_id
            || '|' || event_type
            || '|' || item_id
        ) as event_id,
        visitor_id,
        item_id,
        transaction_id,
        event_type,
        occurred_at
    from ranked
    where duplicate_number = 1
)

select * from final
