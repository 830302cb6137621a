"""Who may do what in the warehouse on a Postgres server, as SQL.

Belongs here: owners of schemas, rights, and the statements that grant them. Does not belong here: running them
(``commands.prepare_postgres``), the database itself (``postgres_database``).

Three roles without a login, which a session takes by ``set role``:

- ``ecom_loader`` owns the raw schemas and ``ops``; it sees nothing of what is built on them.
- ``ecom_transformer`` owns every layer that is built, and the predictions; it reads raw tables and ``ops``, and writes
  those tables of ``ops`` that are not the loader's.
- ``ecom_reader`` reads what is published: marts, features, predictions, and ``ops`` without the text of rejected rows,
  which is about persons.
"""

from __future__ import annotations

from collections.abc import Iterable

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import DBT_LAYERS, LOADER_ROLE, LOADS, READER_ROLE, REJECTED_ROWS, TRANSFORMER_ROLE
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.ops_tables import OPS_TABLES, table_statements
from ecom_assets.warehouse.prediction_tables import table_statement
from ml_assets.contract import FEATURES_SCHEMA, MARTS_SCHEMA, OPS_SCHEMA, PREDICTIONS_SCHEMA
from ml_assets.predictions import DECLARED_TABLES

ROLES = (LOADER_ROLE, TRANSFORMER_ROLE, READER_ROLE)

RAW_SCHEMAS = tuple(source.schema for source in SOURCES.values())
OWNED_SCHEMAS = {
    LOADER_ROLE: (*RAW_SCHEMAS, OPS_SCHEMA),
    TRANSFORMER_ROLE: (*DBT_LAYERS, PREDICTIONS_SCHEMA),
}
PUBLISHED_SCHEMAS = (MARTS_SCHEMA, FEATURES_SCHEMA, PREDICTIONS_SCHEMA)

# What a load writes; whatever else stands in ops is the outcome of something that was built.
_LOADER_TABLES = (LOADS, REJECTED_ROWS)
_BUILDER_TABLES = tuple(table for table in OPS_TABLES if table not in _LOADER_TABLES)
# All columns of rejected rows but the line as it stood in the file.
_REJECT_COLUMNS = ("source", "table_name", "file_name", "line_number", "reason")


def role_statements() -> list[str]:
    """Return the SQL that brings roles, schemas and rights about; where they are right already it changes nothing.

    To be run in the warehouse's database, in one transaction, by its owner if that one may create roles.
    """
    return [*_roles(), *_schemas(), *_rights_on_raw(), *ops_rights(), *_rights_on_published()]


def login_statements(login: str, verifier: str | None) -> list[str]:
    """Return the SQL that lets a user take on the roles.

    Parameters
    ----------
    login
        Name of the user.
    verifier
        What the server keeps of the password of a user who is to be created; None for one who exists.
    """
    # Without inheritance the user may do nothing before a role is taken, and then no more than that role.
    create = [f"create role {quoted(login)} login noinherit password {literal(verifier)}"] if verifier else []
    return [*create, f"grant {', '.join(ROLES)} to {quoted(login)}"]


def _roles() -> Iterable[str]:
    for role in ROLES:
        yield (f"do $$ begin if to_regrole({literal(role)}) is null then create role {role} nologin; end if; end $$")
    # Who is not all-powerful must be a member of a role to give it something to own.
    yield f"grant {', '.join(ROLES)} to current_user"


def _schemas() -> Iterable[str]:
    # Since version 15 this is so from the start.
    yield "revoke create on schema public from public"
    for role, schemas in OWNED_SCHEMAS.items():
        for schema in schemas:
            yield f"create schema if not exists {schema} authorization {role}"
            yield f"alter schema {schema} owner to {role}"
    yield from table_statements()
    yield from map(table_statement, DECLARED_TABLES.values())
    for role, schemas in OWNED_SCHEMAS.items():
        for schema in schemas:
            yield _own_relations(schema, role)


def _own_relations(schema: str, role: str) -> str:
    """Return the SQL that gives a role what others made in its schema while the platform ran without roles."""
    return f"""
        do $$
        declare relation regclass;
        begin
            for relation in
                select oid from pg_class
                where
                    relnamespace = {literal(schema)}::regnamespace
                    and relkind in ('r', 'v', 'm', 'p')
                    and relowner <> {literal(role)}::regrole
            loop
                execute format('alter table %s owner to {role}', relation);
            end loop;
        end $$
    """


def _rights_on_raw() -> Iterable[str]:
    for schema in RAW_SCHEMAS:
        yield from _readable(schema, LOADER_ROLE, TRANSFORMER_ROLE)


def ops_rights() -> Iterable[str]:
    """Yield the SQL of what others than its owner may do in ``ops``; the owner may run it."""
    yield from _readable(OPS_SCHEMA, LOADER_ROLE, TRANSFORMER_ROLE)
    for table in _BUILDER_TABLES:
        yield f"grant insert, delete on {table} to {TRANSFORMER_ROLE}"
    yield from _readable(OPS_SCHEMA, LOADER_ROLE, READER_ROLE)
    yield f"revoke select on {REJECTED_ROWS} from {READER_ROLE}"
    yield f"grant select ({', '.join(_REJECT_COLUMNS)}) on {REJECTED_ROWS} to {READER_ROLE}"


def _rights_on_published() -> Iterable[str]:
    for schema in PUBLISHED_SCHEMAS:
        yield from _readable(schema, TRANSFORMER_ROLE, READER_ROLE)


def _readable(schema: str, owner: str, role: str) -> Iterable[str]:
    """Let a role read what stands in a schema and what its owner will make there."""
    yield f"grant usage on schema {schema} to {role}"
    yield f"grant select on all tables in schema {schema} to {role}"
    yield f"alter default privileges for role {owner} in schema {schema} grant select on tables to {role}"
