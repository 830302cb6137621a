{#- Name of the way between two states, from the seller's to the customer's; NULL if one is not known. -#}
{%- macro route_id(seller_state, customer_state) -%}
    ({{ seller_state }} || '>' || {{ customer_state }})
{%- endmacro -%}
