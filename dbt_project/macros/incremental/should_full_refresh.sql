{#-
    Overrides dbt's macro of this name: besides `--full-refresh` and the config `full_refresh`, a model
    that declares `meta.raw_inputs` is rebuilt when its raw parts changed in a way no increment can follow.
    dbt asks this macro both in is_incremental() and in the materialization, so that the two agree.
-#}
{%- macro should_full_refresh() -%}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}
        {{- return(configured) -}}
    {%- endif -%}
    {%- if flags.FULL_REFRESH or not execute -%}
        {{- return(flags.FULL_REFRESH) -}}
    {%- endif -%}
    {%- set raw_inputs = (config.get('meta') or {}).get('raw_inputs') -%}
    {{- return(raw_inputs is not none and must_rebuild_from_raw(raw_inputs)) -}}
{%- endmacro -%}
