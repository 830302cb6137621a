"""The tables of a past day, with what one policy has written in the place of what others have.

Belongs here: which table lies where. Does not belong here: any engine, what is written.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ml_assets.contract import OPS_SCHEMA, PREDICTIONS_SCHEMA, TableName
from ml_assets.warehouse import Warehouse

# Schemas of what a policy writes.
_OWN_SCHEMAS = frozenset({PREDICTIONS_SCHEMA, OPS_SCHEMA})


class PolicyWarehouse:
    """Two warehouses as one: a past day that all policies read, and a policy's own scores and decisions.

    Parameters
    ----------
    past
        Tables as they were built from what was known on a day.
    own
        Where the policy's scores and decisions lie, from the first day of the replay on.
    """

    def __init__(self, past: Warehouse, own: Warehouse) -> None:
        self.past, self.own = past, own

    def exists(self, table: TableName) -> bool:
        """Return whether the table or view exists."""
        return self._home_of(table).exists(table)

    def read(self, table: TableName, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """Return rows of a table; see ``ml_assets.warehouse.Warehouse``."""
        return self._home_of(table).read(table, columns, where)

    def replace(
        self, table: TableName, frame: pd.DataFrame, key: Sequence[str], whole: Sequence[str] | None = None
    ) -> None:
        """Replace the rows of the keys in ``frame``.

        Raises
        ------
        PermissionError
            If the table is one of those that all policies read.
        """
        self._own(table).replace(table, frame, key, whole)

    def keep_known(self, table: TableName, known: TableName, key: Sequence[str]) -> None:
        """Remove the rows of a policy's table whose key does not stand in another table.

        Raises
        ------
        PermissionError
            If the table is one of those that all policies read.
        """
        own = self._own(table)
        if known.schema not in _OWN_SCHEMAS:
            if own.exists(known):
                own.delete(known, "true")
            own.replace(known, self.past.read(known, list(key)).drop_duplicates(), key)
        own.keep_known(table, known, key)

    def delete(self, table: TableName, where: str) -> None:
        """Delete rows of a policy's table.

        Raises
        ------
        PermissionError
            If the table is one of those that all policies read.
        """
        self._own(table).delete(table, where)

    def _home_of(self, table: TableName) -> Warehouse:
        return self.own if table.schema in _OWN_SCHEMAS else self.past

    def _own(self, table: TableName) -> Warehouse:
        if table.schema not in _OWN_SCHEMAS:
            raise PermissionError(f"{table} is of the past, which all policies read: nobody writes it")
        return self.own
