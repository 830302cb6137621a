"""What is looked at on disk and on ports: files, a history, servers; and that nothing is changed by it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ecom_assets.commands import doctor
from ecom_assets.commands.reports_server import report_server
from ecom_assets.doctor.finding import Finding, State
from ecom_assets.doctor.history import history_findings
from ecom_assets.doctor.models import model_findings
from ecom_assets.doctor.servers import Service, folder_finding, port_finding
from ecom_assets.doctor.warehouse import file_finding, server_findings
from ecom_assets.environment import PostgresSettings, load_settings
from ecom_assets.instance import opened_instance
from ml_assets.registry.stored import stored_champions
from tests.free_port import free_port
from tests.postgres_server import HOST, PostgresServer

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
FAMILY = "churn_olist_sellers"
STRANGER = "stranger"


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def nothing_job() -> None:
    nothing()


def reports_on(port: int) -> Service:
    return Service("reports", "ECOM_REPORTS_PORT", str(port), "/", "Server: reports")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_warehouse_file_is_missing_readable_held_or_damaged(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    assert file_finding(path).state is State.OK
    assert not path.exists()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select 1 as n")
    assert file_finding(path).words == f"{path}, 1 tables and views, held by nobody"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        held = file_finding(path)
        process.communicate()
    assert held.state is State.WARNING
    assert f"process {process.pid} " in held.words
    path.write_bytes(b"no database" * 1000)
    damaged = file_finding(path)
    assert damaged.state is State.PROBLEM
    assert "make run ARGS=--full" in damaged.repair


def test_a_history_is_opened_and_not_made(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path / "home")})
    assert {finding.state for finding in history_findings(settings)} == {State.OK}
    assert not settings.home.exists()
    with opened_instance(settings) as instance:
        # A run that never began, and no other one that it could wait for.
        run = instance.create_run_for_job(nothing_job)
    before = contents(settings.dagster_home)
    found = {finding.name: finding for finding in history_findings(settings)}
    assert found["runs"].state is State.OK
    assert found["run queue"].state is State.WARNING
    assert run.run_id in found["run queue"].words
    assert contents(settings.dagster_home) == before
    (settings.dagster_home / "dagster.yaml").write_text("run_storage: nonsense")
    [broken] = history_findings(settings)
    assert broken.state is State.PROBLEM


def test_the_champions_of_a_store_are_read_without_a_change(store_file: Path, tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_SOURCES": "olist"})
    assert [finding.state for finding in model_findings(settings)] == [State.OK]
    path = Path(shutil.copy(store_file, tmp_path / "mlflow.db"))
    address = f"{store_file.with_name('mlartifacts').as_uri()}/{FAMILY}/models/m-1/artifacts"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("insert into registered_models (name, workspace) values (?, 'default')", [FAMILY])
        connection.execute(
            "insert into model_versions (name, version, source, storage_location, workspace) "
            "values (?, 3, ?, ?, 'default')",
            [FAMILY, address, address],
        )
        connection.execute(
            "insert into registered_model_aliases (name, alias, version, workspace) "
            "values (?, 'champion', 3, 'default')",
            [FAMILY],
        )
    before = contents(tmp_path)
    # The copy looks for its files in its own folder, not where it was copied from.
    folder = tmp_path / "mlartifacts" / FAMILY / "models" / "m-1" / "artifacts"
    [(name, found)] = stored_champions(path, settings.mlflow_artifact_dir).items()
    assert (name, found.number, found.folder) == (FAMILY, "3", folder)
    lost = model_findings(settings)[-1]
    assert (lost.state, lost.words) == (State.PROBLEM, f"the files of {FAMILY} version 3 are gone")
    assert contents(tmp_path) == before
    folder.mkdir(parents=True)
    assert model_findings(settings)[-1].state is State.WARNING
    path.write_bytes(b"no store" * 1000)
    assert [finding.state for finding in model_findings(settings)] == [State.PROBLEM]


def test_a_registry_that_does_not_answer_is_a_problem() -> None:
    settings = load_settings({"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{free_port()}"})
    [down] = model_findings(settings)
    assert down.state is State.PROBLEM
    assert "does not answer" in down.words


def test_a_port_is_free_ours_or_taken(tmp_path: Path) -> None:
    assert port_finding(reports_on(free_port()), "127.0.0.1").words.endswith("is free")
    with serving(report_server(tmp_path, "127.0.0.1", 0)) as port:
        assert port_finding(reports_on(port), "127.0.0.1").words == f"{port} is served by make ui"
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as port:
        taken = port_finding(reports_on(port), "127.0.0.1")
    assert taken.state is State.WARNING
    assert taken.repair == "name another port in ECOM_REPORTS_PORT"
    for port in (0, 70_000):
        assert port_finding(reports_on(port), "127.0.0.1").words == f"{port} is no port"


def test_reports_are_counted(tmp_path: Path) -> None:
    assert "no page yet" in folder_finding(tmp_path).words
    (tmp_path / "models").mkdir()
    for page in ("index.html", "models/a.html"):
        (tmp_path / page).touch()
    assert folder_finding(tmp_path).words == f"{tmp_path} has 2 pages"
    assert folder_finding(tmp_path / "index.html").state is State.WARNING


def test_a_server_without_roles_is_told_from_one_that_cannot_be_entered(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = postgres_server.new_database()
    # Nobody has granted anything to this user, whether the roles are there or not.
    postgres_server.query("postgres", f"create user {STRANGER} password '{STRANGER}'")
    monkeypatch.setenv("PGPASSWORD", STRANGER)

    def found(database: str, *, use_roles: bool) -> list[Finding]:
        return server_findings(PostgresSettings(HOST, postgres_server.port, STRANGER, database, use_roles))

    assert [finding.state for finding in found(database, use_roles=False)] == [State.OK, State.OK]
    assert [finding.state for finding in found(database, use_roles=True)] == [State.OK, State.OK, State.PROBLEM]
    [missing] = found("nowhere", use_roles=False)
    assert missing.state is State.PROBLEM
    assert "make postgres" in missing.repair


def test_the_command_changes_nothing_and_says_by_its_exit_code_whether_there_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("ECOM_HOME", str(home))
    # The command sets it; so it is put back in the end.
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "10")
    for name in ("ECOM_RAW_DIR", "ECOM_TARGET", "DAGSTER_HOME", "MLFLOW_TRACKING_URI", "ECOM_DUCKDB_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert doctor.main([]) == 0
    assert not home.exists()
    assert "problem" not in capsys.readouterr().out
    monkeypatch.setenv("ECOM_RAW_DIR", str(tmp_path / "nowhere"))
    assert doctor.main([]) == 1
    assert f"landing folder {tmp_path / 'nowhere' / 'olist'} does not exist" in capsys.readouterr().out
    monkeypatch.setenv("ECOM_TARGET", "oracle")
    assert doctor.main([]) == 1
    assert "problem  settings: ECOM_TARGET='oracle' is not known" in capsys.readouterr().out
