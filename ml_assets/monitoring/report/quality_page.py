"""The report of a source's raw data: what its tables hold now, beside the windows before, and what the gate says of it.

Belongs here: what stands on the page and in its JSON. Does not belong here: judging (``gate``), drawing
(``evidently_report``), writing files (``archive``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ml_assets.monitoring.report.parts import Parts, Report, parts_of
from ml_assets.monitoring.report.record import QualityRecord, ReportKind
from ml_assets.monitoring.report.scripts import shared_script
from ml_assets.monitoring.report.widgets import embedded
from ml_assets.monitoring.report.wording import GRAVITY, VERDICT_TONES, VERDICT_WORDS
from ml_assets.monitoring.verdict import DriftVerdict
from ml_assets.monitoring.window import Window
from ml_assets.reports.page import rendered


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of a source.

    Attributes
    ----------
    name
        Its name, by which no other table of the page is called.
    reference, current
        Rows of the windows before, and of the current one.
    verdict
        What the gate found of them.
    """

    name: str
    reference: Window
    current: Window
    verdict: DriftVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFacts:
    """What a report of raw data says that the verdicts do not hold.

    Attributes
    ----------
    source
        Source of the tables.
    as_of
        Day that the window is known by.
    made_at
        When the report was made, in words.
    git_commit
        Commit of the code that did.
    links
        Addresses by their words.
    """

    source: str
    as_of: date
    made_at: str
    git_commit: str
    links: Mapping[str, str] = field(default_factory=dict)


def quality_page(tables: Sequence[RawTable], facts: QualityFacts) -> Report:
    """Return the report of a source.

    Parameters
    ----------
    tables
        At least one.
    facts
        What stands beside them.

    Raises
    ------
    ValueError
        If there is no table, or a link of the facts is neither relative nor of the web.
    """
    if not tables:
        raise ValueError(f"a report of {facts.source} needs at least one table; give the tables that were judged")
    parts = {
        each.name: parts_of(each.reference, each.current, each.verdict, each.verdict.columns, open_charts=0)
        for each in tables
    }
    sections = {
        name: each for number, part in enumerate(parts.values()) for name, each in part.sections(f"{number}-").items()
    }
    record, script = _record(facts, parts), shared_script()
    page = rendered(
        "quality.html",
        title=f"{facts.source}: raw data",
        record=record,
        facts=facts,
        tone=VERDICT_TONES[record.verdict],
        verdict_words=VERDICT_WORDS[record.verdict],
        tables=parts,
        script=script,
        data=embedded(sections),
    )
    return Report(page, record.text, script)


def _record(facts: QualityFacts, tables: Mapping[str, Parts]) -> QualityRecord:
    verdicts = {name: each.verdict for name, each in tables.items()}
    gravest = max((each.verdict for each in verdicts.values()), key=GRAVITY.index)
    return QualityRecord(
        kind=ReportKind.QUALITY,
        subject=facts.source,
        as_of=facts.as_of,
        first=min(each.current_first for each in verdicts.values()),
        last=max(each.current_last for each in verdicts.values()),
        verdict=gravest,
        words=" ".join(f"{name}: {each.words}" for name, each in verdicts.items() if each.verdict is gravest),
        made_at=facts.made_at,
        git_commit=facts.git_commit,
        tables=verdicts,
        evidently={name: each.evidently for name, each in tables.items()},
    )
