"""The folder of reports: one is added whole, old ones go.

Belongs here: writing a report's files, which of them are no longer kept. Does not belong here: what stands in them
(``parts``), which folder it is (``files``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

from ml_assets.files import write_text
from ml_assets.monitoring.report.parts import Report
from ml_assets.monitoring.report.scripts import SCRIPTS, shared_script

PAGE, DATA = ".html", ".json"
_SCRIPT_LINK = re.compile(rf'<script src="\.\./{SCRIPTS}/([^"/]+)">')


def write_report(page: Path, report: Report) -> None:
    """Write a report: what the page needs first, so that whoever opens it finds all.

    Parameters
    ----------
    page
        Where the page is to lie; the folder of scripts lies beside its folder.
    report
        What is to be written.
    """
    script = page.parent.parent / SCRIPTS / report.script.name
    if not script.exists():
        write_text(script, report.script.content)
    write_text(page.with_suffix(DATA), report.data)
    write_text(page, report.page)


def obsolete(as_ofs: Iterable[date], keep: int, still_open: Collection[date]) -> frozenset[date]:
    """Return which windows of one model or source go.

    Parameters
    ----------
    as_ofs
        Days that its reports are known by.
    keep
        How many of the newest stay.
    still_open
        Days of reports on which a decision that is not closed rests: they stay however old they are.

    Raises
    ------
    ValueError
        If no report were to stay.
    """
    if keep < 1:
        raise ValueError(f"{keep} reports cannot be kept; keep at least the newest one")
    newest_first = sorted(set(as_ofs), reverse=True)
    return frozenset(newest_first[keep:]).difference(still_open)


def prune(folder: Path, keep: int, still_open: Mapping[str, Collection[date]]) -> tuple[Path, ...]:
    """Remove old reports below a folder, and scripts that no page asks for any more.

    Parameters
    ----------
    folder
        Folder with one folder a model or source, and the scripts beside them. It need not be there.
    keep
        How many of the newest reports of each model or source stay.
    still_open
        By name of the model's or source's folder: days of reports that stay however old they are.

    Returns
    -------
    tuple of Path
        The files that went, in order.

    Raises
    ------
    ValueError
        If no report were to stay.
    """
    gone: list[Path] = []
    for subject in subjects(folder):
        pages = dated_pages(subject)
        for as_of in sorted(obsolete(pages, keep, still_open.get(subject.name, ()))):
            # The page first: without it, the JSON is in no list.
            gone += [pages[as_of], pages[as_of].with_suffix(DATA)]
    kept = {path for subject in subjects(folder) for path in subject.glob(f"*{PAGE}")}.difference(gone)
    gone += _unused_scripts(folder / SCRIPTS, kept)
    for path in gone:
        path.unlink(missing_ok=True)
    return tuple(gone)


def subjects(folder: Path) -> list[Path]:
    """Return the folders of models and sources below the folder of reports, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != SCRIPTS and path.name[0] != ".")


def dated_pages(subject: Path) -> dict[date, Path]:
    """Return the pages in a folder that are called by a day; whatever else lies there is left alone."""
    found = {_day(path.stem): path for path in subject.glob(f"*{PAGE}")}
    return {as_of: path for as_of, path in found.items() if as_of is not None}


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _unused_scripts(folder: Path, pages: Iterable[Path]) -> list[Path]:
    """Return the scripts that no page asks for; the one of today stays, a page that asks for it may be on its way."""
    used = {shared_script().name}.union(*map(_scripts_of, pages))
    return sorted(path for path in folder.glob("*.js") if path.name not in used)


def _scripts_of(page: Path) -> list[str]:
    """Return the shared scripts that a page asks for; none if another process has just removed it."""
    try:
        return _SCRIPT_LINK.findall(page.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
