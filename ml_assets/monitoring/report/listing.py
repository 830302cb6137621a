"""Which reports there are, with what was found in each: what the list of all pages says of them.

Belongs here: reading the JSON beside the pages, in order. Does not belong here: the list's page (``reports.index``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from ml_assets.monitoring.report.archive import DATA, PAGE, subjects
from ml_assets.monitoring.report.record import ReportHead, ReportKind
from ml_assets.monitoring.report.wording import ACTION_WORDS, STATE_WORDS, VERDICT_TONES, VERDICT_WORDS
from ml_assets.reports.wording import Tone


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report of a window.

    Attributes
    ----------
    name
        Its file name without ending: the day that the window is known by.
    link
        Address of the page, from the folder that holds the list.
    data
        Address of the same as JSON; None if there is none.
    head
        What was found; None if that cannot be read.
    trouble
        Why it cannot be read; empty if it can.
    """

    name: str
    link: str
    data: str | None
    head: ReportHead | None
    trouble: str

    @property
    def tone(self) -> Tone:
        """How it looks."""
        return Tone.NOTE if self.head is None else VERDICT_TONES[self.head.verdict]

    @property
    def verdict_words(self) -> str:
        """What the verdict is called."""
        return "unreadable" if self.head is None else VERDICT_WORDS[self.head.verdict]

    @property
    def decided_words(self) -> str:
        """What followed from it, with the last reason, which decided; empty where nothing is decided."""
        decided = None if self.head is None else self.head.decided
        if decided is None:
            return ""
        return f"{STATE_WORDS[decided.state]}: {ACTION_WORDS[decided.action].lower()}; {decided.reasons[-1]}"


@dataclass(frozen=True, slots=True)
class ReportSeries:
    """All reports of a model or a source.

    Attributes
    ----------
    name
        Name of their folder.
    reports
        Newest first; at least one.
    """

    name: str
    reports: tuple[ListedReport, ...]

    @property
    def kind(self) -> ReportKind:
        """What they are about, as the newest that can be read says; drift if none can."""
        return next((each.head.kind for each in self.reports if each.head is not None), ReportKind.DRIFT)

    @property
    def subject(self) -> str:
        """Model or source, as the newest that can be read says; the folder's name if none can."""
        return next((each.head.subject for each in self.reports if each.head is not None), self.name)

    @property
    def newest(self) -> ListedReport:
        """The newest report."""
        return self.reports[0]


def listed_series(reports_dir: Path, folder: Path) -> tuple[ReportSeries, ...]:
    """Return all reports below a folder, models and sources by name.

    Parameters
    ----------
    reports_dir
        Folder that the list lies in; addresses begin there.
    folder
        Folder below it with one folder a model or source. It need not be there.
    """
    series = (
        ReportSeries(subject.name, tuple(_listed(reports_dir, page) for page in _newest_first(subject)))
        for subject in subjects(folder)
    )
    return tuple(each for each in series if each.reports)


def _newest_first(subject: Path) -> list[Path]:
    return sorted((path for path in subject.glob(f"*{PAGE}") if path.name[0] != "."), reverse=True)


def _listed(reports_dir: Path, page: Path) -> ListedReport:
    data = page.with_suffix(DATA)
    head, trouble = _head(data)
    return ListedReport(
        name=page.stem,
        link=_address(reports_dir, page),
        data=_address(reports_dir, data) if data.is_file() else None,
        head=head,
        trouble=trouble,
    )


def _head(data: Path) -> tuple[ReportHead | None, str]:
    """Return what stands in a JSON file, or why that cannot be read: a list is no place to fail for one of many."""
    try:
        return ReportHead.model_validate_json(data.read_bytes()), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(each) for each in first["loc"])
        return None, f"{data.name} cannot be read: {where + ': ' if where else ''}{first['msg']}; make the report anew"
    except OSError as error:
        return None, f"{data.name} cannot be read: {error.strerror}; make the report anew"


def _address(reports_dir: Path, path: Path) -> str:
    return quote(path.relative_to(reports_dir).as_posix())
