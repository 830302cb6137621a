"""The UI and dbt in a shell beside a run that holds the warehouse: each waits its turn, and the tables stay right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.server import RUN_SECONDS, UiServer, awaited
from tests.conftest import Home

pytestmark = pytest.mark.slow

# The step in which dbt holds the warehouse's file, and what dbt prints when it has made its first relation there.
DBT_STEP = "dbt_models"
FIRST_RELATION = "OK created sql"
LAYERS = "table_schema in ('raw_olist', 'raw_retailrocket', 'intermediate', 'marts') and table_type = 'BASE TABLE'"


def table_contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table of the layers."""
    names = home.query(f"select table_schema || '.' || table_name from information_schema.tables where {LAYERS}")
    return {str(name): home.query(f"select * from {name} order by all") for (name,) in names}


@dataclass(frozen=True)
class Run:
    """A run in a process of its own, and the file that its output goes to."""

    process: subprocess.Popen[bytes]
    output: Path

    def has_said(self, text: str) -> bool | None:
        """Return True if the text was printed, or None if it may still come."""
        assert self.process.poll() is None, self.output.read_text()
        return True if text in self.output.read_text() else None


@pytest.fixture
def run_in_dbt(ui: UiServer, tmp_path: Path) -> Iterator[Run]:
    """Return a forced full run on the server's home whose dbt is at work."""
    output = tmp_path / "run.txt"
    with output.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "ecom_assets.commands.run", "--full"],
            env=ui.home.environment(),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    run = Run(process, output)
    try:
        awaited(lambda: run.has_said(FIRST_RELATION), "the first relation of dbt", RUN_SECONDS)
        yield run
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def test_a_materialisation_in_the_ui_and_dbt_in_a_shell_wait_for_a_run(
    ui: UiServer, built_home: Home, run_in_dbt: Run
) -> None:
    launched = ui.materialise("raw_olist", "sellers")
    # Who holds the warehouse stands on the pool's page, beside the run that waits.
    [(holder, step)] = ui.pool_holders()
    assert (step, run_in_dbt.process.poll()) == (DBT_STEP, None)
    assert holder != launched
    assert ui.status(launched) in {"QUEUED", "STARTING", "STARTED"}

    said = ui.home.command("commands.dbt", "build", "--select", "sales_monthly")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "created sql" in said.stdout
    assert "waiting for the warehouse" in said.stderr, "who waits is told so"
    assert run_in_dbt.process.wait(timeout=RUN_SECONDS) == 0, run_in_dbt.output.read_text()
    assert ui.finished_status(launched) == "SUCCESS"
    assert ui.status(holder) == "SUCCESS"
    awaited(lambda: True if ui.pool_holders() == [] else None, "the release of the pool's slot", RUN_SECONDS)

    expected = table_contents(built_home)
    assert len(expected) > 12, "more than the raw tables"
    assert table_contents(ui.home) == expected
