"""Runs that are killed at random moments, and what the next run makes of it.

Belongs here: the long proof with many moments; its table is committed. Does not belong here: the two moments that every
test run looks at (``tests/integration/test_killed_run.py``).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.report import Machine, markdown_table, write_result

_NAME = "kills"
_COMMAND = (sys.executable, "-u", "-m", "ecom_assets.commands.run")
_SCHEMAS = ("raw_olist", "raw_retailrocket", "intermediate", "marts")
Fingerprint = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run that was killed, and the run after it.

    Attributes
    ----------
    second
        Seconds after its start at which the first run was killed.
    last_line
        What it had printed last.
    exit_code
        How the run after it ended.
    seconds
        How long that took.
    are_tables_right
        Whether every table then held the rows of a run that nobody killed.
    """

    second: float
    last_line: str
    exit_code: int
    seconds: float
    are_tables_right: bool


def environment(home: Path, raw: Path) -> dict[str, str]:
    """Return the environment of a run on a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOM_", "DAGSTER_", "DBT_"))}
    return kept | {"ECOM_HOME": str(home), "ECOM_RAW_DIR": str(raw)}


def fingerprint(home: Path) -> Fingerprint:
    """Return the number of rows and a sum over them, whatever their order, of each table."""
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_type = 'BASE TABLE' and list_contains(?, table_schema) order by all",
            [list(_SCHEMAS)],
        ).fetchall()
        return {
            name: connection.execute(f"select count(*), sum(hash(found)) from {name} as found").fetchall()[0]
            for (name,) in names
        }


def killed_run(home: Path, raw: Path, second: float) -> str | None:
    """Start a full run, kill it with all of its children after so many seconds, and return its last line.

    None if it had ended by itself before.
    """
    printed = home.parent / "printed.txt"
    with printed.open("w") as out:
        process = subprocess.Popen(
            [*_COMMAND, "--full"],
            env=environment(home, raw),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(timeout=second)
            return None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lines = [line.strip() for line in printed.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:90] if lines else "(nothing yet)"


def outcome_of_kill(reference: Path, raw: Path, expected: Fingerprint, second: float) -> Outcome:
    """Kill a run on a copy of a finished home and run again."""
    with TemporaryDirectory(prefix="kills_") as folder:
        home = Path(folder) / "home"
        shutil.copytree(reference, home)
        last_line = killed_run(home, raw, second)
        started = time.monotonic()
        again = subprocess.run([*_COMMAND], env=environment(home, raw), capture_output=True, check=False)
        return Outcome(
            second=round(second, 1),
            last_line="(it had ended)" if last_line is None else last_line,
            exit_code=again.returncode,
            seconds=round(time.monotonic() - started, 1),
            are_tables_right=fingerprint(home) == expected,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill as many runs as asked for and write the table; fail if one of them left anything wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=0.005)
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="kills_reference_") as folder:
        home, raw = Path(folder) / "home", Path(folder) / "raw"
        sample = [sys.executable, "-m", "ecom_assets.sample", f"--scale={options.scale}", "--seed=7", f"--out={raw}"]
        subprocess.run(sample, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(_COMMAND, env=environment(home, raw), check=True, stdout=subprocess.DEVNULL)
        started = time.monotonic()
        subprocess.run([*_COMMAND, "--full"], env=environment(home, raw), check=True, stdout=subprocess.DEVNULL)
        whole = time.monotonic() - started
        expected = fingerprint(home)
        draw = Random(options.seed)  # noqa: S311 - moments, no secrets
        # Stratified, so that every part of the run is met: one moment in each of equal stretches of it.
        moments = [whole * (number + draw.random()) / options.count for number in range(options.count)]
        outcomes = []
        for second in moments:
            outcomes.append(outcome_of_kill(home, raw, expected, second))
            print(outcomes[-1], flush=True)
    header = ("killed after, s", "last line printed", "next run ended with", "after, s", "tables right")
    rows = [
        (
            f"{o.second:g}",
            f"`{o.last_line.replace('|', ' ')}`",
            str(o.exit_code),
            f"{o.seconds:g}",
            "yes" if o.are_tables_right else "NO",
        )
        for o in outcomes
    ]
    title = (
        f"{options.count} full runs of {whole:.0f} s killed with SIGKILL, all processes at once (seed {options.seed})"
    )
    print(write_result(_NAME, title, Machine.here(), [asdict(o) for o in outcomes], markdown_table(header, rows)))
    return 0 if all(o.exit_code == 0 and o.are_tables_right for o in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
