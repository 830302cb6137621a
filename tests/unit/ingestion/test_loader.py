"""Loading a table: accounting, rejects, parts that win, skips, and a state that survives every failure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadReport, LoadRequest, load_table
from ecom_assets.warehouse.ops_tables import create_statements
from tests.fixtures.landing import tiny_source, write_table

SOURCE = tiny_source()
THINGS = SOURCE.table("things")
CLICKS = SOURCE.table("clicks")
EXTRAS = SOURCE.table("extras")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for statement in create_statements():
            opened.execute(statement)
        yield opened


def load(
    connection: duckdb.DuckDBPyConnection,
    raw_dir: Path,
    table: str = "things",
    *,
    day: int = 1,
    max_rejected_share: float = 0.01,
    reload: bool = False,
) -> LoadReport:
    landing = discover(raw_dir, SOURCE)
    return load_table(
        connection,
        LoadRequest(
            source=SOURCE,
            table=SOURCE.table(table),
            parts=landing.parts[table],
            scratch_dir=raw_dir,
            max_rejected_share=max_rejected_share,
            run_id=f"run-{day}",
            loaded_at=datetime(2026, 1, day),
            reload=reload,
        ),
    )


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return connection.execute(sql).fetchall()


def things(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return rows(
        connection,
        "select thing_id, amount::varchar, _file_name, _line_number from raw_tiny.things order by _file_name, 4",
    )


def test_rows_are_typed_and_say_where_they_came_from(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "007", "amount": "1.5", "made_at": ""}], compressed=True)
    report = load(connection, tmp_path)
    assert (report.rows, report.rejected, report.is_skipped) == (1, 0, False)
    assert rows(connection, "select * from raw_tiny.things") == [("007", pytest.approx(1.5), None, "things.csv.gz", 2)]
    assert rows(connection, "select column_type from (describe raw_tiny.things)") == [
        ("VARCHAR",),
        ("DECIMAL(18,2)",),
        ("TIMESTAMP",),
        ("VARCHAR",),
        ("BIGINT",),
    ]


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfthing_id,amount,made_at\r\na,1.00,\r\n", b"made_at,extra,thing_id,amount\n,?,a,1\n"]
)
def test_byte_order_mark_line_ends_and_column_order_do_not_matter(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "things.csv").write_bytes(content)
    report = load(connection, tmp_path)
    assert things(connection) == [("a", "1.00", "things.csv", 2)]
    assert len(report.warnings) == (1 if b"extra" in content else 0)


BROKEN = b"\n".join(
    [
        b"thing_id,amount,made_at",
        b"a,1.00,2018-01-01 00:00:00",
        b"b,1.005,2018-01-01 00:00:00",
        b'"c',
        b'c",2.00,2018-01-01 00:00:00',
        b"d,3.00",
        b"e,4.00,2018-01-01",
        b"f\xff,5.00,2018-01-01 00:00:00",
        b"g,6.00,2018-01-01 00:00:00,more",
        b'h,"x, ""y""",',
        b"i,7.00,2018-01-01 00:00:00",
        b"",
    ]
)


def test_a_row_that_does_not_parse_is_kept_with_line_reason_and_text(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "things.csv").write_bytes(BROKEN)
    report = load(connection, tmp_path, max_rejected_share=1)
    assert [(row[0], row[3]) for row in things(connection)] == [("a", 2), ("c\nc", 4), ("i", 11)]
    rejects = rows(connection, "select line_number, reason, raw_line from ops.rejected_rows order by line_number")
    assert [(line, raw) for line, _, raw in rejects] == [
        (3, "b,1.005,2018-01-01 00:00:00"),
        (6, "d,3.00"),
        (7, "e,4.00,2018-01-01"),
        (8, "f\\xff,5.00,2018-01-01 00:00:00"),
        (9, "g,6.00,2018-01-01 00:00:00,more"),
        (10, 'h,"x, ""y""",'),
    ]
    reasons = [str(reason) for _, reason, _ in rejects]
    assert reasons[0] == "amount: 1.005 is not numeric(18,2)"
    assert reasons[1].startswith("missing columns")
    assert reasons[2] == "made_at: 2018-01-01 is not timestamp between 2000 and 2099"
    assert reasons[3].startswith("invalid encoding")
    assert reasons[4].startswith("too many columns")
    assert reasons[5] == 'amount: x, "y" is not numeric(18,2)'
    [part] = report.parts
    assert (part.read, part.loaded, part.rejected, part.superseded) == (9, 3, 6, 0)
    assert part.is_accounted


def test_the_same_file_compressed_gives_the_same_rejects(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    import gzip

    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "things.csv.gz").write_bytes(gzip.compress(BROKEN))
    assert load(connection, tmp_path, max_rejected_share=1).rejected == 6
    assert rows(connection, "select raw_line from ops.rejected_rows where line_number = 8") == [
        ("f\\xff,5.00,2018-01-01 00:00:00",)
    ]


def test_too_many_rejects_fail_the_load_and_leave_everything_as_it_was(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "good"}])
    load(connection, tmp_path)
    before = rows(connection, "select * from ops.loads")
    write_table(tmp_path / "tiny", THINGS, [{"amount": "bad"}] * 2 + [{}] * 98)
    with pytest.raises(LoadError, match=r"things\.csv: 2 of 100 rows do not parse.*0\.01.*line 2: amount: bad"):
        load(connection, tmp_path, day=2)
    assert [row[0] for row in things(connection)] == ["good"]
    assert rows(connection, "select * from ops.loads") == before
    assert rows(connection, "select * from ops.rejected_rows") == []


