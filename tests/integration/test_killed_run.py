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

TABLES = {
    "olist": ("marts.fct_orders", "marts.sales_monthly", "features.ftr_late_delivery"),
    "retailrocket": ("marts.fct_events", "marts.fct_sessions", "marts.dim_categories", "features.ftr_items"),
}
# Lines of output at which the run is killed: while a raw table is loaded, and while dbt builds the marts. In the
# second case dbt, a process of its own, is left alive and holds the warehouse for as long as it works.
CASES = {
    "all of it while loading": ("olist,retailrocket", "loading geolocation", True),
    "not its dbt while building": ("retailrocket", "marts.dim_", False),
}
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
sys.exit(main(["--full", "--warehouse"]))
"""


def kill_at(home: Home, source: str, moment: str, *, with_children: bool) -> None:
    """Start a run and kill it at the first line of output that holds the text."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", ANNOUNCING_RUN],
        env=home.environment(ECOM_SOURCES=source),
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
    if with_children:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


@pytest.mark.parametrize("case", CASES)
def test_the_next_run_after_a_kill_succeeds_without_repair(built_home: Home, tmp_path: Path, case: str) -> None:
    home = built_home.copied_to(tmp_path)
    source, moment, with_children = CASES[case]
    kill_at(home, source, moment, with_children=with_children)
    result = home.run_warehouse(ECOM_SOURCES=source)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "whose process is gone" in result.stdout
    for table in (table for name in source.split(",") for table in TABLES[name]):
        query = f"select * from {table} order by all"
        assert home.query(query) == built_home.query(query), table
