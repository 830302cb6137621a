"""What the script that restores a stack refuses, and what it leaves when it fails in the middle."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fixtures.small_stack import SmallStack
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copied(lone_postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallStack, Path]:
    """Return a stack that was copied and lost since, and its back-up, which is not to be changed."""
    made = SmallStack.made(lone_postgres_server, tmp_path_factory.mktemp("small"))
    folder = made.taken()
    made.make_anew()
    return made, folder


@pytest.fixture
def small_stack(copied: tuple[SmallStack, Path]) -> SmallStack:
    """Return the stack as `prepare` leaves it on a new machine."""
    stack, _ = copied
    if not stack.is_empty():
        stack.make_anew()
    return stack


@pytest.fixture
def folder(copied: tuple[SmallStack, Path], tmp_path: Path) -> Path:
    """Return a copy of the back-up; no other back-up is beside it."""
    return Path(shutil.copytree(copied[1], tmp_path / "the copy"))


def damage(path: Path) -> None:
    """Change a byte of a file, and not its size."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def shorten(path: Path) -> None:
    """Take the last line of a file away."""
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("dagster.dump", damage, "is not whole: dagster.dump is damaged; nothing was changed"),
        ("about.txt", damage, "is not whole: about.txt is damaged; nothing was changed"),
        ("reports.tar.gz", Path.unlink, "is not whole: reports.tar.gz is missing; nothing was changed"),
        ("mlflow.dump", Path.unlink, "is not whole: mlflow.dump is missing; nothing was changed"),
        ("mine.txt", Path.touch, "is not whole: mine.txt does not belong there; nothing was changed"),
        (".mine", Path.touch, "is not whole: .mine does not belong there; nothing was changed"),
        ("SHA256SUMS", shorten, "is not whole: roles.sql is damaged"),
        ("SHA256SUMS", Path.unlink, "may read; name one as in"),
    ],
)
def test_what_is_not_as_it_was_is_named_and_nothing_is_changed(
    small_stack: SmallStack, folder: Path, name: str, change: Callable[[Path], None], words: str
) -> None:
    change(folder / name)
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert words in done.stderr
    assert small_stack.is_empty()


def test_sums_that_are_none_are_damage(small_stack: SmallStack, folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("\nnothing\n")
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert "is not whole: about.txt is damaged, roles.sql is damaged, ecom.dump is damaged" in done.stderr


def test_all_that_is_wrong_is_named_at_once(small_stack: SmallStack, folder: Path) -> None:
    (folder / "ecom.dump").unlink()
    damage(folder / "data.tar.gz")
    done = small_stack.restore(folder)
    assert "is not whole: ecom.dump is missing, data.tar.gz is damaged; nothing was changed" in done.stderr


@pytest.mark.parametrize(
    ("database", "make", "remove", "words"),
    [
        ("ecom", "insert into ops.loads values (1)", "delete from ops.loads", "ecom holds 1 tables and views"),
        ("ecom", "create view marts.one as select 1 as n", "drop view marts.one", "not empty, such as marts.one,"),
        ("mlflow", "create table mine (n integer)", "drop table mine", "mlflow holds 1 tables and views"),
    ],
)
def test_a_database_that_holds_something_is_not_filled(
    small_stack: SmallStack, folder: Path, database: str, make: str, remove: str, words: str
) -> None:
    small_stack.server.query(database, make)
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert words in done.stderr
    assert "docker compose down --volumes" in done.stderr
    small_stack.server.query(database, remove)
    assert small_stack.is_empty(), "the others were not filled either"


def test_a_volume_that_holds_something_is_not_filled(small_stack: SmallStack, folder: Path) -> None:
    (small_stack.volume("dagster") / ".mine").touch()
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert "volume dagster holds files, such as .mine, and only an empty one is filled" in done.stderr
    (small_stack.volume("dagster") / ".mine").unlink()
    assert small_stack.is_empty()


def test_a_role_that_is_missing_is_named(small_stack: SmallStack) -> None:
    query = small_stack.server.query
    query("postgres", 'create role "an analyst"')
    folder = small_stack.taken()
    query("postgres", 'drop role "an analyst"')
    small_stack.make_anew()
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert 'this server lacks the roles "an analyst"; roles.sql' in done.stderr
    assert small_stack.is_empty()


def test_what_fails_in_the_middle_says_what_is_filled(small_stack: SmallStack, folder: Path) -> None:
    # No table, but of the name of one in the back-up.
    small_stack.server.query("dagster", "create type public.runs as (run text)")
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert 'relation "runs" already exists' in done.stderr or 'type "runs" already exists' in done.stderr
    assert "database dagster could not be filled" in done.stderr
    assert (
        "in the middle; what holds something by now: database ecom. To begin again: docker compose down" in done.stderr
    )
    again = small_stack.restore(folder)
    assert again.returncode == 2
    assert "database ecom holds" in again.stderr
    small_stack.make_anew()
    assert small_stack.restore(folder).returncode == 0


def test_a_full_disk_says_which_volume_is_half_filled(small_stack: SmallStack, folder: Path) -> None:
    full = small_stack.path_with(
        "tar", '[[ "$*" != *dagster.tar.gz* ]] || { echo "No space left" >&2; exit 1; }; exec /bin/tar "$@"'
    )
    done = small_stack.restore(folder, **full)
    assert done.returncode == 2
    assert "volume dagster could not be filled" in done.stderr
    assert "database mlflow, volume artifacts, volume data, volume dagster. To begin again" in done.stderr
    assert not list(small_stack.volume("reports").iterdir())


def test_a_back_up_of_a_newer_server_is_refused_before_anything_is_changed(
    small_stack: SmallStack, folder: Path
) -> None:
    about = folder / "about.txt"
    [version] = re.findall(r"^server: (\d+)", about.read_text(), flags=re.MULTILINE)
    old = sha256(about.read_bytes()).hexdigest()
    about.write_text(about.read_text().replace(f"server: {version}", "server: 99"))
    sums = (folder / "SHA256SUMS").read_text()
    (folder / "SHA256SUMS").write_text(sums.replace(old, sha256(about.read_bytes()).hexdigest()))
    done = small_stack.restore(folder)
    assert done.returncode == 2
    assert f"is of version 99 of Postgres, and this server is of version {version}; nothing was changed" in done.stderr
    assert small_stack.is_empty()


def test_arguments_that_name_no_back_up_are_refused(small_stack: SmallStack, folder: Path) -> None:
    for arguments, words in (
        ((), "'' is no back-up"),
        (("/nowhere",), "'/nowhere' is no back-up"),
        ((folder, folder), "one back-up is put back, not"),
        (("--keep",), "'--keep' is not known"),
        (("--volume",), "--volume needs a folder"),
    ):
        done = small_stack.restore(*arguments)
        assert done.returncode == 2
        assert words in done.stderr
    assert small_stack.is_empty()
