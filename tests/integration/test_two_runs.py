"""Two runs at once, as real processes: both end well, and the tables are those of one run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Home
from tests.fixtures.landing import shorten_tree

pytestmark = pytest.mark.slow


def contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    tables = home.query(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_type = 'BASE TABLE' "
        "and table_schema in ('raw_retailrocket', 'intermediate', 'marts', 'features') order by all"
    )
    return {str(name): home.query(f"select count(*), sum(hash(found)) from {name} as found") for (name,) in tables}


def test_two_runs_at_once_both_succeed_and_end_in_the_tables_of_one(
    built_home: Home, changed_home: Home, tmp_path: Path
) -> None:
    both = built_home.copied_to(tmp_path)
    shorten_tree(both.raw_dir)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "ecom_assets.commands.run", "--warehouse"],
            env=both.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    printed = [process.communicate(timeout=420)[0] for process in processes]
    for process, text in zip(processes, printed, strict=True):
        assert process.returncode == 0, text
    assert contents(both) == contents(changed_home)
    assert both.count("raw_retailrocket.category_tree") == built_home.count("raw_retailrocket.category_tree") - 1
    # Both had planned the load; the second one found it done, or did it once more.
    [(loads,)] = both.query(
        "select count(distinct loaded_at) from ops.loads where table_name = 'category_tree' "
        f"and row_count = {both.count('raw_retailrocket.category_tree')}"
    )
    assert loads in (1, 2)
    quiet = both.run_warehouse()
    assert quiet.returncode == 0
    assert "nothing to do" in quiet.stdout
