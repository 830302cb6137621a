{#-
    Whether a point lies in the smallest box of whole tenths of a degree around Brazil, its islands in the
    Atlantic included (the easternmost lies at 28.8 degrees west).
-#}
{%- macro is_in_brazil(latitude, longitude) -%}
    ({{ latitude }} between -33.8 and 5.3 and {{ longitude }} between -74.0 and -28.8)
{%- endmacro -%}
