"""The vocabulary in which a source's files are declared: column types, columns, tables, sources.

Belongs here: the dataclasses and what follows from a declaration alone (names, keys, derived look-ups).
Does not belong here: any concrete source (see ``sources/``), reading files, SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Times outside of these years are mistakes of whoever wrote them, and would move the event clock.
PLAUSIBLE_YEARS = (2000, 2099)
# The same in milliseconds since 1970, UTC.
PLAUSIBLE_MILLISECONDS = (946_684_800_000, 4_102_444_799_999)


class ColumnType(StrEnum):
    """The types a raw column may have; each warehouse maps them to its own names."""

    TEXT = "text"
    INTEGER = "integer"
    BIGINT = "bigint"
    DOUBLE = "double precision"
    MONEY = "numeric(18,2)"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a raw file.

    Attributes
    ----------
    name
        The name in the file's header, misspellings included.
    type
        How its text is read; a value that cannot be read so makes the row a reject.
    description
        Meaning and unit, shown in dbt's docs and in the Dagster UI.
    required
        Whether an empty value is an error (a ``not_null`` test on the dbt source).
    pii
        Whether the value can point at a person or a place of living; such columns stay out of
        features, reports and model artefacts.
    bounds
        Least and greatest plausible value of a number; another one makes the row a reject.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    pii: bool = False
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One raw table and the files that feed it.

    Attributes
    ----------
    name
        Table name below the source's raw schema.
    file_stems
        Names of its files without suffix; a part adds ``_YYYY-MM`` or ``_YYYY-MM-DD`` to one of them.
    description
        One sentence with the grain of a row.
    columns
        Every column of the file; the order in the file does not matter.
    key
        Columns that identify a row. Between parts, the later part's row wins. An empty key means
        that parts only append.
    optional
        Whether the graph can run without the file (the table is then empty).
    event_column
        The column that says when a row happened, for tables whose freshness is watched.
    max_lag_days
        How far the newest ``event_column`` may lie behind the source's event clock before a warning.
    """

    name: str
    file_stems: tuple[str, ...]
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    optional: bool = False
    event_column: str | None = None
    max_lag_days: int = 0

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.name!r} declares a column twice: {names}")
        named = (*self.key, *((self.event_column,) if self.event_column else ()))
        missing = [name for name in named if name not in names]
        if missing:
            raise ValueError(f"table {self.name!r} refers to undeclared columns: {missing}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Declared column names, in declared order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Source:
    """A data set that lands as a folder of files.

    Attributes
    ----------
    name
        Folder name in the landing folder and value of ``ECOM_SOURCES``.
    title
        Name for people.
    tables
        Every table of the source.
    kaggle_handle
        ``owner/dataset`` of the public download.
    licence
        Licence of the public data set.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    kaggle_handle: str
    licence: str

    @property
    def schema(self) -> str:
        """Warehouse schema of the raw tables."""
        return f"raw_{self.name}"

    def table(self, name: str) -> Table:
        """Return the declared table of that name.

        Raises
        ------
        KeyError
            If the source declares no such table.
        """
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"source {self.name!r} declares no table {name!r}")
