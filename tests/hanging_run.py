"""A run in a process of its own that holds a slot of a pool until it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PROGRAM = """
import sys
import dagster as dg

folder, pool = sys.argv[1:]

@dg.op(pool=pool)
def hanging():
    print("in the pool", flush=True)
    sys.stdin.read()

@dg.job(executor_def=dg.in_process_executor)
def hanging_job():
    hanging()

with dg.DagsterInstance.from_config(folder) as instance:
    hanging_job.execute_in_process(instance=instance)
"""


@contextmanager
def hanging_run(dagster_home: str, pool: str) -> Iterator[subprocess.Popen[str]]:
    """Start the run, return its process when it holds its slot, and kill it in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, dagster_home, pool],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"DAGSTER_DISABLE_TELEMETRY": "yes"},
    )
    try:
        assert process.stdout is not None
        while "in the pool" not in (line := process.stdout.readline()):
            assert line, "the run ended before it held its slot"
        yield process
    finally:
        process.kill()
        process.communicate()
