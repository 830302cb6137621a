{#-
    Great-circle distance in km between two points in degrees (haversine, mean radius of the Earth), to the metre: the
    last digits of a floating point number differ between engines. NULL if a coordinate is, which least() would skip.
-#}
{%- macro distance_km(from_latitude, from_longitude, to_latitude, to_longitude) -%}
    {%- set kilometres -%}
        2 * 6371.0088 * asin(sqrt(least(
            1,
            power(sin(radians({{ to_latitude }} - {{ from_latitude }}) / 2), 2)
            + cos(radians({{ from_latitude }})) * cos(radians({{ to_latitude }}))
            * power(sin(radians({{ to_longitude }} - {{ from_longitude }}) / 2), 2)
        )))
    {%- endset -%}
    case
        when {{ from_latitude }} + {{ from_longitude }} + {{ to_latitude }} + {{ to_longitude }} is not null
            then cast({{ rounded_decimal(kilometres, 12, 3) }} as double precision)
    end
{%- endmacro -%}
