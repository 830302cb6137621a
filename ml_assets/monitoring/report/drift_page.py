"""The drift report of a model: the gate's verdict on top, Evidently's charts of the same figures below.

Belongs here: what stands on the page and in its JSON. Does not belong here: judging (``gate``), drawing
(``evidently_report``), writing files (``archive``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ml_assets.monitoring.report.parts import Parts, Report, parts_of
from ml_assets.monitoring.report.record import DriftRecord, ReportKind
from ml_assets.monitoring.report.scripts import shared_script
from ml_assets.monitoring.report.widgets import embedded
from ml_assets.monitoring.verdict import DriftVerdict
from ml_assets.monitoring.window import Window, WindowPair
from ml_assets.reports.page import rendered

# A page of thirty charts takes a phone a while: those of columns that did not drift are folded, but for so many.
OPEN_CHARTS = 3
# Of the names of the charts of answers.
ANSWERS_PREFIX = "answers-"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFacts:
    """What a drift report says that the verdict does not hold.

    Attributes
    ----------
    model
        Model that is watched.
    as_of
        Day that the window is known by.
    champion_version
        Version that serves; None if none does.
    made_at
        When the report was made, in words.
    git_commit
        Commit of the code that did.
    links
        Addresses by their words.
    """

    model: str
    as_of: date
    champion_version: str | None
    made_at: str
    git_commit: str
    links: Mapping[str, str] = field(default_factory=dict)


def drift_page(
    reference: Window,
    current: Window,
    verdict: DriftVerdict,
    facts: DriftFacts,
    answers: WindowPair | None = None,
) -> Report:
    """Return the report of a window; what follows from it is put in when it is decided (``decided``).

    Parameters
    ----------
    reference, current
        The windows whose features and predictions were judged.
    verdict
        What the gate found of them, and of answers.
    answers
        The windows whose answers were judged; None where none are known.
    facts
        What stands beside that.

    Raises
    ------
    ValueError
        If a link of the facts is neither relative nor of the web.
    """
    parts = parts_of(reference, current, verdict, verdict.of_current, open_charts=OPEN_CHARTS)
    of_answers = None
    if answers is not None and verdict.answers is not None:
        of_answers = parts_of(
            answers.reference, answers.current, verdict, verdict.of_answers, open_charts=len(verdict.of_answers)
        )
    sections = parts.sections("") | (of_answers.sections(ANSWERS_PREFIX) if of_answers else {})
    record = _record(facts, parts, of_answers)
    script = shared_script()
    page = rendered(
        "drift.html",
        title=f"{facts.model}: drift",
        record=record,
        facts=facts,
        decided=None,
        parts=parts,
        answers=of_answers,
        answers_prefix=ANSWERS_PREFIX,
        script=script,
        data=embedded(sections),
    )
    return Report(page, record.text, script)


def _record(facts: DriftFacts, parts: Parts, of_answers: Parts | None) -> DriftRecord:
    verdict = parts.verdict
    drawn = [parts] if of_answers is None else [parts, of_answers]
    return DriftRecord(
        kind=ReportKind.DRIFT,
        subject=facts.model,
        as_of=facts.as_of,
        first=verdict.current_first,
        last=verdict.current_last,
        verdict=verdict.verdict,
        words=verdict.words,
        champion_version=facts.champion_version,
        made_at=facts.made_at,
        git_commit=facts.git_commit,
        drift=verdict,
        evidently={name: said for each in drawn for name, said in each.evidently.items()},
        not_drawn={name: why for each in drawn for name, why in each.not_drawn.items()},
    )
