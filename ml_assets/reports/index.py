"""The first page of the reports folder: every page below it, by kind.

Belongs here: which files are listed and how. Does not belong here: the pages that are listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from ml_assets.reports.page import rendered

INDEX = "index.html"
_PAGE, _DATA = ".html", ".json"


@dataclass(frozen=True, slots=True)
class Report:
    """A page of the reports folder.

    Attributes
    ----------
    folder
        Folder it is in, from the reports folder; empty for that folder itself.
    name
        Its file name without ending.
    link
        Its address from the reports folder.
    data
        Address of the same as JSON; None if there is none.
    """

    folder: str
    name: str
    link: str
    data: str | None


def listed_reports(folder: Path) -> tuple[Report, ...]:
    """Return the pages in a folder and below it, by folder and name; hidden files and the index are none."""
    paths = {PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()}
    pages = [path for path in paths if path.suffix == _PAGE and path.name[0] != "." and path != PurePosixPath(INDEX)]
    return tuple(_report(path, paths) for path in sorted(pages, key=lambda path: (path.parent.parts, path.name)))


def index_page(reports: Iterable[Report]) -> str:
    """Return the list of pages, grouped by the folder they are in, as a page."""
    groups = [(folder, list(group)) for folder, group in groupby(reports, key=lambda each: each.folder)]
    return rendered("index.html", title="Reports", groups=groups)


def _report(path: PurePosixPath, paths: set[PurePosixPath]) -> Report:
    data = path.with_suffix(_DATA)
    return Report(
        folder="" if path.parent == PurePosixPath(".") else str(path.parent),
        name=path.stem,
        link=quote(str(path)),
        data=quote(str(data)) if data in paths else None,
    )
