"""The platform's own book-keeping tables, created before anything reads or writes them.

Belongs here: their columns. Does not belong here: who fills them.
"""

from __future__ import annotations

from ecom_assets.keys import LOADS, MODEL_INPUTS, REJECTED_ROWS
from ml_assets.contract import TableName

OPS_TABLES: dict[TableName, str] = {
    # One row a part and load, written last: a load without its row never happened. The rows of a table with
    # the newest loaded_at say what it holds; a missing optional file is a row without file_name.
    LOADS: """
        source text not null, table_name text not null, file_name text, file_sha256 text, bytes bigint not null,
        row_count bigint not null, rejected_count bigint not null, superseded_count bigint not null,
        loaded_at timestamp not null, run_id text not null
    """,
    # Rows of the current load that did not parse.
    REJECTED_ROWS: """
        source text not null, table_name text not null, file_name text not null, line_number bigint not null,
        reason text not null, raw_line text not null
    """,
    # From which parts an incremental dbt model was last built; written by its post-hook.
    MODEL_INPUTS: """
        model_name text not null, source text not null, table_name text not null, file_name text,
        file_sha256 text
    """,
}


def schema_statements() -> list[str]:
    """Return the SQL that creates the schemas that are missing."""
    return [f"create schema if not exists {schema}" for schema in sorted({table.schema for table in OPS_TABLES})]


def table_statements() -> list[str]:
    """Return the SQL that creates the tables that are missing and leaves alone those that are there."""
    return [f"create table if not exists {table} ({columns})" for table, columns in OPS_TABLES.items()]


def create_statements() -> list[str]:
    """Return the SQL that creates the schemas and tables that are missing."""
    return [*schema_statements(), *table_statements()]


def newest_loads() -> str:
    """Return the relation of the rows of ``ops.loads`` that say what each raw table holds now."""
    return f"""(
        select loads.*
        from {LOADS} as loads
        inner join (
            select source, table_name, max(loaded_at) as loaded_at from {LOADS} group by source, table_name
        ) as newest
            on loads.source = newest.source
            and loads.table_name = newest.table_name
            and loads.loaded_at = newest.loaded_at
    )"""
