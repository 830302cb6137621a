"""Homes whose warehouse and history are databases of a real server: dumped, and put back into empty ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import pytest

from ecom_assets.backup import databases
from ecom_assets.backup.databases import databases_of, dump
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import read_manifest
from ecom_assets.commands import prepare_postgres
from ecom_assets.environment import DAGSTER_POSTGRES_URL
from ecom_assets.instance import opened_instance
from ecom_assets.keys import READER_ROLE, TRANSFORMER_ROLE
from ecom_assets.warehouse.errors import WarehouseBusyError
from ecom_assets.warehouse.postgres_server import BUILD_LOCK, Address, session, take_lock
from tests.fixtures.server_place import Place, orders
from tests.hanging_run import hanging_run
from tests.postgres_server import HOST, PASSWORD, SUPERUSER, PostgresServer

pytestmark = pytest.mark.slow


@pytest.fixture
def postgres_server(lone_postgres_server: PostgresServer) -> PostgresServer:
    """Return the server on which roles are made."""
    return lone_postgres_server


@pytest.fixture
def new_place(
    postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server_programs_on_path: None
) -> Callable[[str], Place]:
    """Return what makes a place with empty databases, and puts this process into its environment."""

    def make(name: str) -> Place:
        warehouse, history = postgres_server.new_database(), postgres_server.new_database()
        environ = postgres_server.environment(warehouse) | {
            "ECOM_HOME": str(tmp_path / name),
            "ECOM_SOURCES": "olist",
            DAGSTER_POSTGRES_URL: postgres_server.address(history, "postgresql+psycopg2"),
        }
        for variable in ("PGPASSWORD", DAGSTER_POSTGRES_URL):
            monkeypatch.setenv(variable, environ[variable])
        return Place(tmp_path / name, warehouse, history, environ)

    return make


@pytest.fixture
def place(new_place: Callable[[str], Place], postgres_server: PostgresServer) -> Place:
    """Return a place with a table, a view, a page, and a run in its history."""
    made = new_place("home")
    made.fill(postgres_server)
    return made


def relations(server: PostgresServer, database: str) -> int:
    [(count,)] = server.query(
        database, "select count(*) from pg_class where relnamespace in ('public'::regnamespace) and relkind = 'r'"
    )
    assert isinstance(count, int)
    return count


def test_databases_are_put_back_into_empty_ones_and_no_password_is_kept(
    place: Place, new_place: Callable[[str], Place], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    folder = place.take(tmp_path / "out")
    assert set(read_manifest(folder).databases) == {"warehouse.dump", "dagster.dump"}
    secrets = (PASSWORD.encode(), quote(PASSWORD, safe="").encode())
    for path in folder.rglob("*"):
        assert path.is_dir() or not any(secret in path.read_bytes() for secret in secrets), path
    new = new_place("new")
    assert new.restore(folder).warehouse is None
    assert postgres_server.query(new.warehouse, "select n from marts.doubled order by n") == [(2,), (4,)]
    assert (new.home / "reports" / "index.html").read_text() == "a page"
    with opened_instance(new.settings) as instance:
        assert instance.get_latest_materialization_event(orders.key) is not None
        assert len(instance.get_runs()) == 1


def test_a_database_that_holds_something_is_not_filled(
    place: Place, new_place: Callable[[str], Place], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    folder = place.take(tmp_path / "out")
    new = new_place("new")
    postgres_server.query(new.warehouse, "create table public.mine as select 1 as n")
    words = f"{new.warehouse}, which PGDATABASE names, holds 1 tables and views.*rename it"
    with pytest.raises(BackupError, match=words):
        new.restore(folder)
    postgres_server.query("postgres", f"drop database {new.warehouse}")
    with pytest.raises(BackupError, match=f"{new.warehouse}, which PGDATABASE names, cannot be entered"):
        new.restore(folder)
    assert relations(postgres_server, new.history) == 0
    assert not new.home.exists()


def test_a_database_takes_the_place_of_the_former_one_and_the_roles_own_again(
    place: Place, postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place.take(tmp_path / "out")
    for name, value in postgres_server.environment(place.warehouse).items():
        monkeypatch.setenv(name, value)
    for database in (place.history, place.warehouse):
        postgres_server.query("postgres", f"alter database {database} rename to {database}_before")
        monkeypatch.setenv("PGDATABASE", database)
        assert prepare_postgres.main([]) == 0
    place.restore(folder, replace=True)
    login = f"login_{place.warehouse}"
    monkeypatch.setenv("ECOM_POSTGRES_PASSWORD", PASSWORD)
    assert prepare_postgres.main(["--roles", "--login", login]) == 0
    read = "select n from marts.numbers order by n"
    assert postgres_server.query(place.warehouse, read, role=READER_ROLE) == [(1,), (2,)]
    owned = "select tableowner from pg_tables where tablename = 'numbers'"
    assert postgres_server.query(place.warehouse, owned) == [(TRANSFORMER_ROLE,)]
    assert postgres_server.query(f"{place.warehouse}_before", read) == [(1,), (2,)]

    with pytest.raises(BackupError, match=r"permission denied.*name a user in PGUSER who may read and write all of it"):
        replace(place, environ={**place.environ, "PGUSER": login}).take(tmp_path / "by the login")


def test_what_the_server_refuses_leaves_no_half_and_says_what_was_filled(
    place: Place, new_place: Callable[[str], Place], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    folder = place.take(tmp_path / "out")
    new = new_place("new")
    # No table, but of the name of the last one of the history.
    postgres_server.query(new.history, "create sequence public.secondary_indexes")
    with pytest.raises(BackupError, match=f"already exists.*{new.warehouse} is filled already: drop it"):
        new.restore(folder)
    assert relations(postgres_server, new.history) == 0
    assert not new.home.exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()].count("new.restoring") == 0
    with pytest.raises(BackupError, match=f"{new.warehouse}, which PGDATABASE names, holds"):
        new.restore(folder)


def test_who_works_on_the_server_is_named(
    place: Place, postgres_server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_instance(place.settings) as instance, hanging_run(instance.root_directory, "a_pool"):
        [run] = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        with pytest.raises(BackupError, match=rf"run {run.run_id} \(hanging_job\) is under way"):
            place.take(tmp_path / "out")
    monkeypatch.setattr(databases, "_PATIENCE_SECONDS", 0.1)
    address = Address(HOST, postgres_server.port, place.warehouse, SUPERUSER)
    with session(address, role=None) as connection:
        take_lock(connection, address, BUILD_LOCK, patience_seconds=1.0, announce=print)
        with pytest.raises(WarehouseBusyError, match="is held by session"):
            place.take(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]
    place.take(tmp_path / "out")


def test_without_the_servers_programs_the_message_names_them(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [warehouse, _] = databases_of(place.settings, place.environ)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not on PATH"):
        dump(warehouse, tmp_path / "warehouse.dump")
    older = tmp_path / "pg_dump"
    older.write_text("#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n")
    older.chmod(0o755)
    with pytest.raises(BackupError, match="put the programs of the server's version first on PATH"):
        dump(warehouse, tmp_path / "warehouse.dump")
