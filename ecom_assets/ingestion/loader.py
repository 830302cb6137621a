"""One raw table from its parts: all in one transaction, bookkeeping last.

Belongs here: when to load, what replaces what, the accounting of rows. Does not belong here: reading CSV
(``csv_text``, ``parse``), finding files (``landing``), Dagster (``assets``).

A table is always rebuilt from all of its parts, so that a changed, removed or re-ordered part leaves no
trace. A killed load leaves the old table and the old ``ops.loads``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ecom_assets.ingestion import parse
from ecom_assets.ingestion.csv_text import TextPart, drop_text, read_text
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.header import check_header, read_header
from ecom_assets.ingestion.landing import Part, combined_fingerprint, file_sha256
from ecom_assets.ingestion.schema import Source, Table
from ecom_assets.keys import LOADS, REJECTED_ROWS
from ecom_assets.sql_text import literal, quoted

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PartReport:
    """What became of the rows of one part; ``read`` counts them before anything is done with them."""

    file_name: str
    sha256: str
    bytes: int
    read: int
    loaded: int
    rejected: int
    superseded: int

    @property
    def is_accounted(self) -> bool:
        """Whether every row that was read is loaded, rejected or superseded."""
        return self.read == self.loaded + self.rejected + self.superseded


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Outcome of one table's load.

    Attributes
    ----------
    parts
        One report a part, as of the load that the table shows; empty for a missing optional file.
    is_skipped
        Whether nothing was read, because the parts are those that are loaded already.
    warnings
        What a person should look at.
    """

    parts: tuple[PartReport, ...]
    is_skipped: bool
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows in the table."""
        return sum(part.loaded for part in self.parts)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the files that the table shows."""
        return combined_fingerprint((part.file_name, part.sha256) for part in self.parts)

    @property
    def rejected(self) -> int:
        """Rows that did not parse."""
        return sum(part.rejected for part in self.parts)

    @property
    def superseded(self) -> int:
        """Rows replaced by a later part's row of the same key."""
        return sum(part.superseded for part in self.parts)


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to load and under which terms.

    Attributes
    ----------
    source, table
        The declared table.
    parts
        Its files, later ones winning.
    scratch_dir
        Where archive members may be extracted for the time of the load.
    max_rejected_share
        Share of a file's rows that may fail to parse.
    run_id
        Who loads, for ``ops.loads``.
    loaded_at
        When, in UTC; the same for all parts.
    reload
        Load even if the same files are loaded already.
    """

    source: Source
    table: Table
    parts: tuple[Part, ...]
    scratch_dir: Path
    max_rejected_share: float
    run_id: str
    loaded_at: datetime
    reload: bool = False

    @property
    def target(self) -> str:
        """Qualified name of the raw table."""
        return f"{self.source.schema}.{self.table.name}"


def load_table(connection: duckdb.DuckDBPyConnection, request: LoadRequest) -> LoadReport:
    """Bring the raw table in line with its files, or leave it as it is and say why.

    Raises
    ------
    LoadError
        If a required file is missing, a file cannot be read as declared, or too many rows do not parse.
        The table, its rejects and its bookkeeping are then as before.
    """
    warnings = _check_presence(request)
    states = [part.state() for part in request.parts]
    hashes = {part.name: file_sha256(part.path) for part in request.parts}
    if not request.reload and _is_current(connection, request, hashes):
        return LoadReport(parts=_last_load(connection, request), is_skipped=True, warnings=warnings)

    texts, header_warnings = _read_parts(connection, request)
    _refuse_changed(request, states)
    _refuse_nothing(request, texts)
    connection.begin()
    try:
        superseded = _rebuild(connection, request, texts)
        reports = _account(connection, request, hashes, texts, superseded)
        _write_loads(connection, request, reports)
        connection.commit()
    except duckdb.IOException as error:
        connection.rollback()
        raise LoadError(f"{request.target} could not be written, its old rows stay: {error}") from error
    except BaseException:
        connection.rollback()
        raise
    for text in texts:
        drop_text(connection, text)
    return LoadReport(parts=reports, is_skipped=False, warnings=(*warnings, *header_warnings))


def _check_presence(request: LoadRequest) -> tuple[str, ...]:
    """Warn of missing optional files; refuse to go on without a required one."""
    present = {part.stem for part in request.parts}
    missing = [stem for stem in request.table.file_stems if stem not in present]
    if not missing:
        return ()
    names = " and ".join(f"{stem}.csv" for stem in missing)
    if request.table.optional:
        rest = "the table is empty" if not present else "its rows are missing"
        return (f"{names} of {request.source.title} not found in the landing folder; {rest}",)
    raise LoadError(
        f"{names} of {request.source.title} is missing; put it (or .csv.gz, or the downloaded archive) "
        f"into the folder {request.source.name}/ of the landing folder"
    )


def _is_current(connection: duckdb.DuckDBPyConnection, request: LoadRequest, hashes: dict[str, str]) -> bool:
    """Return whether the table exists with the declared columns and was loaded from just these files."""
    columns = connection.execute(
        "select column_name from information_schema.columns "
        "where table_schema = ? and table_name = ? order by ordinal_position",
        [request.source.schema, request.table.name],
    ).fetchall()
    declared = (*request.table.column_names, parse.FILE_NAME, parse.LINE_NUMBER)
    if tuple(name for (name,) in columns) != declared:
        return False
    last = connection.execute(
        f"select file_name, file_sha256 from {_last_load_relation()}", [request.source.name, request.table.name]
    ).fetchall()
    return bool(last) and {name: sha256 for name, sha256 in last if name is not None} == hashes


def _last_load_relation() -> str:
    """Return the rows of ``ops.loads`` that describe what a table (two parameters) holds now."""
    return (
        f"(select * from {LOADS} where source = ? and table_name = ? "
        "qualify loaded_at = max(loaded_at) over () order by file_name)"
    )


def _last_load(connection: duckdb.DuckDBPyConnection, request: LoadRequest) -> tuple[PartReport, ...]:
    rows = connection.execute(
        "select file_name, file_sha256, bytes, row_count + rejected_count + superseded_count, row_count, "
        f"rejected_count, superseded_count from {_last_load_relation()} where file_name is not null",
        [request.source.name, request.table.name],
    ).fetchall()
    return tuple(PartReport(*row) for row in rows)


def _read_parts(connection: duckdb.DuckDBPyConnection, request: LoadRequest) -> tuple[list[TextPart], list[str]]:
    """Read all parts as text, before anything in the warehouse is touched."""
    texts: list[TextPart] = []
    warnings: list[str] = []
    for slot, part in enumerate(request.parts):
        with part.opened(request.scratch_dir) as path:
            header = read_header(path, part.name, is_gzip=part.is_gzip)
            extra = check_header(header, request.table.column_names, part.name)
            if extra:
                warnings.append(f"{part.name}: undeclared columns are not loaded: {', '.join(extra)}")
            texts.append(read_text(connection, path, part.name, header, is_gzip=part.is_gzip, slot=slot))
    return texts, warnings


def _refuse_changed(request: LoadRequest, states: Sequence[tuple[int, int, int]]) -> None:
    """Raise if a file is not the one any more whose hash was taken: what was read may be half of it."""
    for part, before in zip(request.parts, states, strict=True):
        if part.state() != before:
            raise LoadError(f"{part.name} changed while it was read; run again when it is complete")


def _refuse_nothing(request: LoadRequest, texts: Sequence[TextPart]) -> None:
    """Raise if a required table's files hold headers only: an empty table would empty all that stands behind it."""
    if texts and not request.table.optional and not any(text.records for text in texts):
        names = ", ".join(text.file_name for text in texts)
        raise LoadError(f"{names} of {request.source.title} holds no row, only a header; deliver the file again")


