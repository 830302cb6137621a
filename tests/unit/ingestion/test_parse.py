"""Typed values without loss."""

from __future__ import annotations

import duckdb
import pytest

from ecom_assets.ingestion import parse
from ecom_assets.ingestion.schema import Column, ColumnType
from ecom_assets.sql_text import literal, quoted


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
            [
                "2017-10-02",
                "2017-02-30 00:00:00",
                "02/10/2017 10:56",
                "2017-10-02T10:56:33Z",
                "2017-10-02 25:00:00",
                "infinity",
                "-infinity",
                "epoch",
                "1999-12-31 23:59:59",
                "2100-01-01 00:00:00",
                "2017-1-2 03:04:05",
            ],
        ),
    ],
)
def test_a_value_is_parsed_only_if_nothing_of_it_is_lost(kind: ColumnType, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not is_parsed(kind, text)] == []
    assert [text for text in bad if is_parsed(kind, text)] == []


def test_quoting_withstands_quotes() -> None:
    assert literal("o'clock") == "'o''clock'"
    assert quoted('a"b') == '"a""b"'
