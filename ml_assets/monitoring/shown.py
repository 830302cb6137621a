"""What the assets of monitoring show of themselves in the UI.

Belongs here: comparisons, past scores and decisions as Dagster's metadata, and what their checks say. Does not belong
here: pages (``report``), the metadata that a sensor reads (``decision.announcement``).
"""

from __future__ import annotations

import dagster as dg

from ml_assets.family.records import Check, Judgement, Metadata
from ml_assets.files import ModelFiles
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.comparison import Compared, NotCompared
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.monitoring.verdict import DriftVerdict, Verdict

NO_DRIFT = Check("no_drift", "The newest window is like the rows that were learned from.", is_blocking=False)
AS_PROMISED = Check("performs_as_promised", "Past scores did what the test window promised.", is_blocking=False)


def drift_metadata(found: Compared | NotCompared, files: ModelFiles) -> Metadata:
    """Return verdict, windows, drifted columns and where the report is; only why, where nothing was compared."""
    if isinstance(found, NotCompared):
        return {"verdict": found.verdict.value, "words": found.words}
    verdict = found.verdict
    page = files.drift_report(found.champion.name, found.current.last)
    return {
        **verdict_metadata(verdict),
        "report": dg.MetadataValue.url(files.url(page)),
        "report id": found.report_id,
        "champion": found.champion.number,
    }


def verdict_metadata(verdict: DriftVerdict) -> Metadata:
    """Return what the gate found."""
    answers = verdict.answers
    return {
        "verdict": verdict.verdict.value,
        "words": verdict.words,
        "drifted columns": dg.MetadataValue.json([column.name for column in verdict.drifted]),
        "share of importance": verdict.drifted_importance,
        "window": f"{verdict.current_first} to {verdict.current_last}, {verdict.current_rows:,} rows",
        "reference": f"{verdict.reference_name}: {verdict.reference_first} to {verdict.reference_last}, "
        f"{verdict.reference_rows:,} rows",
        "answers": "not known"
        if answers is None
        else f"{answers.verdict.value}: {answers.first} to {answers.last}, {answers.rows:,} rows",
    }


def judged_drift(found: Compared | NotCompared) -> Judgement:
    """Judge a window: it passes unless it has drifted in what matters."""
    if isinstance(found, NotCompared):
        return Judgement(True, found.words)
    return Judgement(found.verdict.verdict is not Verdict.DRIFT, found.verdict.words)


def performance_metadata(found: PerformanceVerdict) -> Metadata:
    """Return verdict, rows and skill, realised and promised."""
    return {
        "verdict": found.verdict.value,
        "words": found.words,
        "rows": found.rows,
        **{
            name: dg.MetadataValue.text(in_words(each))
            for name, each in (
                ("skill realised", found.skill),
                ("skill promised", found.promised),
                ("change", found.change),
            )
        },
    }


def judged_performance(found: PerformanceVerdict) -> Judgement:
    """Judge past scores: they pass unless they have decayed."""
    return Judgement(found.verdict is not RealisedVerdict.DECAY, found.words)


def in_words(figure: Estimate) -> str:
    """Return a figure with its interval, as far as it is known."""
    if figure.value is None:
        return "not known"
    interval = "" if figure.low is None or figure.high is None else f" ({figure.low:+.4f} to {figure.high:+.4f})"
    return f"{figure.value:+.4f}{interval}"
