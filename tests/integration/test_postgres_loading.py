"""Raw tables on a real server: all of a load or nothing, whoever else is at work and whatever breaks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.loader import LoadReport, LoadRequest, load_table
from ecom_assets.warehouse.errors import WarehouseBusyError, WarehouseError
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ecom_assets.warehouse.postgres_server import BUILD_LOCK, Address, session, take_lock
from ml_assets.contract import TableName
from tests.fixtures.landing import tiny_source, write_table
from tests.fixtures.postgres import await_blocked, await_true, reader_of
from tests.postgres_server import PASSWORD, PostgresServer, found_programs, running_server, server_programs

SOURCE = tiny_source()
THINGS = SOURCE.table("things")
TABLE = TableName(SOURCE.schema, THINGS.name)
# Long enough for a blocked session to be seen, and an end to a test that would hang.
PATIENCE_SECONDS = 60.0

NewWarehouse = Callable[[], PostgresWarehouse]


def load(warehouse: PostgresWarehouse, raw_dir: Path, *, day: int = 1, max_rejected_share: float = 0.01) -> LoadReport:
    """Load the table of things as its asset does."""
    scratch = raw_dir / f"scratch_{day}"
    scratch.mkdir(exist_ok=True)
    with warehouse.raw_table(SOURCE.name, TABLE, scratch) as connection:
        return load_table(
            connection,
            LoadRequest(
                source=SOURCE,
                table=THINGS,
                parts=discover(raw_dir, SOURCE).parts[THINGS.name],
                scratch_dir=scratch,
                max_rejected_share=max_rejected_share,
                run_id=f"run-{day}",
                loaded_at=datetime(2026, 1, day),
            ),
        )


def things(warehouse: PostgresWarehouse) -> list[tuple[object, ...]]:
    return warehouse.query(f"select thing_id, amount::text, _file_name, _line_number from {TABLE} order by 3, 4")


def loads(warehouse: PostgresWarehouse) -> list[tuple[object, ...]]:
    return warehouse.query(
        "select run_id, file_name, row_count, rejected_count, superseded_count from ops.loads order by 1, 2"
    )


class Loader(threading.Thread):
    """A load in a thread; ``outcome`` is its report or its error."""

    def __init__(self, warehouse: PostgresWarehouse, raw_dir: Path, day: int) -> None:
        super().__init__(daemon=True)
        self.outcome: LoadReport | Exception | None = None
        self._warehouse, self._raw_dir, self._day = warehouse, raw_dir, day

    def run(self) -> None:
        try:
            self.outcome = load(self._warehouse, self._raw_dir, day=self._day)
        except Exception as error:
            self.outcome = error

    def result(self) -> LoadReport | Exception | None:
        self.join(timeout=PATIENCE_SECONDS)
        assert not self.is_alive()
        return self.outcome


def test_a_load_brings_rows_rejects_and_its_record_and_the_next_finds_nothing_to_do(
    new_postgres_warehouse: NewWarehouse, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "007", "amount": "1.50"}, {"thing_id": "b", "amount": "x"}])
    report = load(warehouse, tmp_path, max_rejected_share=0.5)
    assert (report.rows, report.rejected, report.is_skipped) == (1, 1, False)
    assert things(warehouse) == [("007", "1.50", "things.csv", 2)]
    assert loads(warehouse) == [("run-1", "things.csv", 1, 1, 0)]
    [(line, reason)] = warehouse.query("select line_number, reason from ops.rejected_rows")
    assert (line, reason) == (3, "amount: x is not numeric(18,2)")
    types = "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = to_regclass('{}')"
    found = dict(warehouse.query(types.format(TABLE) + " and attnum > 0"))
    assert found["amount"] == "numeric(18,2)"
    assert found["made_at"] == "timestamp without time zone"

    again = load(warehouse, tmp_path, day=2)
    assert again.is_skipped
    assert again.rows == 1
    assert loads(warehouse) == [("run-1", "things.csv", 1, 1, 0)]


def test_a_later_part_wins_and_views_over_the_table_stay(
    new_postgres_warehouse: NewWarehouse, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}, {"thing_id": "b", "amount": "2"}])
    load(warehouse, tmp_path)
    postgres_server.query(warehouse.database, f"create view total as select sum(amount) as amount from {TABLE}")
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "b", "amount": "20"}], suffix="_2018-02")
    load(warehouse, tmp_path, day=2)
    assert things(warehouse) == [("a", "1.00", "things.csv", 2), ("b", "20.00", "things_2018-02.csv", 2)]
    assert [row[:1] + row[2:] for row in loads(warehouse)] == [
        ("run-1", 2, 0, 0),
        ("run-2", 1, 0, 1),
        ("run-2", 1, 0, 0),
    ]
    assert warehouse.query("select amount::text from total") == [("21.00",)]


def test_a_table_of_other_columns_is_made_anew(
    new_postgres_warehouse: NewWarehouse, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    load(warehouse, tmp_path)
    postgres_server.query(warehouse.database, f"alter table {TABLE} drop column amount cascade")
    assert not load(warehouse, tmp_path, day=2).is_skipped
    assert things(warehouse) == [("a", "1.00", "things.csv", 2)]


def test_a_load_that_fails_changes_nothing(new_postgres_warehouse: NewWarehouse, tmp_path: Path) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    load(warehouse, tmp_path)
    before = (things(warehouse), loads(warehouse))
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "x"}])
    with pytest.raises(LoadError, match=r"1 of 1 rows do not parse"):
        load(warehouse, tmp_path, day=2)
    assert (things(warehouse), loads(warehouse)) == before


def test_of_two_loads_of_a_table_the_second_waits_and_finds_it_loaded(
    new_postgres_warehouse: NewWarehouse, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    load(warehouse, tmp_path)
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "2"}])
    first, second = Loader(warehouse, tmp_path, 2), Loader(warehouse, tmp_path, 3)
    with reader_of(postgres_server, warehouse.database, str(TABLE)):
        first.start()
        await_blocked(postgres_server, "relation")
        second.start()
        await_blocked(postgres_server, "advisory")
    reports = [first.result(), second.result()]
    assert [isinstance(report, LoadReport) and report.is_skipped for report in reports] == [False, True]
    assert things(warehouse) == [("a", "2.00", "things.csv", 2)]
    assert [run for run, *_ in loads(warehouse)] == ["run-1", "run-2"]


def test_a_load_publishes_nothing_while_a_build_goes_on_and_builds_take_turns(
    new_postgres_warehouse: NewWarehouse, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse()
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    said: list[str] = []
    loader = Loader(warehouse, tmp_path, 1)
    address = Address(warehouse.host, warehouse.port, warehouse.database, warehouse.user)
    with session(address, role=None) as build, session(address, role=None) as other:
        take_lock(build, address, BUILD_LOCK, patience_seconds=PATIENCE_SECONDS, announce=said.append)
        loader.start()
        await_blocked(postgres_server, "advisory")
        assert not warehouse.exists(TABLE)
        with pytest.raises(WarehouseBusyError, match=r"held by session \d+ \(ecom from 127.0.0.1\).*run again"):
            take_lock(other, address, BUILD_LOCK, patience_seconds=0.05, announce=said.append)
    assert len(said) == 1
    assert said[0].startswith("waiting for the warehouse, which session ")
    assert isinstance(loader.result(), LoadReport)
    assert things(warehouse) == [("a", "1.00", "things.csv", 2)]
    with session(address, role=None) as build:
        take_lock(build, address, BUILD_LOCK, patience_seconds=0.05, announce=said.append)
    assert len(said) == 1


def test_a_server_that_dies_while_rows_travel_has_the_old_rows_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(found_programs(server_programs(), os.environ), durable=True) as server:
        warehouse = warehouse_on(server, monkeypatch)
        write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
        load(warehouse, tmp_path)
        before = (things(warehouse), loads(warehouse))
        write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "2"}])
        loader = Loader(warehouse, tmp_path, 2)
        server.query(
            warehouse.database,
            # The server stops in the middle of the transaction: rows are there, their record is not.
            """
            create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(600); end $$;
            create trigger wait before insert on ops.loads execute function wait()
            """,
        )
        loader.start()
        sleeping = "select 1 from pg_stat_activity where application_name = 'ecom' and wait_event = 'PgSleep'"
        await_true(server, f"exists ({sleeping})")
        server.kill()
        error = loader.result()
        assert isinstance(error, WarehouseError)
        assert "raw_tiny.things could not be written" in str(error)
        assert "its old rows stay" in str(error)
        with pytest.raises(WarehouseError, match="start the server, or check PGHOST and PGPORT"):
            things(warehouse)
        server.start()
        assert (things(warehouse), loads(warehouse)) == before
        server.query(warehouse.database, "drop trigger wait on ops.loads")
        assert load(warehouse, tmp_path, day=3).rows == 1
        assert things(warehouse) == [("a", "2.00", "things.csv", 2)]
        assert [run for run, *_ in loads(warehouse)] == ["run-1", "run-3"]


def warehouse_on(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> PostgresWarehouse:
    database = server.new_database()
    environment = server.environment(database)
    monkeypatch.setenv("PGPASSWORD", environment["PGPASSWORD"])
    return PostgresWarehouse(
        host=environment["PGHOST"], port=server.port, database=database, user=environment["PGUSER"]
    )


@pytest.mark.parametrize(
    ("changes", "password", "message"),
    [
        ({}, "wrong", "check PGUSER and PGPASSWORD"),
        ({"database": "nowhere"}, PASSWORD, "make it by `make postgres`, or check PGDATABASE"),
        ({"port": 1}, PASSWORD, "start the server, or check PGHOST and PGPORT"),
        ({"use_roles": True}, PASSWORD, "make the roles by `make postgres ARGS=--roles`, or unset ECOM_POSTGRES_ROLES"),
    ],
    ids=["password", "database", "port", "roles"],
)
def test_a_server_that_lets_nobody_in_is_named_with_the_repair(
    new_postgres_warehouse: NewWarehouse,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, object],
    password: str,
    message: str,
) -> None:
    warehouse = new_postgres_warehouse().model_copy(update=changes)
    monkeypatch.setenv("PGPASSWORD", password)
    with pytest.raises(WarehouseError, match=message) as raised:
        warehouse.relations()
    assert str(warehouse.port) in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_a_table_that_cannot_be_read_is_named(new_postgres_warehouse: NewWarehouse) -> None:
    warehouse = new_postgres_warehouse()
    with pytest.raises(WarehouseError, match=r"marts\.nothing could not be read from 127\.0\.0\.1:"):
        warehouse.read(TableName("marts", "nothing"))


def test_a_database_that_sorts_by_a_language_is_refused(
    new_postgres_warehouse: NewWarehouse, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    warehouse = new_postgres_warehouse().model_copy(update={"database": "latin"})
    postgres_server.query("postgres", "create database latin template template0 encoding 'LATIN1' locale 'C'")
    write_table(tmp_path / "tiny", THINGS, [{"thing_id": "a", "amount": "1"}])
    with pytest.raises(WarehouseError, match="database latin exists, but its encoding is LATIN1, not UTF8"):
        load(warehouse, tmp_path)
