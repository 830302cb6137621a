{#-
    At the start of each run: raises unless all that the asked models behind the predictions read stands in the warehouse
    or is built in the same run, and names what does not with the command that makes it. Left to itself dbt would stop
    at a unit test, which takes its types from these tables.
-#}
{%- macro require_inputs() -%}
    {%- if execute -%}
        {%- set missing = [] -%}
        {%- for node in graph.nodes.values()
            if node.unique_id in selected_resources
            and node.resource_type == 'model'
            and 'after_predictions' in node.tags
        -%}
            {%- for parent in node.depends_on.nodes if parent not in selected_resources -%}
                {%- set line = missing_input(parent) -%}
                {%- if line and line not in missing -%}{%- do missing.append(line) -%}{%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                'what reads scores cannot be built, and stays as it is:\n  - ' ~ missing | sort | join('\n  - ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{#- What is to be said of a source or model that does not stand in the warehouse; nothing of one that does. -#}
{%- macro missing_input(unique_id) -%}
    {%- set is_score = unique_id in graph.sources -%}
    {%- set input = graph.sources[unique_id] if is_score else graph.nodes[unique_id] -%}
    {%- set name = input.identifier if is_score else input.alias -%}
    {%- if adapter.get_relation(input.database, input.schema, name) is none -%}
        {%- set remedy = 'make run trains the models and writes their scores' if is_score else 'make dbt ARGS=build builds it' -%}
        {{- return(input.schema ~ '.' ~ name ~ ' is not in the warehouse; ' ~ remedy) -}}
    {%- endif -%}
    {{- return('') -}}
{%- endmacro -%}
