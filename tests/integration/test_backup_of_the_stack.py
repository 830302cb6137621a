"""The scripts that copy a stack's databases and volumes and put them back, on a server of their own and a few rows."""

from __future__ import annotations

import fcntl
import re
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.fixtures.small_stack import CHAMPION_FILES, DATABASES, VOLUMES, SmallStack
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.slow

PARTS = (
    {"about.txt", "roles.sql", "SHA256SUMS"}
    | {f"{name}.dump" for name in DATABASES}
    | {f"{name}.tar.gz" for name in VOLUMES}
)


@pytest.fixture
def stack(lone_postgres_server: PostgresServer, tmp_path: Path) -> SmallStack:
    """Return a stack with something in each part, whose services are stopped."""
    return SmallStack.made(lone_postgres_server, tmp_path)


def owners(stack: SmallStack) -> list[tuple[object, ...]]:
    """Return who owns and may read the tables of the warehouse."""
    return stack.server.query(
        "ecom",
        "select relname, relowner::regrole::text, relacl::text from pg_class "
        "where relnamespace in ('marts'::regnamespace, 'ops'::regnamespace) order by relname",
    )


def default_rights(stack: SmallStack) -> list[tuple[object, ...]]:
    """Return what roles may do with tables to come."""
    return stack.server.query("ecom", "select defaclrole::regrole::text, defaclacl::text from pg_default_acl")


def test_all_of_it_comes_back_with_its_owners(stack: SmallStack) -> None:
    before = owners(stack), default_rights(stack)
    done = stack.backup(ECOM_COMMIT="abc")
    assert done.returncode == 0, done.stderr
    [folder] = stack.complete()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", folder.name)
    about = (folder / "about.txt").read_text()
    assert {path.name for path in folder.iterdir()} == PARTS
    assert "commit: abc\n" in about
    assert re.search(r"^server: 1\d\.", about, flags=re.MULTILINE)
    assert about.endswith("champion: churn version 2\n")
    assert about.splitlines()[-1] in done.stdout
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert "CREATE ROLE small_reader;" in (folder / "roles.sql").read_text()
    assert "PASSWORD" not in (folder / "roles.sql").read_text()

    stack.make_anew()
    put_back = stack.restore(folder)
    assert put_back.returncode == 0, put_back.stderr
    assert "champion: churn version 2" in put_back.stdout
    assert stack.server.query("ecom", "select n from marts.doubled order by n") == [(2,), (4,)]
    assert stack.server.query("ecom", "select n from ops.loads") == [(1,)]
    assert stack.server.query("dagster", "select run from runs") == [("a run",)]
    assert stack.server.query("mlflow", "select count(*) from model_versions") == [(2,)]
    assert (owners(stack), default_rights(stack)) == before
    assert "small_reader=r/small_builder" in str(before)
    assert (stack.volume("artifacts") / CHAMPION_FILES / "model.json").read_text() == "{}"
    assert (stack.volume("reports") / "a page.html").read_text() == "a page"
    assert (stack.volume("data") / ".hidden").stat().st_mode & 0o777 == 0o640
    assert (stack.volume("data") / "link").readlink() == Path(".hidden")


def test_a_stack_that_was_never_used_is_copied_too(stack: SmallStack) -> None:
    stack.make_anew()
    folder = stack.taken()
    assert "champion" not in (folder / "about.txt").read_text()
    done = stack.restore(f"{folder}/")
    assert done.returncode == 0, done.stderr


def test_neither_works_while_somebody_is_in_a_database(stack: SmallStack) -> None:
    folder = stack.taken()
    address = stack.server.address("dagster")
    with closing(psycopg2.connect(address, application_name="a daemon")):
        for done in (stack.backup(), stack.restore(folder)):
            assert done.returncode == 2
            assert "in use by ecom in dagster (a daemon); end the services first: docker compose stop" in done.stderr
    assert stack.complete() == [folder]


def test_who_comes_and_goes_meanwhile_spoils_the_back_up(stack: SmallStack) -> None:
    visits = stack.path_with(
        "pg_dump", '"$REAL/psql" --quiet --dbname=dagster --command="select" && exec "$REAL/pg_dump" "$@"'
    )
    done = stack.backup(**visits)
    assert done.returncode == 2
    assert "somebody entered a database while it was copied; end the services first" in done.stderr
    assert not stack.complete()
    assert not stack.unfinished()


