"""What the platform asks of a warehouse engine, beyond the frames that models ask for.

Belongs here: the abstract resource, and the SQL that every engine shares. Does not belong here: any engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd

from ecom_assets.sql_text import quoted
from ecom_assets.warehouse.errors import Announce
from ecom_assets.warehouse.prediction_tables import declared_table
from ml_assets.contract import TableName


class PlatformWarehouse(dg.ConfigurableResource[None], ABC):
    """A warehouse as the platform's own assets and commands see it; models see ``ml_assets.warehouse.Warehouse``."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the warehouse is, for people; never a secret."""

    @abstractmethod
    def exists(self, table: TableName) -> bool:
        """Return whether the table or view exists."""

    @abstractmethod
    def read(self, table: TableName, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """Return rows of a table; see ``ml_assets.warehouse.Warehouse``."""

    @abstractmethod
    def replace(
        self, table: TableName, frame: pd.DataFrame, key: Sequence[str], whole: Sequence[str] | None = None
    ) -> None:
        """Replace the rows of the keys in ``frame``; see ``ml_assets.warehouse.Warehouse``."""

    @abstractmethod
    def keep_known(self, table: TableName, known: TableName, key: Sequence[str]) -> None:
        """Remove the rows whose key does not stand in another table; see ``ml_assets.warehouse.Warehouse``."""

    @abstractmethod
    def delete(self, table: TableName, where: str) -> None:
        """Delete rows of a table; see ``ml_assets.warehouse.Warehouse``."""

    @abstractmethod
    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query in SQL that holds on every engine."""

    @abstractmethod
    def relations(self) -> frozenset[TableName] | None:
        """Return every table and view, or None if that cannot be seen because somebody works on them now.

        Raises
        ------
        WarehouseError
            If the warehouse cannot be used.
        """

    @abstractmethod
    def raw_table(
        self, source: str, table: TableName, scratch_dir: Path
    ) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Open a DuckDB connection in which one raw table is loaded.

        In it stand ``ops.loads``, ``ops.rejected_rows`` and the table as the warehouse has them, as far as they concern
        the table. What is committed there stands in the warehouse when the block has ended without an error, all of
        it or nothing.

        Parameters
        ----------
        source
            Name of the source as ``ops.loads`` has it.
        table
            The raw table.
        scratch_dir
            Where temporary files may lie for the time of the block.

        Raises
        ------
        WarehouseError
            If the warehouse cannot be used, or does not take what was loaded.
        """

    @property
    @abstractmethod
    def dbt_program(self) -> str:
        """Name of the program that runs dbt, so that two of them never build at once."""

    @property
    @abstractmethod
    def can_be_read_while_built(self) -> bool:
        """Whether queries are answered while dbt is at work."""

    @abstractmethod
    def await_turn(self, announce: Announce) -> None:
        """Wait for whoever keeps the warehouse, where ``dbt_program`` would not do so by itself in words.

        Parameters
        ----------
        announce
            Is told whom there is to wait for.

        Raises
        ------
        WarehouseError
            If the warehouse cannot be used, or is kept by somebody else for too long.
        """


def refuse_repeated_keys(table: TableName, frame: pd.DataFrame, key: Sequence[str]) -> None:
    """Raise if rows that are to be written repeat a key.

    Raises
    ------
    ValueError
        If a combination of ``key`` stands more than once.
    """
    if frame.duplicated(list(key)).any():
        raise ValueError(f"rows for {table} repeat a combination of {', '.join(key)}; each must stand once")


def replace_statements(table: TableName, columns: Sequence[str], key: Sequence[str], incoming: str) -> list[str]:
    """Return the SQL that replaces the rows of the keys in the relation ``incoming``, where a key may repeat."""
    names, keys = (", ".join(map(quoted, each)) for each in (columns, key))
    return [
        f"delete from {table} as stored using (select distinct {keys} from {incoming}) as new "
        f"where {_same_key(table, key)}",
        f"insert into {table} ({names}) select {names} from {incoming}",
    ]


def keep_known_statement(table: TableName, known: TableName, key: Sequence[str]) -> str:
    """Return the SQL that removes the rows whose key does not stand in another table."""
    return (
        f"delete from {table} as stored where not exists (select 1 from {known} as new where {_same_key(table, key)})"
    )


def _same_key(table: TableName, key: Sequence[str]) -> str:
    """Return the SQL that compares keys of stored rows of a table with those of ``new``."""
    declared = declared_table(table)
    # NULL is like NULL, but by that comparison Postgres can only look at each row beside each other.
    never_null = declared.required if declared else ()
    return " and ".join(
        f"stored.{quoted(column)} {'=' if column in never_null else 'is not distinct from'} new.{quoted(column)}"
        for column in key
    )
