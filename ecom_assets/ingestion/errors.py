"""The one error of ingestion; its message says which file, what is wrong and how to repair it.

Belongs here: the exception. Does not belong here: decisions about what is an error.
"""

from __future__ import annotations


class LoadError(Exception):
    """A table cannot be loaded as the folder stands; the warehouse keeps its last good state."""
