"""Reading one part: typed values without loss, and no line that vanishes."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from ecom_assets.ingestion import parse
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Column, ColumnType


def is_parsed(kind: ColumnType, text: str) -> bool:
    column = Column("value", kind, "d")
    with duckdb.connect() as connection:
        [(result,)] = connection.execute(
            f"select {parse.is_parsed_expression(column)} from (select ? as value)", [text]
        ).fetchall()
    assert result in (True, False), "the condition is never NULL"
    return bool(result)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (ColumnType.TEXT, ["", "x", "1e9", "=1+1"], []),
        (ColumnType.INTEGER, ["0", "-7", "+7", "007"], ["3.7", "1e3", " 7", "seven", "2147483648", "0x1F", "--7"]),
        (ColumnType.BIGINT, ["1433221332117"], ["1.43E+12", "9223372036854775808"]),
        (ColumnType.DOUBLE, ["-23.54562128115268", "1e-3"], ["nan", "inf", "-Infinity", "1,5", "x"]),
        (ColumnType.MONEY, ["58.90", "0", "-1", "12.5", "12.500"], ["1.005", "1,234.50", "R$ 5", "nan", "1e99"]),
        (
            ColumnType.TIMESTAMP,
            ["2017-10-02 10:56:33", "2020-02-29 00:00:00"],
            ["2017-10-02", "2017-02-30 00:00:00", "02/10/2017 10:56", "2017-10-02T10:56:33Z", "2017-10-02 25:00:00"],
        ),
    ],
)
def test_a_value_is_parsed_only_if_nothing_of_it_is_lost(kind: ColumnType, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not is_parsed(kind, text)] == []
    assert [text for text in bad if is_parsed(kind, text)] == []


def test_quoting_withstands_quotes() -> None:
    assert parse.literal("o'clock") == "'o''clock'"
    assert parse.quoted('a"b') == '"a""b"'


@pytest.mark.parametrize(
    ("content", "lines", "blank"),
    [(b"", 0, 0), (b"a", 1, 0), (b"a\n", 1, 0), (b"a\n\nb", 3, 1), (b"a\r\n \r\n\r\nb\r\n", 4, 2)],
)
@pytest.mark.parametrize("is_gzip", [False, True])
def test_lines_are_counted(tmp_path: Path, content: bytes, lines: int, blank: int, *, is_gzip: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if is_gzip else content)
    assert parse.count_lines(path, is_gzip=is_gzip) == lines
    assert parse.count_blank_lines(path, is_gzip=is_gzip) == blank


def read(tmp_path: Path, content: bytes) -> parse.TextPart:
    path = tmp_path / "things.csv"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        return parse.read_text(connection, path, "things.csv", ("a", "b"), is_gzip=False, slot=0)


def test_blank_lines_are_no_rows_and_no_loss(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n\n3,4\n\n\n").records == 2
    assert read(tmp_path, b"a,b\n").records == 0


def test_lines_that_the_reader_passes_over_are_not_lost_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader of today makes out every file that is known here, so that its blindness has to be played."""
    monkeypatch.setattr(parse, "count_lines", lambda path, *, is_gzip: 4)
    with pytest.raises(LoadError, match=r"things\.csv: only 3 of 4 lines could be read as CSV"):
        read(tmp_path, b"a,b\n1,2\n3,4\n")


@pytest.mark.parametrize("content", [b"a,b\r\n1,2\n3,4\r5,6\r\n", b'a,b\n1,"2\n3,4\n5,6\n'])
def test_mixed_line_ends_and_a_quote_that_never_closes_are_refused_or_rejected(tmp_path: Path, content: bytes) -> None:
    try:
        part = read(tmp_path, content)
    except LoadError as error:
        assert "things.csv" in str(error)
    else:
        assert part.broken_records > 0
