{#- Days with their fraction from one moment to another, as double precision; negative when the end is earlier. -#}
{%- macro elapsed_days(start_at, end_at) -%}
    (cast({{ milliseconds_between(start_at, end_at) }} as double precision) / 86400000)
{%- endmacro -%}
