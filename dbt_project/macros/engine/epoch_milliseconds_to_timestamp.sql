{#- Milliseconds since 1970-01-01 UTC as a naive UTC timestamp, to the millisecond. -#}
{%- macro epoch_milliseconds_to_timestamp(expression) -%}
    {{ return(adapter.dispatch('epoch_milliseconds_to_timestamp', 'ecom')(expression)) }}
{%- endmacro -%}

{%- macro default__epoch_milliseconds_to_timestamp(expression) -%}
    (timestamp '1970-01-01 00:00:00' + ({{ expression }}) * interval '1 millisecond')
{%- endmacro -%}

{%- macro duckdb__epoch_milliseconds_to_timestamp(expression) -%}
    make_timestamp(({{ expression }}) * 1000)
{%- endmacro -%}
