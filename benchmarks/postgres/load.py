r"""Loading raw tables to a server against ``psql``'s ``\copy``.

Belongs here: the ways of loading and their times. Does not belong here: why a load does more than copy
(``ecom_assets.ingestion``).

``\copy`` is measured twice: with the files as they are, which gives neither the file nor the line of a row, refuses a
file for one bad row and leaves no record; and with the very rows of the raw table, written out beforehand.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.pipeline.goals import Figure, Goal, ratio
from benchmarks.pipeline.homes import LandedTable, read_once
from benchmarks.postgres.scratch import ServedHome, psql
from ecom_assets.ingestion.header import read_header
from ecom_assets.ingestion.loader import load_table
from ecom_assets.sql_text import literal, quoted
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.postgres_types import column_definitions, postgres_columns
from ml_assets.contract import TableName

PART = "load"
COPY_RATIO = Goal(1.3, "x")
_PLAIN = "copied_rows"


@dataclass(frozen=True, slots=True)
class LoadTimes:
    r"""Seconds of one table, an entry a repetition.

    Attributes
    ----------
    table
        Qualified name.
    rows
        Rows in the table.
    whole
        The platform's load.
    sending
        Of that, what passed after the rows were read, typed and counted: sending and committing them.
    files
        ``\copy`` of the files.
    same_rows
        ``\copy`` of the rows of the raw table.
    """

    table: str
    rows: int
    whole: tuple[float, ...]
    sending: tuple[float, ...]
    files: tuple[float, ...]
    same_rows: tuple[float, ...]


def measure_load(tables: Sequence[LandedTable], home: ServedHome, repetitions: int) -> list[LoadTimes]:
    """Load every table in all ways, in alternating order; the last repetition leaves the raw tables loaded.

    Raises
    ------
    RuntimeError
        If ``psql`` has not brought as many rows as the load.
    """
    read_once(tables)
    home.path.mkdir(parents=True, exist_ok=True)
    return [_measure_table(table, home, repetitions) for table in tables]


def load_figures(measured: Sequence[LoadTimes]) -> list[Figure]:
    """Return the figures that are held against goals: sums over all tables, repetition by repetition."""
    whole, sending, files, same_rows = (
        [sum(times) for times in zip(*(getattr(table, way) for table in measured), strict=True)]
        for way in ("whole", "sending", "files", "same_rows")
    )
    tables = f"all {len(measured)} tables"
    return [
        Figure(
            PART, f"{tables}, sending the rows", ratio(sending, same_rows), "x", COPY_RATIO, "\\copy of the same rows"
        ),
        Figure(PART, f"{tables}, whole load", ratio(whole, same_rows), "x", COPY_RATIO, "\\copy of the same rows"),
        Figure(PART, f"{tables}, whole load", ratio(whole, files), "x", None, "\\copy of the files"),
    ]


def _measure_table(table: LandedTable, home: ServedHome, repetitions: int) -> LoadTimes:
    warehouse = warehouse_of(home.settings)
    name = TableName(table.source.schema, table.table.name)
    seconds: dict[str, list[float]] = {way: [] for way in ("whole", "sending", "files", "same_rows")}
    rows = 0
    with TemporaryDirectory(dir=home.path) as folder_name:
        folder = Path(folder_name)
        export = folder / "rows.csv"

        def load() -> None:
            nonlocal rows
            with warehouse.raw_table(table.source.name, name, folder) as connection:
                report = load_table(connection, table.request(home.settings))
                rows = report.rows
                if not export.exists():
                    definitions.append(column_definitions(postgres_columns(connection, table.name)))
                    connection.execute(f"copy {table.name} to {literal(str(export))} (header true)")
                read_at.append(time.monotonic())
            seconds["sending"].append(time.monotonic() - read_at[-1])

        def copy(commands: Sequence[str]) -> None:
            psql(home.database, [f"drop table if exists {_PLAIN};", *commands], folder)

        definitions: list[str] = []
        read_at: list[float] = []
        # Not measured: it writes the rows out for the others.
        load()
        seconds["sending"].clear()
        ways: dict[str, Callable[[], None]] = {
            "whole": load,
            "files": lambda: copy(_copy_of_files(table)),
            "same_rows": lambda: copy(
                [f"create table {_PLAIN} ({definitions[0]});", f"\\copy {_PLAIN} from '{export}' csv header"]
            ),
        }
        for repetition in range(repetitions):
            for way in sorted(ways, reverse=bool(repetition % 2)):
                # Without its record the table counts as not loaded.
                psql(home.database, [f"delete from ops.loads where table_name = {literal(name.name)};"], folder)
                started = time.monotonic()
                ways[way]()
                seconds[way].append(time.monotonic() - started)
                if way != "whole":
                    [(copied,)] = warehouse.query(f"select count(*) from {_PLAIN}")
                    if copied != rows:
                        raise RuntimeError(f"{table.name}: {rows} rows loaded, {copied} copied by psql")
        psql(home.database, [f"drop table {_PLAIN};"], folder)
    return LoadTimes(table.name, rows, **{way: tuple(times) for way, times in seconds.items()})


def _copy_of_files(table: LandedTable) -> list[str]:
    types = {column.name: column.type.value for column in table.table.columns}
    definitions = column_definitions(list(types.items()))
    commands = [f"create table {_PLAIN} ({definitions});"]
    for part in table.parts:
        header = read_header(part.path, part.name, is_gzip=part.is_gzip)
        columns = ", ".join(quoted(column) for column in header)
        origin = f"program 'gzip -dc {part.path}'" if part.is_gzip else f"'{part.path}'"
        commands.append(f"\\copy {_PLAIN} ({columns}) from {origin} csv header")
    return commands


def load_rows(measured: Sequence[LoadTimes]) -> list[tuple[str, ...]]:
    r"""Return a line a table: rows, seconds of each way, thousand rows a second of the load and of ``\copy``."""
    lines = []
    for table in measured:
        whole, sending, files, same_rows = (
            statistics.median(times) for times in (table.whole, table.sending, table.files, table.same_rows)
        )
        lines.append(
            (
                table.table,
                f"{table.rows:,}",
                *(f"{seconds:.2f}" for seconds in (whole, sending, same_rows, files)),
                *(f"{table.rows / seconds / 1000:,.0f}" for seconds in (whole, same_rows)),
            )
        )
    return lines


LOAD_HEADER = (
    "table",
    "rows",
    "whole load, s",
    "of that sending, s",
    "\\copy of the same rows, s",
    "\\copy of the files, s",
    "whole load, 1000 rows/s",
    "\\copy of the same rows, 1000 rows/s",
)
