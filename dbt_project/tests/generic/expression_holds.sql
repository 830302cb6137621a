{#- Fails with the rows for which the expression is false; NULL passes, use not_null beside it. -#}
{% test expression_holds(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
