with source as (
    select * from {{ source('raw_retailrocket', 'item_properties') }}
),

final as (
    select
        -- ids
        itemid as item_id,

        -- properties
        property as property_name,
        value as property_value,

        -- numbers
        {{ decoded_number('value') }} as property_number,

        -- timestamps
        {{ epoch_milliseconds_to_timestamp('"timestamp"') }} as recorded_at
    from source
)

select * from final
