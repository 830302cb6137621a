"""Whole runs on a server that is killed, and several at once: the tables are those that DuckDB builds alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ecom_assets.comparison.builds import Build
from ecom_assets.engine_parity.audit import audit_build, problems, server_of
from tests.conftest import Home, PostgresHome
from tests.fixtures.postgres import await_blocked, reader_of

pytestmark = pytest.mark.slow

RUN = ("ecom_assets.commands.run", "--warehouse")
RUN_SECONDS = 420
LOADS = "select table_name, file_sha256, row_count from ops.loads where source = 'retailrocket' order by loaded_at, 1"
TREE = "raw_retailrocket.category_tree"


@pytest.fixture
def changed(changed_home: Home, tmp_path: Path) -> Build:
    """Return what DuckDB has after a file has changed: what the server must come to."""
    return changed_home.copied_build(tmp_path)


@pytest.fixture
def home(postgres_home_on_loan: PostgresHome, changed_home: Home) -> PostgresHome:
    """Return the home on the server, which gets the changed landing folder."""
    return replace(postgres_home_on_loan, raw_dir=changed_home.raw_dir)


def assert_equal_to(changed: Build, home: PostgresHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", home.environment()["PGPASSWORD"])
    assert problems(audit_build(changed, server_of(home.settings()))) == ""


@contextmanager
def started(home: PostgresHome, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start ``python -m`` with the arguments, and end it afterwards if it still goes on."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_server_while_blocked(home: PostgresHome, relation: str) -> str:
    """Start a run, kill the server when the run waits for the relation, and return what it printed."""
    with started(home, *RUN) as process:
        with reader_of(home.server, home.database, relation):
            await_blocked(home.server, "relation")
            home.server.kill()
        printed, _ = process.communicate(timeout=RUN_SECONDS)
        assert process.returncode == 1, printed
    home.server.start()
    return printed


def test_a_server_killed_while_loading_and_while_building_loses_nothing(
    home: PostgresHome, changed: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (home.query(LOADS), home.count(TREE))
    printed = kill_server_while_blocked(home, TREE)
    assert f"{TREE} could not be written" in printed
    assert "its old rows stay" in printed
    assert (home.query(LOADS), home.count(TREE)) == before

    categories = home.query("select * from marts.dim_categories order by 1")
    printed = kill_server_while_blocked(home, "marts.dim_categories")
    assert "step dbt_models failed" in printed
    assert home.count(TREE) == before[1] - 1
    assert len(home.query(LOADS)) == len(before[0]) + 1
    assert home.query("select * from marts.dim_categories order by 1") == categories

    result = home.run_warehouse()
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(home.query(LOADS)) == len(before[0]) + 1
    assert_equal_to(changed, home, monkeypatch)


def test_two_runs_and_a_dbt_at_once_all_succeed_and_end_in_the_tables_of_one(
    home: PostgresHome, changed: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = ("ecom_assets.commands.dbt", "run", "--select", "path:models/marts/retailrocket")
    with started(home, *RUN) as first, started(home, *RUN) as second, started(home, *shell) as dbt:
        for process in (first, second, dbt):
            printed, _ = process.communicate(timeout=RUN_SECONDS)
            assert process.returncode == 0, printed
    assert_equal_to(changed, home, monkeypatch)