def test_exactly_the_allowed_share_of_rejects_loads(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"amount": "bad"}] + [{}] * 99)
    report = load(connection, tmp_path)
    assert (report.rows, report.rejected) == (99, 1)


def test_a_later_part_wins_and_a_duplicate_inside_a_part_stays(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny"
    write_table(folder, THINGS, [{"thing_id": "a", "amount": "1"}, {"thing_id": "b", "amount": "1"}])
    write_table(folder, THINGS, [{"thing_id": "a", "amount": "2"}, {"thing_id": "c", "amount": "2"}], "_2018-01")
    write_table(folder, THINGS, [{"thing_id": "a", "amount": "3"}, {"thing_id": "a", "amount": "4"}], "_2018-02")
    report = load(connection, tmp_path)
    assert things(connection) == [
        ("b", "1.00", "things.csv", 3),
        ("c", "2.00", "things_2018-01.csv", 3),
        ("a", "3.00", "things_2018-02.csv", 2),
        ("a", "4.00", "things_2018-02.csv", 3),
    ]
    assert [(part.read, part.loaded, part.superseded) for part in report.parts] == [(2, 1, 1), (2, 1, 1), (2, 2, 0)]
    assert rows(connection, "select file_name, row_count, superseded_count from ops.loads order by 1") == [
        ("things.csv", 1, 1),
        ("things_2018-01.csv", 1, 1),
        ("things_2018-02.csv", 2, 0),
    ]


def test_a_removed_part_gives_back_the_rows_it_had_replaced(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    later = write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "2"}], "_2018-01")
    load(connection, tmp_path)
    later.unlink()
    load(connection, tmp_path, day=2)
    assert things(connection) == [("a", "1.00", "things.csv", 2)]


def test_a_table_without_key_appends_equal_rows(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_table(tmp_path / "tiny", CLICKS, [{"at": "5", "note": "n"}])
    write_table(tmp_path / "tiny", CLICKS, [{"at": "5", "note": "n"}], "_2018-01")
    report = load(connection, tmp_path, "clicks")
    assert (report.rows, report.superseded) == (2, 0)


def test_unchanged_files_are_not_loaded_again(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a"}])
    first = load(connection, tmp_path)
    again = load(connection, tmp_path, day=2)
    assert again.is_skipped
    assert again.parts == first.parts
    assert rows(connection, "select run_id from ops.loads") == [("run-1",)]
    assert not load(connection, tmp_path, day=3, reload=True).is_skipped


def test_a_table_that_was_dropped_or_has_other_columns_is_loaded_again(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a"}])
    load(connection, tmp_path)
    connection.execute("alter table raw_tiny.things drop column made_at")
    assert not load(connection, tmp_path, day=2).is_skipped
    connection.execute("drop table raw_tiny.things")
    assert not load(connection, tmp_path, day=3).is_skipped


def test_a_missing_optional_table_is_empty_and_warned_of(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    report = load(connection, tmp_path, "extras")
    assert report.warnings == (
        "extras_part1.csv and extras_part2.csv of Tiny not found in the landing folder; the table is empty",
    )
    assert rows(connection, "select count(*) from raw_tiny.extras") == [(0,)]
    assert load(connection, tmp_path, "extras", day=2).is_skipped
    write_table(tmp_path / "tiny", EXTRAS, [{"extra_id": "e"}])
    assert load(connection, tmp_path, "extras", day=3).warnings == (
        "extras_part2.csv of Tiny not found in the landing folder; its rows are missing",
    )


def test_a_missing_required_file_is_named_with_its_place(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    with pytest.raises(LoadError, match=r"things\.csv of Tiny is missing; put it .* folder tiny/"):
        load(connection, tmp_path)


def test_a_file_that_is_no_csv_fails_and_the_old_rows_stay(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a"}])
    load(connection, tmp_path)
    path.write_text("thing_id;amount;made_at\na;1;\n")
    with pytest.raises(LoadError, match="not separated by commas"):
        load(connection, tmp_path, day=2)
    assert [row[0] for row in things(connection)] == ["a"]


_VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
_AMOUNTS = st.one_of(st.decimals(-999, 999, places=2).map(str), _VALUES)


@settings(max_examples=60, deadline=None)
@given(records=st.lists(st.tuples(_VALUES, _AMOUNTS), min_size=1, max_size=12))
def test_every_row_is_accounted_for_whatever_the_values(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]]
) -> None:
    raw_dir = tmp_path_factory.mktemp("landing")
    (raw_dir / "tiny").mkdir()
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("thing_id", "amount", "made_at"), *((name, amount, "") for name, amount in records)])
    (raw_dir / "tiny" / "things.csv").write_bytes(buffer.getvalue().encode())
    with duckdb.connect() as opened:
        for statement in create_statements():
            opened.execute(statement)
        [part] = load(opened, raw_dir, max_rejected_share=1).parts
        loaded = rows(opened, "select coalesce(thing_id, '') from raw_tiny.things order by _line_number")
        lines = rows(opened, "select _line_number from raw_tiny.things union select line_number from ops.rejected_rows")
    assert part.is_accounted
    assert part.read == len(records) == len(lines)
    remaining: Iterator[object] = iter([name for name, _ in records])
    assert all(name in remaining for (name,) in loaded), "loaded rows keep values and order of the file"
