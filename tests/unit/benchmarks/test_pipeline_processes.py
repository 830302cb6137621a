"""Commands measured from outside: their memory is their own, and a failed one is no measurement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pipeline.processes import run_module, tree_memory

MIB = 2**20


def test_memory_of_a_tree_counts_children() -> None:
    held = 200 * MIB
    child = f"import sys; held = b'x' * {held}; print('ready', flush=True); sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        memory = tree_memory(process.pid)
        process.communicate()
    assert len(memory) == 2
    assert sum(now for now, _ in memory) > held
    assert max(highest for _, highest in memory) >= held
    assert tree_memory(process.pid) == []


def test_a_command_is_not_charged_with_the_memory_of_its_caller(tmp_path: Path) -> None:
    held = bytearray(os.urandom(MIB)) * 400
    usage = run_module("timeit", ["-n", "1", "-r", "1", "-s", "import pandas", "pass"], os.environ, tmp_path / "log")
    assert len(held) == 400 * MIB
    assert 0.02 < usage.largest_gib < 0.35, "what pandas needs"
    assert usage.processor_seconds > 0


def test_a_failed_command_is_told_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="No module named no_such_module"):
        run_module("no_such_module", [], os.environ, tmp_path / "log")
