"""What the platform asks of a warehouse engine, beyond the frames that models ask for.

Belongs here: the abstract resource, and the errors that every engine shares. Does not belong here: any engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import dagster as dg
import duckdb
import pandas as pd

from ecom_assets.sql_text import quoted
from ml_assets.contract import TableName

Announce = Callable[[str], None]


class WarehouseError(RuntimeError):
    """The warehouse cannot be used as it is; the message says why and names the repair."""


class WarehouseBusyError(WarehouseError):
    """Somebody else keeps the warehouse for longer than the patience.

    Attributes
    ----------
    holder
        Who holds it, in words.
    """

    def __init__(self, address: str, holder: str, waited_seconds: float) -> None:
        """Say who holds what, and what to do."""
        self.holder = holder
        super().__init__(
            f"the warehouse {address} is held by {holder}, waited {waited_seconds:.0f} s; "
            "wait until it has finished or close it, then run again"
        )


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
    def replace(self, table: TableName, frame: pd.DataFrame, key: Sequence[str]) -> None:
        """Replace the rows of the keys in ``frame``; see ``ml_assets.warehouse.Warehouse``."""

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

    @abstractmethod
    def dbt_turn(self, announce: Announce) -> AbstractContextManager[None]:
        """Keep the warehouse for one dbt invocation: two at once would drop each other's relations.

        Parameters
        ----------
        announce
            Is told whom there is to wait for.

        Raises
        ------
        WarehouseError
            If the warehouse cannot be used, or is kept by somebody else for too long.
        """

    @abstractmethod
    def become_dbt(self, command: Sequence[str], announce: Announce) -> NoReturn:
        """Replace this process by dbt, which keeps the warehouse as in ``dbt_turn`` for as long as it lives.

        Parameters
        ----------
        command
            Name of the program, and its arguments.
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
    """Return the SQL that replaces the rows of the keys in the relation ``incoming``."""
    names = ", ".join(quoted(column) for column in columns)
    same_key = " and ".join(f"stored.{quoted(column)} is not distinct from new.{quoted(column)}" for column in key)
    return [
        f"delete from {table} as stored using {incoming} as new where {same_key}",
        f"insert into {table} ({names}) select {names} from {incoming}",
    ]
