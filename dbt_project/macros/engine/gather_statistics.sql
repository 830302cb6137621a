{#-
    Post-hook of every model and seed, in its transaction: statistics of the new rows, by which the queries of the models
    after it are planned. An engine that keeps them by itself does nothing.
-#}
{%- macro gather_statistics() -%}
    {{- return(adapter.dispatch('gather_statistics', 'ecom')()) -}}
{%- endmacro -%}

{%- macro default__gather_statistics() -%}
{%- endmacro -%}

{%- macro postgres__gather_statistics() -%}
    {%- if model.config.materialized != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro -%}
