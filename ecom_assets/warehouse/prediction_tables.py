"""The tables of scores, created empty before anything reads or writes them.

Belongs here: their SQL. Does not belong here: which there are and their columns (``ml_assets.predictions``), who fills
them.

They are made with the loads of the source that they score, and by whoever writes into one, but not by whoever only
reads: a table that was dropped has to be missed.
"""

from __future__ import annotations

from ecom_assets.sql_text import quoted
from ml_assets.contract import PREDICTIONS_SCHEMA, TableName
from ml_assets.predictions import DECLARED_TABLES, PredictionTable

SCHEMA_STATEMENT = f"create schema if not exists {PREDICTIONS_SCHEMA}"


def tables_of(source: str) -> tuple[PredictionTable, ...]:
    """Return the tables of scores of a source."""
    return tuple(table for table in DECLARED_TABLES.values() if table.source == source)


def table_statement(table: PredictionTable) -> str:
    """Return the SQL that creates a table if it is missing."""
    columns = ", ".join(
        f"{quoted(column.name)} {column.type.value}{'' if column.is_nullable else ' not null'}"
        for column in table.columns
    )
    return f"create table if not exists {table.name} ({columns})"


def declared_table(name: TableName) -> PredictionTable | None:
    """Return the table of scores of a name, or None if no such table is declared."""
    return DECLARED_TABLES.get(name.name) if name.schema == PREDICTIONS_SCHEMA else None


def prediction_statements(source: str) -> list[str]:
    """Return the SQL that creates the schema and a source's tables of scores where they are missing."""
    return [SCHEMA_STATEMENT, *map(table_statement, tables_of(source))]
