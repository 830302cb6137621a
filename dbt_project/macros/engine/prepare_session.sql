{#-
    Pre-hook of every model, in its transaction: settings of the session that no profile can hold. On Postgres:
      jit              the wide queries compile for longer than they gain by it
      enable_nestloop  models read whole tables, which have no index; a join on equality that looks at one of them for
                       each row of the other comes from a wrong estimate of few rows and takes minutes for seconds. Where
                       nothing is equal there is no other join, and it is taken all the same.
      time zone        a day begins at midnight UTC wherever the server stands
-#}
{%- macro prepare_session() -%}
    {{- return(adapter.dispatch('prepare_session', 'ecom')()) -}}
{%- endmacro -%}

{%- macro default__prepare_session() -%}
{%- endmacro -%}

{%- macro postgres__prepare_session() -%}
    set local jit = off;
    set local enable_nestloop = off;
    set local time zone 'UTC'
{%- endmacro -%}
