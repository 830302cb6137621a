"""The first page of the reports folder: every page below it, by kind.

Belongs here: which files are listed and how. Does not belong here: the pages that are listed, what stands beside one
(``monitoring.report.listing``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from ml_assets.files import ModelFiles
from ml_assets.monitoring.report.listing import ReportSeries, listed_series
from ml_assets.monitoring.report.record import ReportKind
from ml_assets.reports.page import rendered

INDEX = "index.html"
_PAGE, _DATA = ".html", ".json"
# Heading of each kind of report, and what one of them is about.
_KINDS = (
    (ReportKind.DRIFT, "Drift of models", "model"),
    (ReportKind.QUALITY, "Raw data of sources", "source"),
)
# So many windows are seen at a glance; the others unfold.
_TREND = 12


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


def index_text(files: ModelFiles) -> str:
    """Return the list of all pages that there are, as a page."""
    windows = listed_series(files.reports_dir, files.drift_reports)
    return index_page(listed_reports(files.reports_dir, files.drift_reports), windows)


def listed_reports(folder: Path, windows: Path) -> tuple[Report, ...]:
    """Return the pages in a folder and below it, by folder and name; hidden files and the index are none.

    Parameters
    ----------
    folder
        The folder.
    windows
        Folder below it whose pages are listed by window instead.
    """
    paths = {
        PurePosixPath(path.relative_to(folder).as_posix())
        for path in folder.rglob("*")
        if path.is_file() and not path.is_relative_to(windows)
    }
    pages = [path for path in paths if path.suffix == _PAGE and path.name[0] != "." and path != PurePosixPath(INDEX)]
    return tuple(_report(path, paths) for path in sorted(pages, key=lambda path: (path.parent.parts, path.name)))


def index_page(reports: Iterable[Report], windows: Iterable[ReportSeries]) -> str:
    """Return the list of pages as a page: by the folder they are in, and those on windows of data by their subject."""
    groups = [(folder, list(group)) for folder, group in groupby(reports, key=lambda each: each.folder)]
    series = list(windows)
    kinds = [(title, each_is, [each for each in series if each.kind is kind]) for kind, title, each_is in _KINDS]
    return rendered(
        "index.html",
        title="Reports",
        groups=groups,
        kinds=[each for each in kinds if each[-1]],
        trend=_TREND,
    )


def _report(path: PurePosixPath, paths: set[PurePosixPath]) -> Report:
    data = path.with_suffix(_DATA)
    return Report(
        folder="" if path.parent == PurePosixPath(".") else str(path.parent),
        name=path.stem,
        link=quote(str(path)),
        data=quote(str(data)) if data in paths else None,
    )
