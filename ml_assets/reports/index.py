"""The first page of the reports folder: each model in a line, and every page below the folder, by kind.

Belongs here: what is said first, which files are listed and how. Does not belong here: the pages that are listed, what
stands beside one (``monitoring.report.listing``), what is known of a model (``model_lines``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from ml_assets.files import DBT_DOCS, LOOKUP, REPLAY, ModelFiles
from ml_assets.monitoring.report.listing import ReportSeries, listed_series
from ml_assets.monitoring.report.record import ReportKind
from ml_assets.monitoring.verdict import Verdict
from ml_assets.reports.model_lines import ModelLine, stored_lines
from ml_assets.reports.page import rendered
from ml_assets.reports.scoreboard import CLAIM_TONES
from ml_assets.reports.wording import Tone, counted

INDEX = "index.html"
_PAGE, _DATA = ".html", ".json"
# Folders whose first page has a line of its own, and what is said there.
_LINES = {
    LOOKUP: ("Look up", "why a customer, seller, order or visitor was scored as they were"),
    DBT_DOCS: ("Data documentation", "every table and column, and what is built from what"),
    REPLAY: ("Replay", "history re-enacted, month by month"),
}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that the first page speaks of.

    Attributes
    ----------
    lines
        What is known of each model.
    trouble
        Why that cannot be read; empty if it can.
    series
        Reports on windows of data.
    reports
        Every other page.
    elsewhere
        Addresses of what has pages of its own, by its name.
    """

    lines: Sequence[ModelLine] = ()
    trouble: str = ""
    series: Sequence[ReportSeries] = ()
    reports: Sequence[Report] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, kind: ReportKind) -> list[ReportSeries]:
        """Return the reports on windows of a kind of subject."""
        return [each for each in self.series if each.kind is kind]


def index_text(files: ModelFiles) -> str:
    """Return the first page as the folder stands."""
    lines, trouble = stored_lines(files.model_lines)
    return index_page(
        Site(
            lines=lines,
            trouble=trouble,
            series=listed_series(files.reports_dir, files.drift_reports),
            reports=listed_reports(files.reports_dir, files.drift_reports),
            elsewhere=files.elsewhere,
        )
    )


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
        if path.suffix in (_PAGE, _DATA) and path.is_file() and not path.is_relative_to(windows)
    }
    pages = [path for path in paths if path.suffix == _PAGE and path.name[0] != "." and path != PurePosixPath(INDEX)]
    return tuple(_report(path, paths) for path in sorted(pages, key=lambda path: (path.parent.parts, path.name)))


def index_page(site: Site) -> str:
    """Return the first page: models, sources, windows of data, and all other pages by the folder they are in."""
    models, sources = site.of_kind(ReportKind.DRIFT), site.of_kind(ReportKind.QUALITY)
    named = {folder: each for each in site.reports for folder in _LINES if each.link == f"{folder}/{INDEX}"}
    others = [each for each in site.reports if each not in named.values()]
    groups = [(folder, list(group)) for folder, group in groupby(others, key=lambda each: each.folder)]
    tone, words = summary_of(site)
    return rendered(
        "index.html",
        title="Reports",
        site=site,
        tone=tone,
        words=words,
        newest={each.subject: each.newest for each in models},
        models=models,
        sources=sources,
        pages={each.link for each in site.reports},
        named=[(named[folder], *line) for folder, line in _LINES.items() if folder in named],
        groups=groups,
        claim_tones=CLAIM_TONES,
        trend=_TREND,
    )


def summary_of(site: Site) -> tuple[Tone, str]:
    """Return how things stand, and that in a sentence or two: who serves, and whose newest window has drifted."""
    drifted = [each.subject for each in site.series if each.newest.head and each.newest.head.verdict is Verdict.DRIFT]
    idle = [line.name for line in site.lines if line.version is None]
    said = (
        [f"{counted(len(site.lines), 'model')} {'is' if len(site.lines) == 1 else 'are'} known."] if site.lines else []
    )
    if idle:
        said.append(f"Nobody serves for {', '.join(idle)}.")
    if drifted:
        said.append(f"The newest window has drifted of {', '.join(drifted)}.")
    elif site.series:
        said.append("No newest window has drifted.")
    return Tone.NOTE if idle or drifted else Tone.GOOD if site.series else Tone.NONE, " ".join(said)


def _report(path: PurePosixPath, paths: Collection[PurePosixPath]) -> Report:
    data = path.with_suffix(_DATA)
    return Report(
        folder="" if path.parent == PurePosixPath(".") else str(path.parent),
        name=path.stem,
        link=quote(str(path)),
        data=quote(str(data)) if data in paths else None,
    )
