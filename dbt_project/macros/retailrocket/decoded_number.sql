{#-
    The number behind a value such as `n277200.000`; NULL for everything else (hashed words, several
    words, nothing). The pattern is anchored because engines differ in whether `~` matches a part, and
    bounded so that the cast cannot overflow.
-#}
{%- macro decoded_number(expression) -%}
    cast(
        case
            when {{ expression }} ~ '^n-?[0-9]{1,15}([.][0-9]{1,9})?$' then substring({{ expression }} from 2)
        end as numeric(18, 3)
    )
{%- endmacro -%}
