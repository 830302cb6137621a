"""Loading the raw tables against a plain ``read_csv`` of the same files with the same types.

Belongs here: the two ways of loading and their times. Does not belong here: why a load does more than read
(``ecom_assets.ingestion``).

Each load goes into a new DuckDB file, from opening it to closing it, so that either side has its rows on disk.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.pipeline.goals import LOAD_RATIO, Figure, ratio
from benchmarks.pipeline.homes import Home, LandedTable, read_once
from ecom_assets.ingestion.header import read_header
from ecom_assets.ingestion.loader import load_table
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.duckdb import DuckDBWarehouse

PART = "load"


@dataclass(frozen=True, slots=True)
class LoadTimes:
    """Times of one table, a pair a repetition.

    Attributes
    ----------
    table
        Qualified name.
    bytes
        Size of its files.
    rows
        Rows in the table, the same on both sides.
    loaded
        Seconds of the platform's load.
    plain
        Seconds of the plain ``read_csv``.
    """

    table: str
    bytes: int
    rows: int
    loaded: tuple[float, ...]
    plain: tuple[float, ...]

    @property
    def loaded_seconds(self) -> float:
        """Median of the platform's load."""
        return statistics.median(self.loaded)

    @property
    def plain_seconds(self) -> float:
        """Median of the plain ``read_csv``."""
        return statistics.median(self.plain)

    @property
    def ratio(self) -> float:
        """How many times as long the platform's load takes."""
        return ratio(self.loaded, self.plain)


def measure_load(tables: Sequence[LandedTable], folder: Path, repetitions: int) -> list[LoadTimes]:
    """Load every table both ways, each way first in every other repetition.

    Raises
    ------
    RuntimeError
        If the two ways give different rows.
    """
    read_once(tables)
    settings = Home(folder / "home", folder).settings
    settings.home.mkdir(parents=True)
    measured = []
    for table in tables:
        ways: dict[str, Callable[[Path], None]] = {
            "loaded": lambda path, table=table: _load(table, path, settings.home),  # type: ignore[misc]
            "plain": lambda path, table=table: _read_plainly(table, path),  # type: ignore[misc]
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for repetition in range(repetitions):
            order = sorted(ways, reverse=bool(repetition % 2))
            paths = {name: folder / f"{name}.duckdb" for name in ways}
            for name in order:
                seconds[name].append(_timed(ways[name], paths[name]))
            rows = compared_rows(table, paths["loaded"], paths["plain"])
            for path in paths.values():
                path.unlink()
        measured.append(LoadTimes(table.name, table.bytes, rows, tuple(seconds["loaded"]), tuple(seconds["plain"])))
    return measured


def load_figures(measured: Sequence[LoadTimes]) -> list[Figure]:
    """Return the figure that is held against the goal: the sums of all tables, repetition by repetition."""
    loaded = [sum(times) for times in zip(*(table.loaded for table in measured), strict=True)]
    plain = [sum(times) for times in zip(*(table.plain for table in measured), strict=True)]
    baseline = "read_csv of the same files with the declared types, into a new DuckDB file"
    return [Figure(PART, f"all {len(measured)} tables", ratio(loaded, plain), "x", LOAD_RATIO, baseline)]


def plain_statement(table: LandedTable) -> str:
    """Return the SQL that a person would write to get the files' rows with the declared types."""
    types = {column.name: column.type.value.replace("numeric", "decimal") for column in table.table.columns}
    first = table.parts[0]
    header = read_header(first.path, first.name, is_gzip=first.is_gzip)
    struct = ", ".join(f"{literal(name)}: {literal(types.get(name, 'text'))}" for name in header)
    files = ", ".join(literal(str(part.path)) for part in table.parts)
    columns = ", ".join(quoted(name) for name in table.table.column_names)
    return (
        f"create table {table.name} as select {columns} from read_csv([{files}], auto_detect = false, header = true, "
        f"columns = {{{struct}}}, delim = ',', quote = '\"', escape = '\"', hive_partitioning = false)"
    )


def compared_rows(table: LandedTable, loaded: Path, plain: Path) -> int:
    """Return the number of rows, after a comparison of all values of the two tables.

    Raises
    ------
    RuntimeError
        If they differ.
    """
    columns = ", ".join(quoted(name) for name in table.table.column_names)
    # Sums, not exclusive ors: of two equal rows too many, neither would be seen.
    query = f"select count(*), sum(hash({columns})) from {table.name}"
    counted = []
    for path in (loaded, plain):
        with duckdb.connect(str(path), read_only=True) as connection:
            counted += connection.execute(query).fetchall()
    if counted[0] != counted[1]:
        raise RuntimeError(f"{table.name}: the load has (rows, hash) {counted[0]}, a plain read_csv {counted[1]}")
    return int(counted[0][0])


def _timed(way: Callable[[Path], None], path: Path) -> float:
    started = time.monotonic()
    way(path)
    return time.monotonic() - started


def _load(table: LandedTable, path: Path, home: Path) -> None:
    with DuckDBWarehouse(path=str(path)).connect() as connection:
        load_table(connection, table.request(Home(home, home).settings))


def _read_plainly(table: LandedTable, path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema {table.source.schema}")
        connection.execute(plain_statement(table))
