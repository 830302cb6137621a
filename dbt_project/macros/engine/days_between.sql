{#- Calendar days from one date to another as integer; timestamps count by their date. Equal on all engines. -#}
{%- macro days_between(start_date, end_date) -%}
    cast(cast({{ end_date }} as date) - cast({{ start_date }} as date) as integer)
{%- endmacro -%}
