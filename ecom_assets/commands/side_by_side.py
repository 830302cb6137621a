"""Several servers under one command, which end together.

Belongs here: starting, waiting, ending. Does not belong here: which servers.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

_PATIENCE_SECONDS = 20
_SIGNALED = 128


def run_beside(main: Sequence[str], others: Sequence[Sequence[str]]) -> int:
    """Run a server and others beside it until it ends; return its exit code.

    What asks this process to end is handed to the main server, and the others end after it. One of the others that
    ends early is left to its own message: the main server serves without it.

    Parameters
    ----------
    main
        Command of the server that the others stand beside.
    others
        Their commands.
    """
    beside: list[subprocess.Popen[bytes]] = []
    servers: list[subprocess.Popen[bytes]] = []
    with _handed_to(servers):
        try:
            beside.extend(subprocess.Popen(command) for command in others)
            servers.append(subprocess.Popen(main))
            return servers[0].wait()
        finally:
            for process in beside:
                process.terminate()
            for process in beside:
                _await_end(process)


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _handed_to(servers: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Hand signals that would end this process to the servers there are, for the time of the block.

    A handler of our own also undoes that a shell starts background commands with interrupts ignored: that would reach
    the servers, and Dagster stops its processes by interrupts.
    """

    def hand_on(number: int, _: FrameType | None) -> None:
        if not servers:
            sys.exit(_SIGNALED + number)
        # In a terminal an interrupt reaches every process by itself; twice is once too often.
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return
        for server in servers:
            server.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