def _rebuild(connection: duckdb.DuckDBPyConnection, request: LoadRequest, texts: Sequence[TextPart]) -> dict[str, int]:
    """Replace the table and its rejects by what the parts hold; return the rows superseded by file name."""
    table = request.table
    connection.execute(f"create schema if not exists {request.source.schema}")
    connection.execute(f"create or replace table {request.target} ({parse.column_definitions(table)})")
    connection.execute(
        f"delete from {REJECTED_ROWS} where source = ? and table_name = ?", [request.source.name, table.name]
    )
    for text in texts:
        loaded = parse.insert_rows(connection, table, request.target, text)
        if loaded < text.records:
            rejected = parse.insert_rejects(connection, table, str(REJECTED_ROWS), request.source.name, text)
            _check_rejected_share(connection, request, text, rejected)
    return _supersede(connection, request) if table.key and len(texts) > 1 else {}


def _check_rejected_share(
    connection: duckdb.DuckDBPyConnection, request: LoadRequest, text: TextPart, rejected: int
) -> None:
    if rejected <= request.max_rejected_share * text.records:
        return
    examples = connection.execute(
        f"select line_number, reason from {REJECTED_ROWS} where source = ? and table_name = ? and file_name = ? "
        f"order by line_number limit {_EXAMPLES}",
        [request.source.name, request.table.name, text.file_name],
    ).fetchall()
    raise LoadError(
        f"{text.file_name}: {rejected} of {text.records} rows do not parse, more than the allowed share of "
        f"{request.max_rejected_share:g} (ECOM_MAX_REJECTED_SHARE); for example "
        + "; ".join(f"line {line}: {reason}" for line, reason in examples)
    )


