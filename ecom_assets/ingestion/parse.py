"""A part's records as text into typed rows and rejects.

Belongs here: the SQL that casts text and tells good rows from bad. Does not belong here: reading a file
(``csv_text``), transactions and bookkeeping (``loader``).

A value counts as parsed only if nothing of it is lost: ``3.7`` is no integer
and ``1.005`` no money, although a plain cast would round both.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ecom_assets.ingestion.csv_text import TextPart, inner_line_ends
from ecom_assets.ingestion.schema import PLAUSIBLE_YEARS, Column, ColumnType, Table
from ecom_assets.sql_text import literal, quoted

FILE_NAME = "_file_name"
LINE_NUMBER = "_line_number"

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
    # try_strptime takes 'infinity' for a date of 1900, and a mistyped year must not move the event clock.
    ColumnType.TIMESTAMP: (
        "strftime({cast}, '%Y-%m-%d %H:%M:%S') = {value} "
        f"and year({{cast}}) between {PLAUSIBLE_YEARS[0]} and {PLAUSIBLE_YEARS[1]}"
    ),
}


def cast_expression(column: Column) -> str:
    """Return the SQL that casts the column's text, NULL where it cannot."""
    return _CAST[column.type].format(value=quoted(column.name))


def is_parsed_expression(column: Column, *, may_hold_nul: bool = False) -> str:
    """Return the SQL condition that the column's text is empty or was read without loss; never NULL.

    Looking for NUL in texts costs time, so that is done only in files that are known to hold one.
    """
    value = quoted(column.name)
    cast = cast_expression(column)
    exact = _IS_EXACT[column.type].format(cast=cast, value=value)
    if column.bounds is not None:
        exact += f" and {cast} between {column.bounds[0]} and {column.bounds[1]}"
    if may_hold_nul:
        exact += f" and not contains({value}, chr(0))"
    return f"({value} is null or ({cast} is not null and {exact}))"


def insert_rows(connection: duckdb.DuckDBPyConnection, table: Table, target: str, part: TextPart) -> int:
    """Insert the part's records that parse into ``target``; return how many."""
    casts = ", ".join(cast_expression(column) for column in table.columns)
    names = ", ".join(quoted(column) for column in (*table.column_names, FILE_NAME, LINE_NUMBER))
    [(inserted,)] = connection.execute(
        f"""
        insert into {target} ({names})
        select {casts}, {literal(part.file_name)}, {LINE_NUMBER}
        from {_text_with_lines(table, part)}
        where {_all_parsed(table.columns, part)}
        """
    ).fetchall()
    return int(inserted)


def insert_rejects(
    connection: duckdb.DuckDBPyConnection, table: Table, target: str, source_name: str, part: TextPart
) -> int:
    """Insert the part's records that do not parse into ``ops.rejected_rows``; return how many.

    The line of a record that is no CSV is the file's own; that of a record with a value of the wrong type
    is written anew from its fields.
    """
    reasons = ", ".join(
        f"case when not {is_parsed_expression(column, may_hold_nul=part.has_nul)} "
        f"then {literal(column.name + ': ')} || {_without_nul(column.name)} || {literal(_expectation(column))} end"
        for column in table.columns
    )
    fields = ", ".join(_csv_field(column) for column in table.column_names)
    where_from = f"{literal(source_name)}, {literal(table.name)}, {literal(part.file_name)}"
    [(mistyped,)] = connection.execute(
        f"""
        insert into {target}
        select {where_from}, {LINE_NUMBER}, concat_ws('; ', {reasons}), concat_ws(',', {fields})
        from {_text_with_lines(table, part)}
        where not {_all_parsed(table.columns, part)}
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


def _all_parsed(columns: Sequence[Column], part: TextPart) -> str:
    return "(" + " and ".join(is_parsed_expression(column, may_hold_nul=part.has_nul) for column in columns) + ")"


def _expectation(column: Column) -> str:
    """Return what a value that was refused should have been."""
    if column.bounds is not None:
        return f" is not {column.type.value} between {column.bounds[0]} and {column.bounds[1]}"
    if column.type is ColumnType.TIMESTAMP:
        return f" is not {column.type.value} between {PLAUSIBLE_YEARS[0]} and {PLAUSIBLE_YEARS[1]}"
    return f" is not {column.type.value}"


def _without_nul(column: str) -> str:
    r"""Return the column's text with ``\x00`` in place of NUL, which some engines cannot store."""
    return f"replace({quoted(column)}, chr(0), '\\x00')"


def _csv_field(column: str) -> str:
    value = f"coalesce({_without_nul(column)}, '')"
    needs_quotes = f"regexp_matches({value}, '[\",\\r\\n]')"
    return f"case when {needs_quotes} then '\"' || replace({value}, '\"', '\"\"') || '\"' else {value} end"


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
    inner = inner_line_ends(table.column_names)
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
