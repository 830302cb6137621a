"""One CSV part into typed rows and rejects, in a DuckDB connection.

Belongs here: the SQL that reads text, casts it and tells good rows from bad. Does not belong here: which
file feeds which table (``landing``), transactions and bookkeeping (``loader``).

Text is read as text first. A value counts as parsed only if nothing of it is lost: ``3.7`` is no integer
and ``1.005`` no money, although a plain cast would round both.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Column, ColumnType, Table

FILE_NAME = "_file_name"
LINE_NUMBER = "_line_number"

_ERRORS = "part_errors"
_SCANS = "part_scans"
_CHUNK_BYTES = 1 << 20
# Line 1 is the header.
_FIRST_LINE = 2

_CAST = {
    ColumnType.TEXT: "{value}",
    ColumnType.INTEGER: "try_cast({value} as integer)",
    ColumnType.BIGINT: "try_cast({value} as bigint)",
    ColumnType.DOUBLE: "try_cast({value} as double)",
    ColumnType.MONEY: "try_cast({value} as decimal(18, 2))",
    ColumnType.TIMESTAMP: "try_strptime({value}, '%Y-%m-%d %H:%M:%S')",
}
_WHOLE_NUMBER = "coalesce(cast({cast} as varchar) = {value} or regexp_full_match({value}, '[+-]?[0-9]+'), false)"
# The condition under which a cast that gave a value also kept all of it.
_IS_EXACT = {
    ColumnType.TEXT: "true",
    ColumnType.INTEGER: _WHOLE_NUMBER,
    ColumnType.BIGINT: _WHOLE_NUMBER,
    ColumnType.DOUBLE: "isfinite({cast})",
    ColumnType.MONEY: "{cast} = try_cast({value} as decimal(38, 10))",
    ColumnType.TIMESTAMP: "true",
}


def quoted(identifier: str) -> str:
    """Return the identifier in double quotes, as SQL wants it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def cast_expression(column: Column) -> str:
    """Return the SQL that casts the column's text, NULL where it cannot."""
    return _CAST[column.type].format(value=quoted(column.name))


def is_parsed_expression(column: Column) -> str:
    """Return the SQL condition that the column's text is empty or was read without loss; never NULL."""
    value = quoted(column.name)
    cast = cast_expression(column)
    exact = _IS_EXACT[column.type].format(cast=cast, value=value)
    return f"({value} is null or ({cast} is not null and {exact}))"


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
    """

    file_name: str
    text: str
    broken: str
    records: int
    broken_records: int
    has_line_ends: bool


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
                rejects_limit = 0
            )
            """
        )
    except duckdb.Error as error:
        raise LoadError(f"{file_name} cannot be read as CSV: {error}; deliver the file again") from error
    broken_records = _keep_broken_records(connection, broken, path, is_gzip=is_gzip)
    records = _count(connection, text) + broken_records
    has_line_end = " or ".join(f"contains({quoted(column)}, chr(10))" for column in columns)
    has_line_ends = _count(connection, f"(select 1 from {text} where {has_line_end} limit 1)") > 0
    part = TextPart(file_name, text, broken, records, broken_records, has_line_ends)
    _refuse_lost_lines(connection, part, columns, path, is_gzip=is_gzip)
    return part


def drop_text(connection: duckdb.DuckDBPyConnection, part: TextPart) -> None:
    """Drop a part's temporary tables."""
    connection.execute(f"drop table if exists {part.text}")
    connection.execute(f"drop table if exists {part.broken}")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: Table, target: str, part: TextPart) -> None:
    """Insert the part's records that parse into ``target``."""
    casts = ", ".join(cast_expression(column) for column in table.columns)
    names = ", ".join(quoted(column) for column in (*table.column_names, FILE_NAME, LINE_NUMBER))
    connection.execute(
        f"""
        insert into {target} ({names})
        select {casts}, {literal(part.file_name)}, {LINE_NUMBER}
        from {_text_with_lines(table, part)}
        where {_all_parsed(table.columns)}
        """
    )


def insert_rejects(
    connection: duckdb.DuckDBPyConnection, table: Table, target: str, source_name: str, part: TextPart
) -> int:
    """Insert the part's records that do not parse into ``ops.rejected_rows``; return how many.

    The line of a record that is no CSV is the file's own; that of a record with a value of the wrong type
    is written anew from its fields.
    """
    reasons = ", ".join(
        f"case when not {is_parsed_expression(column)} "
        f"then {literal(column.name + ': ')} || {quoted(column.name)} || {literal(' is not ' + column.type.value)} end"
        for column in table.columns
    )
    fields = ", ".join(_csv_field(column) for column in table.column_names)
    where_from = f"{literal(source_name)}, {literal(table.name)}, {literal(part.file_name)}"
    [(mistyped,)] = connection.execute(
        f"""
        insert into {target}
        select {where_from}, {LINE_NUMBER}, concat_ws('; ', {reasons}), concat_ws(',', {fields})
        from {_text_with_lines(table, part)}
        where not {_all_parsed(table.columns)}
        """
    ).fetchall()
    if not part.broken_records:
        return int(mistyped)
    connection.execute(
        f"""
        insert into {target}
        select {where_from}, {LINE_NUMBER}, reason, raw_line
        from {part.broken} inner join {_record_lines(table, part)} using (record_number)
        """
    )
    return int(mistyped) + part.broken_records


