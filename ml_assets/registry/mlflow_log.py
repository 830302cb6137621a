"""What MLflow says on the terminal.

Belongs here: keeping it to what somebody has to know. Does not belong here: the project's own messages.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def warnings_only(name: str) -> Iterator[None]:
    """Keep a logger from saying what is no warning, for the time of the block."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
