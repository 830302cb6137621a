{#- Seconds from start_at to end_at, rounded to whole ones, as bigint; negative when end_at is earlier. -#}
{%- macro seconds_between(start_at, end_at) -%}
    cast(round({{ milliseconds_between(start_at, end_at) }} / 1000.0) as bigint)
{%- endmacro -%}
