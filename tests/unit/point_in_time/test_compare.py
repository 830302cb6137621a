"""The comparison of two builds on rows written here: what is equal, what is not, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from ecom_assets.comparison.outcome import Comparison, describe
from ecom_assets.point_in_time.compare import Builds, compare
from ecom_assets.point_in_time.feature_tables import FeatureTable

TABLE = FeatureTable(
    name="ftr_things",
    as_of_column="as_of_date",
    keys=("thing_id",),
    times=("seen_at", "label_known_at"),
    features=("amount", "kind"),
    labels=("is_gone",),
    voided_labels={},
)
COLUMNS = """
    thing_id text, as_of_date date, seen_at timestamp, amount double, kind text, is_gone boolean,
    label_known_at timestamp
"""
BEFORE = "timestamp '2018-02-01 00:00:00'"
# Known by the end of January, and a row of February.
ROW = ("a", "2018-01-31", "2018-01-30 12:00:00", 1.0, "x", True, "2018-01-31 12:00:00")
LATER = ("a", "2018-02-28", "2018-02-20 12:00:00", 2.0, "x", True, "2018-03-31 12:00:00")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def compared(
    connection: duckdb.DuckDBPyConnection,
    whole: list[tuple[object, ...]],
    cut: list[tuple[object, ...]],
    *,
    has_labels: bool = True,
    voided: dict[str, str] | None = None,
) -> Comparison:
    for name, rows in (("whole", whole), ("cut", cut)):
        connection.execute(f"create or replace table {name}_things ({COLUMNS})")
        connection.executemany(f"insert into {name}_things values (?, ?, ?, ?, ?, ?, ?)", rows)
    builds = Builds("whole_things", "cut_things", BEFORE, has_labels=has_labels, voided=voided)
    return compare(connection, TABLE, builds)


def changed(**values: object) -> tuple[object, ...]:
    """Return the row with other values."""
    names = [definition.split()[0] for definition in COLUMNS.split(",")]
    return tuple(values.get(name, value) for name, value in zip(names, ROW, strict=True))


def test_equal_rows_up_to_the_day_agree_whatever_comes_later(connection: duckdb.DuckDBPyConnection) -> None:
    assert compared(connection, [ROW, LATER], [ROW]) == Comparison("ftr_things", 1, ())


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"amount": 1.0000001}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": float("nan")}, "amount"),
        ({"amount": float("inf")}, "amount"),
        ({"kind": "y"}, "kind"),
        ({"kind": None}, "kind"),
        ({"seen_at": "2018-01-30 12:00:01"}, "seen_at"),
        ({"is_gone": False}, "is_gone"),
        ({"is_gone": None}, "is_gone"),
        ({"label_known_at": "2018-01-31 12:00:01"}, "label_known_at"),
    ],
)
def test_another_value_is_a_difference_in_its_column(
    connection: duckdb.DuckDBPyConnection, values: dict[str, object], column: str
) -> None:
    [difference] = compared(connection, [changed(**values)], [ROW]).differences
    assert (difference.table, difference.column, difference.count) == ("ftr_things", column, 1)
    assert difference.examples[0].key == "thing_id=a, as_of_date=2018-01-31"


def test_numbers_may_differ_in_their_last_digits_and_nothing_equals_nothing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    near = changed(amount=1.0 + 1e-12)
    assert compared(connection, [near], [ROW]).differences == ()
    for value in (None, float("nan"), float("inf"), 0.0):
        row = changed(amount=value, kind=None)
        assert compared(connection, [row], [row]).differences == (), value


def test_rows_on_one_side_only_are_told_with_their_side(connection: duckdb.DuckDBPyConnection) -> None:
    [difference] = compared(connection, [ROW], [changed(thing_id="b")]).differences
    assert (difference.column, difference.count) == ("(row)", 2)
    assert [(example.first, example.second) for example in difference.examples] == [
        ("there", "missing"),
        ("missing", "there"),
    ]


def test_a_row_that_stands_twice_is_a_difference_of_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    [difference] = compared(connection, [ROW], [ROW, changed(amount=5.0)]).differences
    assert (difference.column, difference.count) == ("(row)", 1)
    assert (difference.examples[0].first, difference.examples[0].second) == ("-", "2 times")


def test_a_label_counts_only_once_the_past_knew_it(connection: duckdb.DuckDBPyConnection) -> None:
    other = changed(is_gone=False)
    unknown = changed(is_gone=None)
    immature = changed(label_known_at="2018-02-01 00:00:01")
    at_the_end_of_the_day = changed(label_known_at="2018-02-01 00:00:00")
    assert compared(connection, [other], [unknown]).differences == ()
    assert compared(connection, [ROW], [immature]).differences == ()
    assert compared(connection, [changed(is_gone=False, label_known_at=None)], [immature]).differences == ()
    assert len(compared(connection, [other], [at_the_end_of_the_day]).differences) == 2
    assert compared(connection, [other], [ROW], has_labels=False).differences == ()


def test_a_label_that_the_final_status_voided_is_excused_and_no_other(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    voided = {"is_gone": "select 'a'"}
    assert compared(connection, [changed(is_gone=None)], [ROW], voided=voided).differences == ()
    assert compared(connection, [changed(is_gone=False)], [ROW], voided=voided).differences
    assert compared(connection, [changed(is_gone=None)], [ROW], voided={"is_gone": "select 'b'"}).differences
    assert compared(connection, [changed(kind=None)], [ROW], voided=voided).differences


def test_the_message_counts_all_and_shows_twenty(connection: duckdb.DuckDBPyConnection) -> None:
    whole = [changed(thing_id=f"{number:03}") for number in range(50)]
    cut = [changed(thing_id=f"{number:03}", kind="y", amount=2.0) for number in range(50)]
    message = describe([compared(connection, whole, cut)], "whole", "cut")
    assert "ftr_things.kind differs in 50 rows" in message
    assert "ftr_things.amount differs in 50 rows" in message
    assert "thing_id=000, as_of_date=2018-01-31: whole x, cut y" in message
    assert message.count(": whole ") == 20
    assert describe([compared(connection, [ROW], [ROW])], "whole", "cut") == ""
