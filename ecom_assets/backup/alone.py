"""One process at a time at a place.

Belongs here: the lock. Does not belong here: what is done meanwhile (``taking``, ``restoring``).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecom_assets.backup.errors import BackupError


@contextmanager
def alone(lock: Path, place: Path) -> Iterator[None]:
    """Hold the only lock on a place; the system takes it from a process that ends.

    Parameters
    ----------
    lock
        File of the lock; it stays, since one that is removed could be locked twice.
    place
        What is worked on, for the message.

    Raises
    ------
    BackupError
        If another process has it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                f"another back-up or restoration is at work in {place}; try again when it has finished"
            ) from error
        yield
