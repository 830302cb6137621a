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

_SAMPLE_SECONDS = 0.05
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
        Largest resident memory of any one of its processes, as the kernel last told of each.
    peak_gib
        Largest sum of the resident memory of its processes at one moment, sampled. Pages that two of them share
        count twice.
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
        # Not from the usage: to the kernel, a child starts with all the memory that its parent ever had.
        largest_gib=sampler.largest_bytes / _GIB,
        peak_gib=sampler.peak_bytes / _GIB,
        output=output,
    )


class _TreeSampler(threading.Thread):
    """Watches the memory of a process and all of its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak_bytes = 0
        self.largest_bytes = 0

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            memory = tree_memory(self._pid)
            self.peak_bytes = max(self.peak_bytes, sum(now for now, _ in memory))
            self.largest_bytes = max([self.largest_bytes, *(highest for _, highest in memory)])

    def stop(self) -> None:
        self._ended.set()
        self.join()


def tree_memory(pid: int) -> list[tuple[int, int]]:
    """Return resident bytes, now and at most so far, of a process and its descendants; without those just ended."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    memory = []
    for process in tree:
        try:
            now = process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        memory.append((now, max(now, _high_water_bytes(process.pid))))
    return memory


def _high_water_bytes(pid: int) -> int:
    """Return what Linux says of the largest resident memory since the program started; 0 where it cannot be asked."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    kib = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kib[0]) * 1024 if kib else 0
