{#-
    Query of the visitors with a row in one of the given parts; all rows of these visitors are rebuilt.
    That needs no look-back window: an event that arrives late, however old, can move the borders of any
    session of its visitor but of nobody else's, and the visitor's whole history is read again anyway.
-#}
{%- macro touched_visitors(events, new_parts) -%}
    {%- set names = [] -%}
    {%- for file_name in new_parts -%}
        {%- do names.append("'" ~ file_name | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    select visitor_id from {{ events }} where {{ 'file_name in (' ~ names | join(', ') ~ ')' if names else 'false' }}
{%- endmacro -%}
