"""A run killed with SIGKILL: the next one succeeds without repair and ends in the same tables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Home

pytestmark = pytest.mark.slow

TABLES = ("marts.fct_orders", "marts.fct_events", "marts.fct_sessions", "marts.sales_monthly", "marts.dim_categories")
# Lines of output at which the run is killed: while a raw table is loaded, and while dbt builds the marts.
MOMENTS = {"loading": "loading geolocation", "building": "marts.dim_"}
# The run command, saying when a load begins, which it does not do by itself.
ANNOUNCING_RUN = """
import sys
from ecom_assets.commands.run import main
from ecom_assets.ingestion import assets

load_table = assets.load_table

def announcing(connection, request):
    print("loading", request.table.name, flush=True)
    return load_table(connection, request)

assets.load_table = announcing
sys.exit(main(["--full"]))
"""


def kill_at(home: Home, moment: str) -> None:
    """Start a run, kill it at the first line that holds the text, and wait until all it started is gone."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", ANNOUNCING_RUN],
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if moment in line:
            break
    else:
        pytest.fail(f"the run ended before it printed {moment!r}")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_run_after_a_kill_succeeds_without_repair(built_home: Home, tmp_path: Path, moment: str) -> None:
    home = built_home.copied_to(tmp_path)
    kill_at(home, MOMENTS[moment])
    result = home.run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "whose process is gone" in result.stdout
    for table in TABLES:
        query = f"select * from {table} order by all"
        assert home.query(query) == built_home.query(query), table