def _supersede(connection: duckdb.DuckDBPyConnection, request: LoadRequest) -> dict[str, int]:
    """Delete every row whose key also stands in a later part; return how many by file name.

    Duplicates inside a part stay, for the key's test to find.
    """
    ranks = ", ".join(f"({literal(part.name)}, {rank})" for rank, part in enumerate(request.parts))
    key = ", ".join(quoted(column) for column in request.table.key)
    connection.execute(
        f"""
        create or replace temp table superseded_rows as
        with ranks (file_name, part_rank) as (values {ranks}),
        latest as (
            select {key}, max(part_rank) as latest_rank
            from {request.target} inner join ranks on {parse.FILE_NAME} = file_name
            group by {key}
            having count(distinct part_rank) > 1
        )
        select target.rowid as row_id, ranks.file_name
        from {request.target} as target
        inner join ranks on target.{parse.FILE_NAME} = ranks.file_name
        inner join latest using ({key})
        where ranks.part_rank < latest.latest_rank
        """
    )
    connection.execute(f"delete from {request.target} where rowid in (select row_id from superseded_rows)")
    counts = connection.execute("select file_name, count(*) from superseded_rows group by file_name").fetchall()
    connection.execute("drop table superseded_rows")
    return dict(counts)


def _account(
    connection: duckdb.DuckDBPyConnection,
    request: LoadRequest,
    hashes: Mapping[str, str],
    texts: Sequence[TextPart],
    superseded: Mapping[str, int],
) -> tuple[PartReport, ...]:
    """Count what stands in the table and in the rejects; the reports tell whether that is all that was read."""
    loaded = dict(
        connection.execute(
            f"select {parse.FILE_NAME}, count(*) from {request.target} group by {parse.FILE_NAME}"
        ).fetchall()
    )
    rejected = dict(
        connection.execute(
            f"select file_name, count(*) from {REJECTED_ROWS} where source = ? and table_name = ? group by file_name",
            [request.source.name, request.table.name],
        ).fetchall()
    )
    return tuple(
        PartReport(
            file_name=part.name,
            sha256=hashes[part.name],
            bytes=part.path.stat().st_size,
            read=text.records,
            loaded=loaded.get(part.name, 0),
            rejected=rejected.get(part.name, 0),
            superseded=superseded.get(part.name, 0),
        )
        for part, text in zip(request.parts, texts, strict=True)
    )


def _write_loads(connection: duckdb.DuckDBPyConnection, request: LoadRequest, reports: Sequence[PartReport]) -> None:
    """Write one row a part, or one without file for a missing optional table."""
    rows: list[tuple[str | None, str | None, int, int, int, int]] = [
        (part.file_name, part.sha256, part.bytes, part.loaded, part.rejected, part.superseded) for part in reports
    ]
    if not rows:
        rows = [(None, None, 0, 0, 0, 0)]
    connection.executemany(
        f"insert into {LOADS} values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(request.source.name, request.table.name, *row, request.loaded_at, request.run_id) for row in rows],
    )
