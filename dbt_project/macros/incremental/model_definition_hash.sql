{#- Hash of the model's own file, the files of all models upstream and the named variables. -#}
{%- macro model_definition_hash(variables=[]) -%}
    {%- set parts = {} -%}
    {%- do collect_file_checksums(model.unique_id, parts) -%}
    {%- for variable in variables -%}
        {%- do parts.update({'var.' ~ variable: var(variable) | string}) -%}
    {%- endfor -%}
    {{- return(local_md5(tojson(parts, sort_keys=true))) -}}
{%- endmacro -%}

{#- Adds the checksum of a model's file, and of everything it selects from, to `parts`. -#}
{%- macro collect_file_checksums(unique_id, parts) -%}
    {%- if unique_id in graph.nodes and unique_id not in parts -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- do parts.update({unique_id: node.checksum.checksum}) -%}
        {%- for parent in node.depends_on.nodes -%}
            {%- do collect_file_checksums(parent, parts) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
