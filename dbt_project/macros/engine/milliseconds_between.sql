{#-
    Milliseconds from start_at to end_at as bigint, each moment rounded to a whole one (half ones away from 1970);
    negative when end_at is earlier.
-#}
{%- macro milliseconds_between(start_at, end_at) -%}
    {{ return(adapter.dispatch('milliseconds_between', 'ecom')(start_at, end_at)) }}
{%- endmacro -%}

{%- macro default__milliseconds_between(start_at, end_at) -%}
    cast(
        round(extract(epoch from {{ end_at }}) * 1000) - round(extract(epoch from {{ start_at }}) * 1000) as bigint
    )
{%- endmacro -%}

{%- macro duckdb__milliseconds_between(start_at, end_at) -%}
    (epoch_ms({{ end_at }}) - epoch_ms({{ start_at }}))
{%- endmacro -%}
