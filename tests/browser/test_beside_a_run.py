"""The UI and dbt in a shell beside a run that holds the warehouse: each waits its turn, and the tables stay right.

A run whose process is killed while the UI is up keeps nobody waiting for long.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.browser.server import FINISHED, RUN_SECONDS, UiServer, awaited
from tests.conftest import Home
from tests.hanging_run import hanging_run

pytestmark = pytest.mark.slow

# The step in which dbt holds the warehouse's file, and what dbt prints when it has made its first relation there.
DBT_STEP = "dbt_models"
FIRST_RELATION = "OK created sql"
# A table of the mart is missing, so that the run makes it with all that is downstream.
LOST = "marts.fct_orders"
LAYERS = "table_schema in ('raw_olist', 'raw_retailrocket', 'intermediate', 'marts') and table_type = 'BASE TABLE'"


def table_contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table of the layers."""
    names = home.query(f"select table_schema || '.' || table_name from information_schema.tables where {LAYERS}")
    return {str(name): home.query(f"select * from {name} order by all") for (name,) in names}


def is_held(warehouse: Path) -> bool:
    """Return whether another process holds the warehouse's file."""
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.IOException as error:
        assert "lock" in str(error), error
        return True
    return False


@dataclass(frozen=True)
class Command:
    """A command in a process group of its own, and the file that its output goes to."""

    process: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        """Return what was printed up to now."""
        return self.output.read_text()

    def has_said(self, text: str) -> bool | None:
        """Return True if the text was printed, or None if it may still come."""
        if text in self.said():
            return True
        assert self.process.poll() is None, self.said()
        return None

    def send(self, sent: signal.Signals) -> None:
        """Send a signal to the command and to every process that it started."""
        os.killpg(self.process.pid, sent)

    def hold_still_with(self, warehouse: Path) -> bool | None:
        """Stop the command while it holds the warehouse; return None, with the command going on, if it holds none."""
        assert self.process.poll() is None, self.said()
        self.send(signal.SIGSTOP)
        if is_held(warehouse):
            return True
        self.send(signal.SIGCONT)
        return None


@contextmanager
def started(home: Home, output: Path, *arguments: str) -> Iterator[Command]:
    """Start ``python -m`` with the arguments, and end it afterwards if it still goes on."""
    with output.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", *arguments],
            env=home.environment(),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    command = Command(process, output)
    try:
        yield command
    finally:
        if process.poll() is None:
            command.send(signal.SIGCONT)
            command.send(signal.SIGTERM)
        process.wait()


@pytest.fixture
def run_in_dbt(ui: UiServer, tmp_path: Path) -> Iterator[Command]:
    """Return a run on the server's home that makes tables anew, stopped while its dbt holds the warehouse.

    A run that goes on by itself would let go of the warehouse at a moment that no test knows.
    """
    with duckdb.connect(str(ui.home.settings().duckdb_path)) as connection:
        connection.execute(f"drop table {LOST}")
    with started(ui.home, tmp_path / "run.txt", "ecom_assets.commands.run", "--warehouse") as run:
        awaited(lambda: run.has_said(FIRST_RELATION), "the first relation of dbt", RUN_SECONDS)
        awaited(lambda: run.hold_still_with(ui.home.settings().duckdb_path), "dbt's hold on the warehouse", RUN_SECONDS)
        yield run


def test_a_materialisation_in_the_ui_and_dbt_in_a_shell_wait_for_a_run(
    ui: UiServer, built_home: Home, run_in_dbt: Command, tmp_path: Path
) -> None:
    launched = ui.materialise("raw_olist", "sellers")
    # Who holds the warehouse stands on the pool's page, beside the run that waits.
    [(holder, step)] = ui.pool_holders()
    assert step == DBT_STEP
    assert holder != launched
    assert ui.status(launched) in {"QUEUED", "STARTING", "STARTED"}

    shell = ("ecom_assets.commands.dbt", "build", "--select", "sales_monthly")
    with started(ui.home, tmp_path / "shell.txt", *shell) as dbt:
        awaited(lambda: dbt.has_said("waiting for the warehouse, which process"), "the word on who holds", RUN_SECONDS)
        assert "created sql" not in dbt.said()
        assert ui.status(launched) in {"QUEUED", "STARTING", "STARTED"}
        run_in_dbt.send(signal.SIGCONT)
        assert dbt.process.wait(timeout=RUN_SECONDS) == 0, dbt.said()
    assert "created sql" in dbt.said()
    assert run_in_dbt.process.wait(timeout=RUN_SECONDS) == 0, run_in_dbt.said()
    assert ui.finished_status(launched) == "SUCCESS"
    assert ui.status(holder) == "SUCCESS"
    awaited(lambda: True if ui.pool_holders() == [] else None, "the release of the pool's slot", RUN_SECONDS)

    expected = table_contents(built_home)
    assert len(expected) > 12, "more than the raw tables"
    assert table_contents(ui.home) == expected


def test_a_materialisation_in_the_ui_goes_on_when_the_run_that_it_waits_for_is_killed(ui: UiServer) -> None:
    settings = ui.home.settings()
    with hanging_run(str(settings.dagster_home), settings.engine.pool):
        [(killed, _)] = ui.pool_holders()
        launched = ui.materialise("raw_olist", "sellers")
        assert ui.status(launched) not in FINISHED
    assert ui.finished_status(launched) == "SUCCESS"
    assert ui.status(killed) == "FAILURE"
    awaited(lambda: True if ui.pool_holders() == [] else None, "the release of the pool's slot", RUN_SECONDS)
