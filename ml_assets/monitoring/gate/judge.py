"""The verdict on two windows.

Belongs here: from measured columns to a verdict. Does not belong here: statistics of one column (``measured``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.farthest import column_drift, unmeasured
from ml_assets.monitoring.gate.measured import blocks
from ml_assets.monitoring.gate.spreads import Layout, layout, spreads
from ml_assets.monitoring.gate.words import sentence, too_few, unmeasured_shocks
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict, Verdict, is_importance_known
from ml_assets.monitoring.window import Window

TRAINING_WINDOW = "the champion's training window"


def judge(
    reference: Window,
    current: Window,
    columns: Sequence[MonitoredColumn],
    config: DriftConfig,
    reference_name: str = TRAINING_WINDOW,
) -> DriftVerdict:
    """Say which columns of the current window have drifted from the reference, and whether that matters.

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

    Raises
    ------
    ValueError
        If a window lacks a column, or a numeric one holds other things than numbers.
    """
    if min(len(reference.frame), len(current.frame)) < config.min_rows:
        unseen = [unmeasured(column) for column in columns]
        words = too_few(len(reference.frame), len(current.frame), config.min_rows, reference_name)
        return _verdict(Verdict.INSUFFICIENT, unseen, words, reference, current, config, reference_name)
    rows = layout(reference, current)
    found = _column_drifts(reference, current, columns, rows, config)
    verdict = _weighed(found, config)
    words = sentence(verdict, found, _importance(found), reference_name)
    if verdict is not Verdict.STABLE and rows.stretch_count < config.min_stretches:
        words = f"{words} {unmeasured_shocks(rows.stretch_count, config.min_stretches)}"
    return _verdict(verdict, found, words, reference, current, config, reference_name)


def _column_drifts(
    reference: Window, current: Window, columns: Sequence[MonitoredColumn], rows: Layout, config: DriftConfig
) -> list[ColumnDrift]:
    """Return what is said of each column; those that are judged share the chance of a false alarm alike."""
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
    alpha = config.alpha / max(sum(is_judged), 1)
    return [
        column_drift(reference, current, column, [(block, next(wider)) for block in found], alpha, config)
        for column, found in zip(columns, measured, strict=True)
    ]


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


def _verdict(
    verdict: Verdict,
    columns: Sequence[ColumnDrift],
    words: str,
    reference: Window,
    current: Window,
    config: DriftConfig,
    reference_name: str,
) -> DriftVerdict:
    return DriftVerdict(
        verdict=verdict,
        columns=tuple(columns),
        drifted_importance=_importance(columns),
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
        words=words,
    )
