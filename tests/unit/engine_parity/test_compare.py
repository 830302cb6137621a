"""One table on two engines, both sides written here: what is equal, what is not, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pytest

from ecom_assets.comparison.outcome import Comparison, Difference, Example
from ecom_assets.comparison.rows import TOLERANCE
from ecom_assets.engine_parity.audit import problems
from ecom_assets.engine_parity.compare import Sides, column_differences, compare, missing_table, server_type
from ecom_assets.engine_parity.tables import ComparedTable
from ml_assets.contract import TableName

DEFINITIONS = "thing_id text, counted bigint, weight double, price decimal(9, 2), seen_at timestamp"
COLUMNS = (
    ("thing_id", "text"),
    ("counted", "bigint"),
    ("weight", "double precision"),
    ("price", "numeric(9,2)"),
    ("seen_at", "timestamp without time zone"),
)
ROW = ("a", 1, 0.1, "9.90", "2018-01-31 12:00:00")
KEY = ("thing_id",)
NO_KEY: tuple[str, ...] = ()

Row = tuple[object, ...]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def compared(
    connection: duckdb.DuckDBPyConnection,
    embedded: Sequence[Row],
    server: Sequence[Row],
    *,
    key: tuple[str, ...] = KEY,
    server_columns: Sequence[tuple[str, str]] = COLUMNS,
    server_definitions: str = DEFINITIONS,
    ignored: tuple[str, ...] = (),
    tolerance: float = TOLERANCE,
) -> Comparison:
    for name, definitions, rows in (("embedded", DEFINITIONS, embedded), ("server", server_definitions, server)):
        connection.execute(f"create table {name} ({definitions})")
        for row in rows:
            connection.execute(f"insert into {name} values ({', '.join('?' for _ in row)})", row)
    table = ComparedTable(TableName("marts", "things"), key, frozenset(ignored), tolerance)
    return compare(connection, table, Sides("embedded", "server", server_columns))


def changed(**values: object) -> Row:
    """Return the row with other values."""
    return tuple(values.get(name, value) for (name, _), value in zip(COLUMNS, ROW, strict=True))


@pytest.mark.parametrize("key", [KEY, NO_KEY], ids=["keyed", "without key"])
def test_equal_rows_are_equal_in_any_order(connection: duckdb.DuckDBPyConnection, key: tuple[str, ...]) -> None:
    other = changed(thing_id="b", counted=None, weight=None, price=None, seen_at=None)
    nameless = changed(thing_id=None)
    outcome = compared(connection, [ROW, other, nameless], [nameless, other, ROW], key=key)
    assert outcome == Comparison("marts.things", 3, ())


@pytest.mark.parametrize("key", [KEY, NO_KEY], ids=["keyed", "without key"])
def test_a_number_of_double_precision_may_differ_in_its_last_digits(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, ...]
) -> None:
    assert compared(connection, [ROW], [changed(weight=0.1 * (1 + 1e-12))], key=key).differences == ()


@pytest.mark.parametrize("key", [KEY, NO_KEY], ids=["keyed", "without key"])
@pytest.mark.parametrize("weight", [0.1 * (1 + 1e-6), None, 0.0, float("nan"), float("inf")], ids=str)
def test_another_number_is_a_difference_in_its_column(
    connection: duckdb.DuckDBPyConnection, weight: float | None, key: tuple[str, ...]
) -> None:
    [difference] = compared(connection, [ROW], [changed(weight=weight)], key=key).differences
    assert (difference.table, difference.column, difference.count) == ("marts.things", "weight", 1)


def test_a_table_says_how_near_its_numbers_have_to_be_and_what_is_not_compared(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    near = changed(weight=0.1 * (1 + 1e-7), seen_at="2018-02-01 00:00:00")
    outcome = compared(connection, [ROW], [near], ignored=("seen_at",), tolerance=1e-6)
    assert outcome.differences == ()
    far = changed(weight=0.1 * (1 + 1e-5), price="1.00")
    connection.execute("drop table embedded; drop table server")
    outcome = compared(connection, [ROW], [far], ignored=("seen_at",), tolerance=1e-6)
    assert [difference.column for difference in outcome.differences] == ["weight", "price"]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("counted", 2, "duckdb 1, postgres 2"),
        ("counted", None, "duckdb 1, postgres NULL"),
        ("price", "9.91", "duckdb 9.90, postgres 9.91"),
        ("seen_at", "2018-01-31 12:00:00.000001", "duckdb 2018-01-31 12:00:00, postgres 2018-01-31 12:00:00.000001"),
    ],
    ids=["number", "nothing", "money", "moment"],
)
def test_exact_values_are_told_with_table_column_key_and_both_values(
    connection: duckdb.DuckDBPyConnection, column: str, value: object, told: str
) -> None:
    outcome = compared(connection, [ROW], [changed(**{column: value})])
    assert problems([outcome]) == f"marts.things.{column} differs in 1 rows\n  thing_id=a: {told}"


def test_nothing_is_not_nought(connection: duckdb.DuckDBPyConnection) -> None:
    nought, nothing = changed(counted=0, weight=0.0), changed(counted=None, weight=None)
    differences = compared(connection, [nought], [nothing]).differences
    assert [(difference.column, difference.count) for difference in differences] == [("counted", 1), ("weight", 1)]


@pytest.mark.parametrize(
    ("embedded", "server", "told"),
    [
        ([ROW, changed(thing_id="b")], [ROW], "duckdb there, postgres missing"),
        ([ROW], [ROW, changed(thing_id="b")], "duckdb missing, postgres there"),
    ],
    ids=["missing", "extra"],
)
def test_a_row_on_one_side_only_is_told_with_its_side(
    connection: duckdb.DuckDBPyConnection, embedded: list[Row], server: list[Row], told: str
) -> None:
    outcome = compared(connection, embedded, server)
    assert problems([outcome]) == f"marts.things.(row) differs in 1 rows\n  thing_id=b: {told}"


def test_without_a_key_each_copy_of_a_row_needs_one_of_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    near = changed(weight=0.1 * (1 + 1e-12))
    assert compared(connection, [ROW, ROW, near], [near, ROW, ROW], key=NO_KEY).differences == ()
    connection.execute("drop table embedded; drop table server")
    [difference] = compared(connection, [ROW, ROW], [ROW], key=NO_KEY).differences
    assert (difference.column, difference.count) == ("(row)", 1)
    assert difference.examples[0].key.endswith("(copy)=2")
    assert (difference.examples[0].first, difference.examples[0].second) == ("there", "missing")


def test_rows_of_a_key_that_repeats_are_compared_as_if_there_were_none(connection: duckdb.DuckDBPyConnection) -> None:
    copies = [changed(thing_id=None, counted=number) for number in range(3)]
    assert compared(connection, copies, copies[::-1]).differences == ()
    connection.execute("drop table embedded; drop table server")
    [difference] = compared(connection, [ROW], [ROW, ROW]).differences
    assert (difference.column, difference.count) == ("(row)", 1)


def test_another_type_is_a_difference_even_of_equal_values(connection: duckdb.DuckDBPyConnection) -> None:
    columns = [(name, "integer" if name == "counted" else kind) for name, kind in COLUMNS]
    outcome = compared(
        connection, [ROW], [ROW], server_columns=columns, server_definitions=DEFINITIONS.replace("bigint", "integer")
    )
    assert outcome.differences == (
        Difference(
            "marts.things",
            "(columns)",
            1,
            (Example("counted", "bigint at place 2", "integer at place 2"),),
            unit="columns",
        ),
    )


@pytest.mark.parametrize("column", ["thing_id", "weight"])
def test_what_types_agree_in_is_compared_all_the_same(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    definitions = DEFINITIONS.replace("thing_id text", "thing_id integer").replace("weight double", "weight text")
    columns = [(name, {"thing_id": "integer", "weight": "text"}.get(name, kind)) for name, kind in COLUMNS]
    server = changed(thing_id=1, weight="x", counted=5)
    found = compared(connection, [ROW], [server], server_columns=columns, server_definitions=definitions).differences
    assert [(difference.column, difference.count) for difference in found] == [("(columns)", 2), ("(row)", 2)]
    assert column in {example.key for example in found[0].examples}


def test_columns_that_are_missing_or_out_of_place_are_named() -> None:
    [difference] = column_differences("t", [("a", "text"), ("b", "date")], [("b", "date"), ("a", "text")])
    assert difference.count == 2
    assert difference.examples[0] == Example("a", "text at place 1", "text at place 2")
    [difference] = column_differences("t", [("a", "text"), ("b", "date")], [("b", "date"), ("c", "text")])
    assert difference.examples == (Example("a", "text", "missing"), Example("c", "missing", "text"))
    assert column_differences("t", [("a", "text")], [("a", "text")]) == ()


def test_a_type_that_the_server_cannot_have_equals_none_of_its_own() -> None:
    assert server_type("DECIMAL(18,3)") == "numeric(18,3)"
    assert server_type("HUGEINT") == "HUGEINT"


@pytest.mark.parametrize(
    ("is_embedded", "told"),
    [(True, "duckdb there, postgres missing"), (False, "duckdb missing, postgres there")],
    ids=["not on the server", "not in the build"],
)
def test_a_table_on_one_engine_only_is_a_difference(is_embedded: bool, told: str) -> None:
    outcome = missing_table("marts.things", is_embedded=is_embedded, is_on_server=not is_embedded)
    assert problems([outcome]) == f"marts.things.(table) differs in 1 engine\n  (table): {told}"
