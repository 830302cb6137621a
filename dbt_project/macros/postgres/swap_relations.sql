{#-
    dbt replaces a relation by building a new one beside it, naming the old one a backup, and dropping that. A view of
    Postgres is bound to the relation itself and not to its name: it would go on reading the backup and be dropped along
    with it, so that rebuilding one model alone would lose every view that reads it. These macros, which dbt finds by
    their names in place of its own, move such views to the new relation in the transaction of the swap.
-#}

{#-
    One transaction at a time swaps, or two of them could wait for each other at a view that reads both relations. The
    views are locked before what they read, which is the order in which a query of a view locks them; there is no
    statement that only locks a view, and to reset an option it does not have changes nothing.
-#}
{%- macro postgres__rename_relation(from_relation, to_relation) -%}
    {%- call statement('rename_relation') -%}
        select pg_advisory_xact_lock(hashtext('dbt swaps relations'));
        do $lock$
        declare
            reader record;
        begin
            for reader in {{ views_reading(from_relation) }} loop
                execute format('alter view %s reset (security_barrier)', reader.view_id::regclass);
            end loop;
        end
        $lock$;
        alter table {{ from_relation.render() }}
        rename to {{ adapter.quote_as_configured(to_relation.identifier, 'identifier') }}
    {%- endcall -%}
    {%- set backup = load_cached_relation(make_backup_relation(to_relation, to_relation.type)) -%}
    {%- if backup is not none -%}
        {{- move_views(backup, to_relation) -}}
    {%- endif -%}
{%- endmacro -%}

{#- A seed is emptied and filled again, but for a full refresh, before which dbt drops it. -#}
{%- macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- if not full_refresh -%}
        {{- return(default__reset_csv_table(model, full_refresh, old_relation, agate_table)) -}}
    {%- endif -%}
    {%- set backup = make_backup_relation(old_relation, old_relation.type) -%}
    {%- do adapter.rename_relation(old_relation, backup) -%}
    {%- set sql = create_csv_table(model, agate_table) -%}
    {%- do move_views(backup, old_relation) -%}
    {%- do adapter.drop_relation(backup) -%}
    {{- return(sql) -}}
{%- endmacro -%}

{#-
    Defines the views that read one relation anew, on another one. A view that needs a column which the new relation has
    no more, or has with another type, cannot be moved: it is dropped with all that read it, as dbt drops every view,
    and named in the log. A run that includes it builds it again.
-#}
{%- macro move_views(from_relation, to_relation) -%}
    {%- call statement('move_views') -%}
        do $move$
        declare
            reader record;
        begin
            for reader in {{ views_reading(from_relation) }} loop
                begin
                    -- A definition shows the names of now, and only one relation at a time is a backup that is read.
                    execute format(
                        'create or replace view %s as %s',
                        reader.view_id::regclass,
                        replace(
                            pg_get_viewdef(reader.view_id),
                            '{{ from_relation.identifier }}',
                            '{{ to_relation.identifier }}'
                        )
                    );
                exception
                    when insufficient_privilege then raise;
                    -- It does not fit the new columns and stays with the old ones.
                    when syntax_error_or_access_rule_violation then continue;
                end;
            end loop;
        end
        $move$
    {%- endcall -%}
    {%- for view in run_query(views_reading(from_relation, at_any_depth=true)).rows -%}
        {%- do log('Dropped ' ~ view.view_name ~ ', which does not fit the new ' ~ to_relation.render(), info=true) -%}
        {%- do adapter.drop_relation(api.Relation.create(
            database=to_relation.database, schema=view.schema_name, identifier=view.view_name, type='view'
        )) -%}
    {%- endfor -%}
{%- endmacro -%}

{#- Query of the views that read a relation, in a fixed order. -#}
{%- macro views_reading(relation, at_any_depth=false) -%}
    with recursive reads as (
        select distinct
            pg_rewrite.ev_class as view_id,
            pg_depend.refobjid as read_id
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        inner join pg_class on pg_rewrite.ev_class = pg_class.oid
        where
            pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.refobjid <> pg_rewrite.ev_class
            and pg_class.relkind = 'v'
    ),

    readers as (
        select view_id
        from reads
        where read_id = '{{ relation.render() }}'::regclass
        {%- if at_any_depth %}
            union
            select reads.view_id
            from reads
            inner join readers on reads.read_id = readers.view_id
        {%- endif %}
    )

    select
        readers.view_id,
        pg_namespace.nspname as schema_name,
        pg_class.relname as view_name
    from readers
    inner join pg_class on readers.view_id = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    order by readers.view_id
{%- endmacro -%}

{#-
    dbt asks which relations read which, to forget with a dropped relation the views that went along. None does here:
    what has to go is dropped by name.
-#}
{%- macro postgres__get_relations() -%}
    {{- return([]) -}}
{%- endmacro -%}
