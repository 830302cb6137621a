"""Which code a model was made by: a hash of the modules that decide what it becomes.

Belongs here: that hash. Does not belong here: when something is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).resolve().parent


def code_version(*parts: str, identity: str | None = None) -> str:
    """Return a hash of modules and packages below ``ml_assets``, by the text of their files.

    Parameters
    ----------
    parts
        Names of modules (``config.py``) or packages (``classification``).
    identity
        What else tells its outcome from others, if anything does.

    Raises
    ------
    FileNotFoundError
        If there is no such module or package.
    """
    digest = hashlib.sha256((identity or "").encode())
    for path in _files(parts):
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(parts: Iterable[str]) -> list[Path]:
    found: set[Path] = set()
    for part in parts:
        path = _ROOT / part
        if not path.exists():
            raise FileNotFoundError(f"{part} is neither a module nor a package of ml_assets; correct its name")
        found.update(path.rglob("*.py") if path.is_dir() else [path])
    return sorted(found)