def test_a_killed_one_leaves_nothing_that_passes_for_a_back_up(stack: SmallStack) -> None:
    done = stack.backup(**stack.path_with("pg_dump", "kill -KILL $PPID"))
    assert done.returncode == -9
    assert len(stack.unfinished()) == 1
    assert not stack.complete()
    assert stack.taken().is_dir()
    assert not stack.unfinished()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("pg_dump", "database ecom could not be copied"),
        ("pg_dumpall", "roles could not be listed"),
        ("tar", "volume artifacts could not be copied"),
        ("sha256sum", ""),
        ("sync", ""),
    ],
)
def test_what_cannot_be_written_leaves_nothing(stack: SmallStack, program: str, words: str) -> None:
    full = stack.path_with(program, "echo 'No space left on device' >&2; exit 1")
    done = stack.backup(**full)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert words in done.stderr
    assert not stack.complete()
    assert not stack.unfinished()


def test_two_at_once_are_refused(stack: SmallStack) -> None:
    folder = stack.taken()
    stack.make_anew()
    with (stack.backups / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for done in (stack.backup(), stack.restore(folder)):
            assert done.returncode == 2
            assert "a back-up is at work" in done.stderr or "another back-up or restoration is at work" in done.stderr
    assert stack.restore(folder).returncode == 0


def test_the_newest_back_ups_stay(stack: SmallStack) -> None:
    names = ("2026-01-01T000000Z", "2026-01-02T000000Z", "2026-01-03T000000Z", "9999-01-01T000000Z")
    for name in names:
        (stack.backups / name).mkdir()
        (stack.backups / name / "SHA256SUMS").touch()
    others = ("2020-01-01T000000Z", "notes")
    for name in others:
        (stack.backups / name).mkdir()
    (stack.backups / "notes" / "SHA256SUMS").touch()
    done = stack.backup("--keep", "3")
    assert done.returncode == 0, done.stderr
    [new] = {path.name for path in stack.complete()} - {*names, *others}
    assert {path.name for path in stack.complete()} == {*names[2:], *others, new}
    assert done.stdout.count("removed: ") == 2
    only = stack.backup("--keep", "99")
    assert only.returncode == 0, only.stderr
    assert "removed" not in only.stdout


def test_no_back_up_is_overwritten(stack: SmallStack) -> None:
    there = stack.backups / "2026-01-01T000000Z"
    there.mkdir()
    first = stack.base / "asked before"
    clock = f"[[ -e '{first}' ]] && exec /bin/date \"$@\"; touch '{first}'; echo {there.name}"
    done = stack.backup(**stack.path_with("date", clock))
    assert done.returncode == 0, done.stderr
    assert len(stack.complete()) == 2
    assert not list(there.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--keep", "0"), "--keep needs a number"),
        (("--keep",), "--keep needs a number"),
        (("--with-raw",), "'--with-raw' is not known"),
        (("--volume", "/nowhere"), "'/nowhere' is none"),
        (("--backups", "/nowhere"), "cannot write into the folder of back-ups '/nowhere'"),
        (("--backups",), "--backups needs a value"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(stack: SmallStack, arguments: tuple[str, ...], words: str) -> None:
    done = stack.backup(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert not stack.complete()


def test_a_wrong_password_is_said(stack: SmallStack) -> None:
    done = stack.backup(PGPASSWORD="wrong")
    assert done.returncode == 2
    assert "password authentication failed" in done.stderr
    assert "POSTGRES_PASSWORD in .env" in done.stderr
    assert not stack.unfinished()


def test_lost_files_of_who_serves_are_not_copied_over_whole_ones(stack: SmallStack) -> None:
    (stack.volume("artifacts") / CHAMPION_FILES).rename(stack.volume("artifacts") / "moved")
    done = stack.backup()
    assert done.returncode == 2
    assert "the files of churn version 2, which serves, are gone" in done.stderr
    assert not stack.complete()
