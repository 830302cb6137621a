"""The script that all pages with Evidently's charts share, as a file beside them.

Belongs here: what stands in that file, its name. Does not belong here: the data that it draws (``widgets``), writing
it (``files``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ml_assets.reports.page import rendered

# Folder of the shared scripts, beside the folders of the pages.
SCRIPTS = "assets"


@dataclass(frozen=True, slots=True)
class SharedScript:
    """A script under a name that its content decides, so that a page finds the very one that it was made with.

    Attributes
    ----------
    name
        File name.
    content
        What stands in the file.
    """

    name: str
    content: str

    @property
    def link(self) -> str:
        """Its address, from a page in a folder beside that of the scripts."""
        return f"../{SCRIPTS}/{self.name}"


@cache
def shared_script() -> SharedScript:
    """Return Evidently's bundle of some 3.5 MB with its licences, and the few lines that draw a page's data with it.

    A page of Evidently's own holds the bundle itself. Here it is one file for all pages.
    """
    static = _package_folder() / "nbextension" / "static"
    content = "\n".join(
        (
            (static / "index.js.LICENSE.txt").read_text(encoding="utf-8"),
            # As Evidently's own page begins.
            "var global = globalThis;",
            (static / "index.js").read_text(encoding="utf-8"),
            rendered("drift.js"),
        )
    )
    return SharedScript(f"evidently-{hashlib.sha256(content.encode()).hexdigest()[:16]}.js", content)


def _package_folder() -> Path:
    """Return where Evidently lies, without importing it, which takes seconds.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    found = find_spec("evidently")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("no page with charts can be made without evidently: install requirements.lock")
    return Path(found.origin).parent
