"""Commands in processes of their own: how long they take and how much memory they and their children need.

Belongs here: starting, waiting, sampling. Does not belong here: which command, and what its figures mean.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.1
_GIB = 2**30
_SHOWN_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command used.

    Attributes
    ----------
    seconds
        Wall time from start to end.
    processor_seconds
        Processor time of the command and its children, in user and kernel mode.
    largest_gib
        Largest resident memory of any one of its processes.
    peak_gib
        Largest sum of the resident memory of its processes at one moment, sampled ten times a second. Pages that
        two of them share count twice.
    output
        What it printed.
    """

    seconds: float
    processor_seconds: float
    largest_gib: float
    peak_gib: float
    output: str


def run_module(module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Usage:
    """Run ``python -m module`` to its end.

    Parameters
    ----------
    module
        What to run.
    arguments
        Its arguments.
    environment
        All of its environment.
    log
        File for what it prints.

    Raises
    ------
    RuntimeError
        If it fails; the message ends with the end of its output.
    """
    command = [sys.executable, "-m", module, *arguments]
    with log.open("w", encoding="utf-8") as out:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=dict(environment))
        sampler = _TreeSampler(process.pid)
        sampler.start()
        # The usage of this one child and its own: the resource module adds up all children there ever were.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        sampler.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    output = log.read_text(encoding="utf-8")
    if status != 0:
        raise RuntimeError(
            f"{' '.join(command)} ended with {process.returncode}; its output ends:\n{output[-_SHOWN_CHARACTERS:]}"
        )
    return Usage(
        seconds=seconds,
        processor_seconds=usage.ru_utime + usage.ru_stime,
        largest_gib=usage.ru_maxrss / 2**20,
        peak_gib=max(sampler.peak_bytes / _GIB, usage.ru_maxrss / 2**20),
        output=output,
    )


class _TreeSampler(threading.Thread):
    """Watches the memory of a process and all of its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, _tree_bytes(self._pid))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree_bytes(pid: int) -> int:
    """Return the resident memory of a process and its descendants; one that has just ended counts nothing."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for process in tree:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
