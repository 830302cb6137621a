{#-
    Overrides dbt's macro of this name: besides `--full-refresh` and the config `full_refresh`, a model
    that declares `meta.raw_inputs` is rebuilt when its raw parts changed in a way no increment can follow, and a
    feature table (`meta.as_of_column`) always, except where a stretch of its history is asked for.
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
    {%- set meta = config.get('meta') or {} -%}
    {%- if 'as_of_column' in meta -%}
        {{- return(not is_stretch_asked()) -}}
    {%- endif -%}
    {{- return('raw_inputs' in meta and must_rebuild_from_raw(meta.raw_inputs)) -}}
{%- endmacro -%}
