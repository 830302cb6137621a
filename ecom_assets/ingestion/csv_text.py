"""The records of one CSV part as text, in temporary tables of a DuckDB connection.

Belongs here: reading, the records that are no CSV, and the certainty that no line was lost. Does not belong
here: types and meaning of a value (``parse``), which file feeds which table (``landing``).
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.sql_text import literal, quoted

_ERRORS = "part_errors"
_SCANS = "part_scans"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part's records as text, in temporary tables of a connection.

    Attributes
    ----------
    file_name
        Name of the part.
    text
        Table of the records that are CSV; its row ids follow the file.
    broken
        Table of the records that are none: record_number, reason, raw_line, inner_line_ends.
    records
        How many records the file holds, broken ones included.
    broken_records
        How many of them are broken.
    has_line_ends
        Whether a line end stands inside any field.
    has_nul
        Whether the file holds a NUL byte.
    """

    file_name: str
    text: str
    broken: str
    records: int
    broken_records: int
    has_line_ends: bool
    has_nul: bool


def read_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    file_name: str,
    columns: Sequence[str],
    *,
    is_gzip: bool,
    slot: int,
) -> TextPart:
    """Read every record of a file as text; records that are no CSV are kept aside.

    Must run outside of a transaction: rows that are not committed have no row ids that follow the file.

    Parameters
    ----------
    connection
        Where the records go.
    path
        Where the file lies.
    file_name
        How messages and tables call it.
    columns
        The file's columns in its own order.
    is_gzip
        Whether its content is gzip-compressed.
    slot
        Number that keeps the temporary tables of several parts apart.

    Raises
    ------
    LoadError
        If the file cannot be read as a whole, or holds lines that became no record.
    """
    text, broken = f"part_{slot}_text", f"part_{slot}_broken"
    struct = ", ".join(f"{literal(column)}: 'varchar'" for column in columns)
    for temporary in (text, broken, _ERRORS, _SCANS):
        connection.execute(f"drop table if exists {temporary}")
    try:
        connection.execute(
            f"""
            create temp table {text} as
            select * from read_csv(
                {literal(str(path))}, auto_detect = false, header = true, columns = {{{struct}}},
                delim = ',', quote = '"', escape = '"', nullstr = '',
                compression = {literal("gzip" if is_gzip else "none")}, strict_mode = true, null_padding = false,
                store_rejects = true, rejects_table = {literal(_ERRORS)}, rejects_scan = {literal(_SCANS)},
                rejects_limit = 0, hive_partitioning = false
            )
            """
        )
    except duckdb.Error as error:
        raise LoadError(f"{file_name} cannot be read as CSV: {error}; deliver the file again") from error
    broken_records = _keep_broken_records(connection, broken, path, is_gzip=is_gzip)
    records = _count(connection, text) + broken_records
    found = scan_bytes(path, is_gzip=is_gzip)
    # Where no line is left over beside header and records, no field can hold a line end; looking takes time.
    has_line_ends = found.lines > 1 + records and _has_line_ends(connection, text, columns)
    part = TextPart(file_name, text, broken, records, broken_records, has_line_ends, found.has_nul)
    _refuse_lost_lines(connection, part, columns, path, found.lines, is_gzip=is_gzip)
    return part


def drop_text(connection: duckdb.DuckDBPyConnection, part: TextPart) -> None:
    """Drop a part's temporary tables."""
    connection.execute(f"drop table if exists {part.text}")
    connection.execute(f"drop table if exists {part.broken}")


def inner_line_ends(columns: Sequence[str]) -> str:
    """Return SQL for how many line ends stand inside a record's quoted fields."""
    return " + ".join(
        f"coalesce(length({quoted(column)}) - length(replace({quoted(column)}, chr(10), '')), 0)" for column in columns
    )


