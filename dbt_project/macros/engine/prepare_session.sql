{#-
    Pre-hook of every model, in its transaction: settings of the session that no profile can hold. On Postgres, no
    compilation of queries to machine code (the wide ones compile for longer than they gain by it), and days that begin
    at midnight UTC wherever the server stands.
-#}
{%- macro prepare_session() -%}
    {{- return(adapter.dispatch('prepare_session', 'ecom')()) -}}
{%- endmacro -%}

{%- macro default__prepare_session() -%}
{%- endmacro -%}

{%- macro postgres__prepare_session() -%}
    set local jit = off;
    set local time zone 'UTC'
{%- endmacro -%}
