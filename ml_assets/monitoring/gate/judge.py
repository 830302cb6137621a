"""The verdict on two windows, and on the answers of a third.

Belongs here: from measured columns to a verdict. Does not belong here: statistics of one column (``measured``), words
(``words``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.farthest import column_drift, unmeasured
from ml_assets.monitoring.gate.measured import blocks
from ml_assets.monitoring.gate.season import TRAINING_WINDOW, NamedReference
from ml_assets.monitoring.gate.spreads import Layout, layout, spreads
from ml_assets.monitoring.gate.words import answers_sentence, sentence, too_few, unmeasured_shocks
from ml_assets.monitoring.verdict import AnswersVerdict, ColumnDrift, DriftVerdict, Verdict, is_importance_known
from ml_assets.monitoring.window import Window


@dataclass(frozen=True, slots=True)
class _Side:
    """A window beside its reference, and the columns that are judged on it."""

    reference: NamedReference
    window: Window
    columns: tuple[MonitoredColumn, ...]

    def has_enough(self, config: DriftConfig) -> bool:
        return min(len(self.reference.window.frame), len(self.window.frame)) >= config.min_rows

    @property
    def judged(self) -> int:
        return sum(1 for column in self.columns if not column.excluded)


def judge(
    reference: Window,
    current: Window,
    columns: Sequence[MonitoredColumn],
    config: DriftConfig,
    reference_name: str = TRAINING_WINDOW,
    answered: Window | None = None,
    answered_reference: NamedReference | None = None,
) -> DriftVerdict:
    """Say which columns have drifted from the reference, and whether that matters.

    Features and predictions are judged on the current window, answers on the newest of which all are known. All that
    is judged shares the chance of a false alarm.

    Parameters
    ----------
    reference, current
        Rows of both windows.
    columns
        What is compared; those with a reason to be excluded are measured, but not judged.
    config
        Error rate, floors, least rows.
    reference_name
        What the reference is, in words.
    answered
        Rows whose answers are all known; ``current`` itself where they are. Without them no answer is judged. Its
        features, as far as it holds them, tell how much periods differ anyway.
    answered_reference
        What these are compared with, if not with ``reference``.

    Raises
    ------
    ValueError
        If a window lacks a column, or a numeric one holds other things than numbers.
    """
    named = NamedReference(reference, reference_name)
    now = _Side(named, current, tuple(column for column in columns if column.role is not Role.LABEL))
    labels = tuple(column for column in columns if column.role is Role.LABEL)
    then = None if answered is None or not labels else _Side(answered_reference or named, answered, labels)
    judged = sum(side.judged for side in (now, then) if side is not None and side.has_enough(config))
    alpha = config.alpha / max(judged, 1)
    current_verdict, of_current, words = _of_current(now, alpha, config)
    answers, of_answers = (None, {}) if then is None else _of_answers(then, now.columns, alpha, config)
    found = of_current | of_answers
    return DriftVerdict(
        verdict=Verdict.DRIFT if answers is not None and answers.verdict is Verdict.DRIFT else current_verdict,
        current_verdict=current_verdict,
        answers=answers,
        columns=tuple(found.get(column.name) or unmeasured(column) for column in columns),
        drifted_importance=_importance(list(of_current.values())),
        reference_rows=len(reference.frame),
        current_rows=len(current.frame),
        reference_entities=len(np.unique(reference.entity)),
        current_entities=len(np.unique(current.entity)),
        reference_first=reference.first,
        reference_last=reference.last,
        current_first=current.first,
        current_last=current.last,
        reference_name=reference_name,
        alpha=config.alpha,
        words=words if answers is None else f"{words} {answers.words}",
    )


def _of_current(side: _Side, alpha: float, config: DriftConfig) -> tuple[Verdict, dict[str, ColumnDrift], str]:
    """Return what is said of features and predictions."""
    if not side.has_enough(config):
        return Verdict.INSUFFICIENT, {}, _too_few(side, config)
    rows = layout(side.reference.window, side.window)
    found = _column_drifts(side, side.columns, rows, alpha, config)
    columns = list(found.values())
    verdict = _weighed(columns, config)
    words = sentence(verdict, columns, _importance(columns), side.reference.name)
    return verdict, found, _with_caveat(words, verdict, rows, config)


def _of_answers(
    side: _Side, others: Sequence[MonitoredColumn], alpha: float, config: DriftConfig
) -> tuple[AnswersVerdict, dict[str, ColumnDrift]]:
    """Return what is said of answers; other columns only help to tell how much periods differ."""
    reference, window = side.reference.window, side.window
    if side.has_enough(config):
        rows = layout(reference, window)
        held = [column for column in others if column.name in window.frame.columns]
        measured = _column_drifts(side, (*held, *side.columns), rows, alpha, config)
        found = {column.name: measured[column.name] for column in side.columns}
        verdict = Verdict.DRIFT if any(each.is_drifted for each in found.values()) else Verdict.STABLE
        words = answers_sentence(list(found.values()), window, side.reference.name)
        words = _with_caveat(words, verdict, rows, config)
    else:
        found, verdict, words = {}, Verdict.INSUFFICIENT, f"Answers are not judged: {_too_few(side, config)}"
    return AnswersVerdict(
        verdict=verdict,
        first=window.first,
        last=window.last,
        rows=len(window.frame),
        entities=len(np.unique(window.entity)),
        reference_name=side.reference.name,
        reference_first=reference.first,
        reference_last=reference.last,
        reference_rows=len(reference.frame),
        reference_entities=len(np.unique(reference.entity)),
        words=words,
    ), found


def _column_drifts(
    side: _Side, columns: Sequence[MonitoredColumn], rows: Layout, alpha: float, config: DriftConfig
) -> dict[str, ColumnDrift]:
    """Return what is said of each column by its name, if a false alarm in it may have so much of a chance."""
    reference, current = side.reference.window, side.window
    measured = [blocks(reference, current, column, config) for column in columns]
    is_judged = [not column.excluded for column in columns]
    wider = iter(
        spreads(
            [block for found in measured for block in found],
            [flag for flag, found in zip(is_judged, measured, strict=True) for _ in found],
            rows,
            config.min_stretches,
        )
    )
    drifts = (
        column_drift(reference, current, column, [(block, next(wider)) for block in found], alpha, config)
        for column, found in zip(columns, measured, strict=True)
    )
    return {each.name: each.model_copy(update={"window_last": current.last}) for each in drifts}


def _weighed(columns: Sequence[ColumnDrift], config: DriftConfig) -> Verdict:
    """Return whether what drifted matters; where no importance is known, everything does."""
    drifted = [column for column in columns if column.is_drifted]
    if not drifted:
        return Verdict.STABLE
    matters = _importance(drifted) >= config.min_importance or not is_importance_known(columns)
    if matters or any(column.role is not Role.FEATURE for column in drifted):
        return Verdict.DRIFT
    return Verdict.UNIMPORTANT


def _importance(columns: Sequence[ColumnDrift]) -> float:
    return sum(column.importance for column in columns if column.is_drifted and column.role is Role.FEATURE)


def _too_few(side: _Side, config: DriftConfig) -> str:
    reference = side.reference
    return too_few(len(reference.window.frame), len(side.window.frame), config.min_rows, reference.name)


def _with_caveat(words: str, verdict: Verdict, rows: Layout, config: DriftConfig) -> str:
    """Return the words of an alarm with what it cannot rule out."""
    if verdict is Verdict.STABLE or rows.stretch_count >= config.min_stretches:
        return words
    return f"{words} {unmeasured_shocks(rows.stretch_count, config.min_stretches)}"