def read_spans(path: Path, spans: Sequence[tuple[int, int]], *, is_gzip: bool) -> list[str]:
    r"""Return the text of byte ranges (offset, length) of a file, in ascending order, each to the end of its last line.

    Bytes that are no UTF-8, and NUL, come back as ``\xNN``, so that nothing is lost.
    """
    texts = []
    with _opened(path, is_gzip=is_gzip) as content:
        for offset, length in spans:
            content.seek(offset)
            record = content.read(length)
            if not record.endswith(b"\n"):
                # DuckDB cuts very long lines off in its list of errors.
                record += content.readline()
            text = record.decode("utf-8", "backslashreplace").strip("\r\n")
            texts.append(text.replace("\0", r"\x00"))
    return texts


@dataclass(frozen=True, slots=True)
class Bytes:
    """What a file's bytes say of it, whatever a CSV reader makes of them.

    Attributes
    ----------
    lines
        How many lines there are; a last one without line end counts.
    has_nul
        Whether a NUL byte stands anywhere: no text, and more than some engines can store.
    """

    lines: int
    has_nul: bool


def scan_bytes(path: Path, *, is_gzip: bool) -> Bytes:
    """Read a file once without the CSV reader."""
    line_ends = 0
    last = b""
    has_nul = False
    with _opened(path, is_gzip=is_gzip) as content:
        while chunk := content.read(_CHUNK_BYTES):
            line_ends += chunk.count(b"\n")
            has_nul = has_nul or b"\0" in chunk
            last = chunk[-1:]
    return Bytes(line_ends + (last not in (b"", b"\n")), has_nul)


def count_blank_lines(path: Path, *, is_gzip: bool) -> int:
    """Return how many lines of a file hold nothing but white space."""
    with _opened(path, is_gzip=is_gzip) as content:
        return sum(not line.strip() for line in content)


def _opened(path: Path, *, is_gzip: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if is_gzip else path.open("rb")


def _refuse_lost_lines(
    connection: duckdb.DuckDBPyConnection,
    part: TextPart,
    columns: Sequence[str],
    path: Path,
    lines: int,
    *,
    is_gzip: bool,
) -> None:
    """Hold the records against the lines of the file, which are counted without the CSV reader.

    DuckDB gives no row and no error for some files that it cannot make out; blank lines are no rows.
    """
    inner = f"(select sum({inner_line_ends(columns)}) from {part.text})" if part.has_line_ends else "0"
    [(accounted,)] = connection.execute(
        f"select 1 + {part.records} + coalesce({inner}, 0) + coalesce(sum(inner_line_ends), 0) from {part.broken}"
    ).fetchall()
    # Looking for blank lines takes longer, and hardly any file has more lines than records account for.
    if lines > accounted and lines - accounted > count_blank_lines(path, is_gzip=is_gzip):
        raise LoadError(
            f"{part.file_name}: only {accounted} of {lines} lines could be read as CSV; "
            "check its line ends and quotes, and deliver it again"
        )


def _keep_broken_records(connection: duckdb.DuckDBPyConnection, target: str, path: Path, *, is_gzip: bool) -> int:
    """Make the table of broken records from DuckDB's list of errors, of which a record can have several."""
    errors = connection.execute(
        f"""
        select
            line,
            string_agg(distinct lower(error_type) || ': ' || error_message, '; '),
            max(length(csv_line) - length(replace(csv_line, chr(10), ''))),
            min(line_byte_position) - 1 as byte_offset,
            max(strlen(csv_line))
        from {_ERRORS}
        group by line
        order by byte_offset
        """
    ).fetchall()
    connection.execute(
        f"create temp table {target} (record_number bigint, reason varchar, inner_line_ends bigint, raw_line varchar)"
    )
    if errors:
        lines = read_spans(path, [(offset, length) for *_, offset, length in errors], is_gzip=is_gzip)
        connection.executemany(
            f"insert into {target} values (?, ?, ?, ?)",
            [(number, reason, ends, line) for (number, reason, ends, *_), line in zip(errors, lines, strict=True)],
        )
    return len(errors)


def _has_line_ends(connection: duckdb.DuckDBPyConnection, text: str, columns: Sequence[str]) -> bool:
    has_line_end = " or ".join(f"contains({quoted(column)}, chr(10))" for column in columns)
    return _count(connection, f"(select 1 from {text} where {has_line_end} limit 1)") > 0


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    return int(count)
