"""Loaded tables back to a landing folder, under the original names.

Belongs here: writing whole folders. Does not belong here: which rows and values are kept (``raw_as_of``, ``poison``),
reading them (``ingestion``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ecom_assets.ingestion.parse import FILE_NAME, LINE_NUMBER
from ecom_assets.ingestion.schema import Table
from ecom_assets.ingestion.whole_source import LandedTable
from ecom_assets.sql_text import literal, quoted

_SCRATCH_PREFIX = ".point_in_time_"


class FolderNotEmptyError(FileExistsError):
    """The folder to be written already holds something."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """One file of a written landing folder.

    Attributes
    ----------
    path
        Where it lies.
    rows
        Records in it, without the header.
    """

    path: Path
    rows: int


@contextmanager
def new_folder(out: Path) -> Iterator[tuple[Path, Path]]:
    """Yield a folder to write into and one for scratch; the first becomes ``out`` when all went well.

    Whoever is stopped half-way leaves nothing that could pass for a landing folder.

    Raises
    ------
    FolderNotEmptyError
        If ``out`` is there and not an empty folder.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise FolderNotEmptyError(f"{out} is not empty; name a new or empty folder, so that no file is replaced")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=_SCRATCH_PREFIX) as folder:
        written, scratch = Path(folder) / "raw", Path(folder) / "scratch"
        written.mkdir()
        scratch.mkdir()
        yield written, scratch
        written.replace(out)


@contextmanager
def scratch_warehouse(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse in a file of its own, so that its size is not bound by memory."""
    with duckdb.connect(str(scratch / "scratch.duckdb")) as connection:
        yield connection


def write_source(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[LandedTable], relations: Mapping[str, str], out: Path
) -> list[WrittenTable]:
    """Write the tables of one source as CSV files under their declared names.

    The rows of all parts of a name go into its undated file, in the order of parts and lines. The file of an optional
    table that had none is not written.

    Parameters
    ----------
    connection
        The temporary warehouse.
    tables
        What was loaded.
    relations
        The rows to write by table name, with all raw columns; of the other tables all rows are written.
    out
        Landing folder.
    """
    written = []
    for landed in tables:
        folder = out / landed.source.name
        folder.mkdir(parents=True, exist_ok=True)
        relation = relations.get(landed.table.name, landed.relation)
        for stem in landed.table.file_stems:
            names = [part.name for part in landed.parts if part.stem == stem]
            if names:
                path = folder / f"{stem}.csv"
                written.append(WrittenTable(path, _write_file(connection, landed.table, relation, names, path)))
    return written


def _write_file(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, file_names: Sequence[str], path: Path
) -> int:
    """Write the rows that came from some files; return how many."""
    columns = ", ".join(quoted(name) for name in table.column_names)
    ranks = ", ".join(f"({literal(name)}, {rank})" for rank, name in enumerate(file_names))
    [(count,)] = connection.execute(
        f"""
        copy (
            select {columns}
            from {relation}
            inner join (values {ranks}) as ranks (ranked_name, part_rank) on {FILE_NAME} = ranked_name
            order by part_rank, {LINE_NUMBER}
        ) to {literal(str(path))} (format csv, header true, timestampformat '%Y-%m-%d %H:%M:%S')
        """
    ).fetchall()
    return int(count)
