{#-
    A double precision number as a decimal one of so many digits, rounded, so that sums of it do not depend on the order
    of rows. Where the cast of an engine first cuts a number to fifteen digits, it is scaled and rounded as a whole
    number instead, which holds for numbers below nine million at twelve decimals.
-#}
{%- macro rounded_decimal(expression, precision, scale) -%}
    {{ return(adapter.dispatch('rounded_decimal', 'ecom')(expression, precision, scale)) }}
{%- endmacro -%}

{%- macro default__rounded_decimal(expression, precision, scale) -%}
    cast({{ expression }} as numeric({{ precision }}, {{ scale }}))
{%- endmacro -%}

{%- macro postgres__rounded_decimal(expression, precision, scale) -%}
    cast(
        cast(cast(({{ expression }}) * 1e{{ scale }} as bigint) as numeric) * 1e-{{ scale }}
        as numeric({{ precision }}, {{ scale }})
    )
{%- endmacro -%}
