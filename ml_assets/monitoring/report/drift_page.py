"""The drift report of a model: the gate's verdict on top, Evidently's charts of the same figures below.

Belongs here: what stands on the page and in its JSON. Does not belong here: judging (``gate``), drawing
(``evidently_report``), writing files (``files``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ml_assets.monitoring.report.charts import readable, without_score
from ml_assets.monitoring.report.drawn_rows import DRAWN_ROWS, all_rows, chart_rows
from ml_assets.monitoring.report.evidently_report import DrawnDrift, drift_report, unjudged_report
from ml_assets.monitoring.report.record import DriftRecord, RealisedFigures, ReportKind
from ml_assets.monitoring.report.scripts import SharedScript, shared_script
from ml_assets.monitoring.report.summary import summaries
from ml_assets.monitoring.report.widgets import embedded
from ml_assets.monitoring.report.wording import VERDICT_TONES, VERDICT_WORDS
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict
from ml_assets.monitoring.window import Window
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import FactsTable

# Charts that are open at once, whatever drifted: a page of thirty takes a phone a while.
OPEN_CHARTS = 3
_UNSEEN = "has no value in one of the windows"
_UNJUDGED = "was not judged"


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
    decision
        What follows, in words; empty before that is decided.
    performance
        Realised performance of past scores; None while no answer is known.
    links
        Addresses by their words.
    """

    model: str
    as_of: date
    champion_version: str | None
    made_at: str
    git_commit: str
    decision: str = ""
    performance: FactsTable | None = None
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is to be written.

    Attributes
    ----------
    page, data
        Texts of the HTML file and the JSON file.
    script
        Script that the page asks for, in ``SCRIPTS`` beside the folder of the page.
    """

    page: str
    data: str
    script: SharedScript


def drift_page(reference: Window, current: Window, verdict: DriftVerdict, facts: DriftFacts) -> Report:
    """Return the report of a window.

    Parameters
    ----------
    reference, current
        The windows that were judged.
    verdict
        What the gate found of them.
    facts
        What stands beside that.
    """
    rows = all_rows(reference, current, {each.name: each.kind for each in verdict.columns})
    drawn = chart_rows(rows)
    not_drawn = _not_drawn(verdict.columns, drawn.empty)
    judged = in_order(each for each in verdict.columns if each.name not in not_drawn and not each.excluded)
    opened = judged[: max(OPEN_CHARTS, len(verdict.drifted))]
    others = judged[len(opened) :]
    excluded = in_order(each for each in verdict.columns if each.excluded and each.name in drawn.visible)
    periods = rows.current.index.nunique()
    first, rest = (drift_report(drawn, columns) for columns in (opened, others))
    unjudged = without_score(unjudged_report(drawn, excluded), [each.excluded for each in excluded])
    live = {"first": first.widgets, "others": rest.widgets, "unjudged": unjudged}
    script = shared_script()
    record = _record(facts, verdict, {**first.columns, **rest.columns}, not_drawn)
    page = rendered(
        "drift.html",
        title=f"{facts.model}: drift",
        record=record,
        facts=facts,
        verdict=verdict,
        tone=VERDICT_TONES[verdict.verdict],
        verdict_words=VERDICT_WORDS[verdict.verdict],
        columns=in_order(verdict.columns),
        summaries=summaries(rows),
        opened=opened,
        others=others,
        unjudged=excluded,
        drawn_rows=DRAWN_ROWS,
        script=script,
        data=embedded({name: readable(widgets, periods) for name, widgets in live.items()}),
    )
    return Report(page, f"{record.model_dump_json(indent=1)}\n", script)


def in_order(columns: Iterable[ColumnDrift]) -> list[ColumnDrift]:
    """Return drifted columns first, then those that are judged, then the others; within that by importance and name."""
    return sorted(columns, key=lambda each: (not each.is_drifted, bool(each.excluded), -each.importance, each.name))


def _not_drawn(columns: Sequence[ColumnDrift], empty: frozenset[str]) -> dict[str, str]:
    """Return why columns that are not excluded have no chart."""
    judged = [each for each in columns if not each.excluded]
    unseen = {each.name: _UNSEEN for each in judged if each.name in empty}
    unjudged = {each.name: _UNJUDGED for each in judged if each.effect is None or each.threshold is None}
    return {**unjudged, **unseen}


def _record(
    facts: DriftFacts, verdict: DriftVerdict, evidently: Mapping[str, DrawnDrift], not_drawn: Mapping[str, str]
) -> DriftRecord:
    figures = facts.performance
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
        decision=facts.decision,
        drift=verdict,
        evidently=evidently,
        not_drawn=not_drawn,
        performance=None if figures is None else RealisedFigures(header=figures.header, rows=figures.rows),
    )
