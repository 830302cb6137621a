{#- Fails with the rows whose value lies outside the closed range; either bound may be left out. -#}
{% test between(model, column_name, at_least=none, at_most=none) %}
    {%- set outside = [] -%}
    {%- if at_least is not none -%}{%- do outside.append(column_name ~ ' < ' ~ at_least) -%}{%- endif -%}
    {%- if at_most is not none -%}{%- do outside.append(column_name ~ ' > ' ~ at_most) -%}{%- endif %}
    select *
    from {{ model }}
    where {{ outside | join(' or ') }}
{% endtest %}