def column_definitions(table: Table) -> str:
    """Return the column list of the raw table in DuckDB's types."""
    types = {column.name: column.type.value.replace("numeric", "decimal") for column in table.columns}
    return ", ".join(
        f"{quoted(name)} {kind}" for name, kind in (types | {FILE_NAME: "text", LINE_NUMBER: "bigint"}).items()
    )


def read_spans(path: Path, spans: Sequence[tuple[int, int]], *, is_gzip: bool) -> list[str]:
    r"""Return the text of byte ranges (offset, length) of a file, in ascending order.

    Bytes that are no UTF-8 come back as ``\xNN``, so that nothing is lost.
    """
    texts = []
    with _opened(path, is_gzip=is_gzip) as content:
        for offset, length in spans:
            content.seek(offset)
            texts.append(content.read(length).decode("utf-8", "backslashreplace").strip("\r\n"))
    return texts


def count_lines(path: Path, *, is_gzip: bool) -> int:
    """Return how many lines a file has; a last one without line end counts."""
    line_ends = 0
    last = b""
    with _opened(path, is_gzip=is_gzip) as content:
        while chunk := content.read(_CHUNK_BYTES):
            line_ends += chunk.count(b"\n")
            last = chunk[-1:]
    return line_ends + (last not in (b"", b"\n"))


def count_blank_lines(path: Path, *, is_gzip: bool) -> int:
    """Return how many lines of a file hold nothing but white space."""
    with _opened(path, is_gzip=is_gzip) as content:
        return sum(not line.strip() for line in content)


def _opened(path: Path, *, is_gzip: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if is_gzip else path.open("rb")


def _refuse_lost_lines(
    connection: duckdb.DuckDBPyConnection, part: TextPart, columns: Sequence[str], path: Path, *, is_gzip: bool
) -> None:
    """Hold the records against the lines of the file, which are counted without the CSV reader.

    DuckDB gives no row and no error for some files that it cannot make out; blank lines are no rows.
    """
    inner = f"(select sum({_inner_line_ends(columns)}) from {part.text})" if part.has_line_ends else "0"
    [(accounted,)] = connection.execute(
        f"select 1 + {part.records} + coalesce({inner}, 0) + coalesce(sum(inner_line_ends), 0) from {part.broken}"
    ).fetchall()
    lines = count_lines(path, is_gzip=is_gzip)
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


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    return int(count)


def _all_parsed(columns: Sequence[Column]) -> str:
    return "(" + " and ".join(is_parsed_expression(column) for column in columns) + ")"


def _csv_field(column: str) -> str:
    value = f"coalesce({quoted(column)}, '')"
    needs_quotes = f"regexp_matches({value}, '[\",\\r\\n]')"
    return f"case when {needs_quotes} then '\"' || replace({value}, '\"', '\"\"') || '\"' else {value} end"


def _inner_line_ends(columns: Sequence[str]) -> str:
    """Return SQL for how many line ends stand inside a record's quoted fields."""
    return " + ".join(
        f"coalesce(length({quoted(column)}) - length(replace({quoted(column)}, chr(10), '')), 0)" for column in columns
    )


def _text_with_lines(table: Table, part: TextPart) -> str:
    """Return a relation of the text columns with the line on which each record starts.

    A file without broken records and without line ends in its fields, which is nearly every file, costs
    an addition.
    """
    if not part.has_line_ends and not part.broken_records:
        return f"(select *, rowid + {_FIRST_LINE} as {LINE_NUMBER} from {part.text})"
    return (
        f"(select part.*, lines.{LINE_NUMBER} from {part.text} as part "
        f"inner join {_record_lines(table, part)} as lines on part.rowid = lines.row_id)"
    )


def _record_lines(table: Table, part: TextPart) -> str:
    """Return a relation that gives each record, good or broken, the line on which it starts.

    A record's line is its number plus the line ends inside the fields of all records before it. The
    k-th good record's number is k plus the broken records before it.
    """
    inner = _inner_line_ends(table.column_names)
    return f"""(
        with broken as (
            select *, row_number() over (order by record_number) as broken_before
            from {part.broken}
        ),
        shifts as (
            select record_number - {_FIRST_LINE} - (broken_before - 1) as from_row_id, max(broken_before) as shift
            from broken
            group by from_row_id
        ),
        good as (
            select part.rowid as row_id, {inner} as inner_line_ends from {part.text} as part
        ),
        numbered as (
            select
                good.row_id,
                good.row_id + {_FIRST_LINE} + coalesce(shifts.shift, 0) as record_number,
                good.inner_line_ends
            from good
            asof left join shifts on good.row_id >= shifts.from_row_id
            union all
            select null, record_number, inner_line_ends from broken
        )
        select
            row_id,
            record_number,
            cast(
                record_number + coalesce(sum(inner_line_ends) over (
                    order by record_number rows between unbounded preceding and 1 preceding
                ), 0) as bigint
            ) as {LINE_NUMBER}
        from numbered
    )"""
