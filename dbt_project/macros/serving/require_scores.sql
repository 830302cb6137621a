{#-
    Pre-hook of models that read scores: raises unless there is a row of each of the tables of scores that the variable
    required_scores names for the model. What the last build made of scores is better than what is made of none.
-#}
{%- macro require_scores() -%}
    {%- if execute -%}
        {%- set empty = [] -%}
        {%- for name in var('required_scores').get(model.name, []) -%}
            {%- if run_query('select 1 from ' ~ source('predictions', name) ~ ' limit 1') | length == 0 -%}
                {%- do empty.append('predictions.' ~ name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if empty -%}
            {{ exceptions.raise_compiler_error(
                model.schema ~ '.' ~ model.alias ~ ' cannot be built, and stays as it is: no scores are in '
                ~ empty | join(', ') ~ '; make run trains the models and writes their scores'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}
