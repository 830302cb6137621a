with source as (
    select * from {{ source('raw_retailrocket', 'events') }}
),

final as (
    select
        -- ids
        visitorid as visitor_id,
        itemid as item_id,
        transactionid as transaction_id,

        -- kinds
        event as event_type,

        -- timestamps
        {{ epoch_milliseconds_to_timestamp('"timestamp"') }} as occurred_at,

        -- origin: decides between duplicates and which visitors an increment touches
        _file_name as file_name,
        _line_number as line_number
    from source
)

select * from final
