"""The warehouse as models see it: frames in, frames out.

Belongs here: the protocol. Does not belong here: any engine, any SQL; ``ecom_assets.warehouse`` implements it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import pandas as pd

from ml_assets.contract import TableName


@runtime_checkable
class Warehouse(Protocol):
    """Tables asked for and written as pandas frames."""

    def exists(self, table: TableName) -> bool:
        """Return whether the table or view exists."""
        ...

    def read(self, table: TableName, columns: Sequence[str] | None = None, where: str | None = None) -> pd.DataFrame:
        """Return the rows of a table.

        Parameters
        ----------
        table
            What to read.
        columns
            Columns in the wanted order; ``None`` means all.
        where
            SQL condition that holds on every engine; ``None`` means all rows.
        """
        ...

    def replace(
        self, table: TableName, frame: pd.DataFrame, key: Sequence[str], whole: Sequence[str] | None = None
    ) -> None:
        """Write rows so that every combination of ``key`` in ``frame`` has exactly the row of ``frame``.

        Rows with other keys stay, but those of a list that is replaced do not: see ``whole``. Creates the table if it does not exist. A column that the table lacks is added, with
        NULL in the rows that stay; one that the frame lacks is NULL in its rows. Writing the same frame twice leaves
        the same table.

        Parameters
        ----------
        table
            Where rows are written.
        frame
            The rows.
        key
            Columns that tell rows apart.
        whole
            Columns that tell lists of rows apart: of every combination of them in ``frame`` no other row stays. None
            where each row stands for itself.
        """
        ...

    def keep_known(self, table: TableName, known: TableName, key: Sequence[str]) -> None:
        """Remove the rows whose key does not stand in another table; a table that does not exist stays so.

        Parameters
        ----------
        table
            Where rows are removed.
        known
            Where their keys must stand.
        key
            Columns that both tables have.
        """
        ...

    def delete(self, table: TableName, where: str) -> None:
        """Delete rows of a table.

        Parameters
        ----------
        table
            Where from.
        where
            SQL condition that holds on every engine.
        """
        ...
