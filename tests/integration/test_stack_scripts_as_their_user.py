"""The scripts of the stack as the user of their services: one whom the system does not know by a name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.compose import composed
from tests.fixtures.small_stack import SmallStack
from tests.postgres_server import PostgresServer
from tests.unit.test_compose import DEMANDED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user"),
]
USER = int(composed(DEMANDED)["services"]["backup"]["user"].split(":")[0])


def give(path: Path, user: int) -> None:
    """Make a user the owner of a folder and of all in it."""
    for each in (path, *path.rglob("*")):
        os.chown(each, user, user, follow_symlinks=False)


@pytest.fixture
def stack(lone_postgres_server: PostgresServer) -> Iterator[SmallStack]:
    """Return a stack of which nothing belongs to the user yet, in a folder that everybody may enter."""
    base = Path(tempfile.mkdtemp(prefix="ecom_stack_"))
    base.chmod(0o755)
    yield replace(SmallStack.made(lone_postgres_server, base), user=USER)
    shutil.rmtree(base)


def test_it_needs_no_more_than_the_folders_that_are_its_own(stack: SmallStack) -> None:
    refused = stack.backup()
    assert refused.returncode == 2
    assert f"user {USER} cannot write into the folder of back-ups" in refused.stderr
    assert f"install --directory --owner {USER} --group {USER} --mode 700" in refused.stderr
    give(stack.backups, USER)
    give(stack.volume(""), USER)
    folder = stack.taken()
    assert folder.stat().st_uid == USER

    stack.make_anew()
    give(stack.volume(""), USER)
    give(stack.volume("data"), 0)
    refused = stack.restore(folder)
    assert refused.returncode == 2
    assert f"user {USER} cannot write into volume data, which another image has made" in refused.stderr
    assert stack.is_empty()

    give(stack.volume("data"), USER)
    give(folder, 0)
    refused = stack.restore(folder)
    assert refused.returncode == 2
    assert f"is no back-up that user {USER} may read" in refused.stderr
    give(folder, USER)
    done = stack.restore(folder)
    assert done.returncode == 0, done.stderr
    assert (stack.volume("reports") / "a page.html").stat().st_uid == USER
    assert stack.server.query("dagster", "select run from runs") == [("a run",)]


def test_what_it_may_not_read_is_not_left_out(stack: SmallStack) -> None:
    give(stack.backups, USER)
    give(stack.volume(""), USER)
    os.chown(stack.volume("data") / ".hidden", 0, 0)
    (stack.volume("data") / ".hidden").chmod(0o600)
    done = stack.backup()
    assert done.returncode == 2
    assert "volume data could not be copied" in done.stderr
    assert not stack.complete()
