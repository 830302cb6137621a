"""The verdict on two windows.

Belongs here: from measured columns to a verdict. Does not belong here: statistics of one column (``measured``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Block, blocks
from ml_assets.monitoring.gate.thresholds import thresholds
from ml_assets.monitoring.gate.words import described, sentence, share_of
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict, Verdict
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
        found = [_unmeasured(column) for column in columns]
        return _verdict(Verdict.INSUFFICIENT, found, reference, current, config, reference_name)
    judged = sum(1 for column in columns if not column.excluded)
    found = [_drift(reference, current, column, config.alpha / max(judged, 1), config) for column in columns]
    return _verdict(_weighed(found, config), found, reference, current, config, reference_name)


def _weighed(columns: Sequence[ColumnDrift], config: DriftConfig) -> Verdict:
    """Return whether what drifted matters; where no importance is known, everything does."""
    drifted = [column for column in columns if column.is_drifted]
    if not drifted:
        return Verdict.STABLE
    is_known = any(column.importance > 0.0 for column in columns if column.role is Role.FEATURE)
    matters = _importance(drifted) >= config.min_importance or not is_known
    if matters or any(column.role is not Role.FEATURE for column in drifted):
        return Verdict.DRIFT
    return Verdict.UNIMPORTANT


def _importance(columns: Sequence[ColumnDrift]) -> float:
    return sum(column.importance for column in columns if column.is_drifted and column.role is Role.FEATURE)


def _drift(
    reference: Window, current: Window, column: MonitoredColumn, alpha: float, config: DriftConfig
) -> ColumnDrift:
    """Return the part of a column that moved farthest in proportion to its threshold."""
    farthest: tuple[float, Block, int, float] | None = None
    for block in blocks(reference, current, column, config):
        limits = thresholds(block.components, alpha * block.weight, config)
        ratios = np.abs(block.components.effect) / limits
        place = int(np.argmax(ratios))
        if np.isfinite(limits[place]) and (farthest is None or ratios[place] > farthest[0]):
            farthest = (float(ratios[place]), block, place, float(limits[place]))
    if farthest is None:
        return _unmeasured(column)
    ratio, block, place, limit = farthest
    part, rows = block.parts[place], len(reference.frame)
    return _unmeasured(column).model_copy(
        update={
            "effect": float(block.components.effect[place]),
            "threshold": limit,
            "is_drifted": ratio >= 1.0 and not column.excluded,
            "part": part,
            "reference": described(reference.frame[column.name], part, share_of(block, place, slice(None, rows))),
            "current": described(current.frame[column.name], part, share_of(block, place, slice(rows, None))),
        }
    )


def _unmeasured(column: MonitoredColumn) -> ColumnDrift:
    return ColumnDrift(
        name=column.name,
        kind=column.kind,
        role=column.role,
        effect=None,
        threshold=None,
        is_drifted=False,
        part="",
        reference="",
        current="",
        importance=column.importance,
        excluded=column.excluded,
        raw_columns=column.raw_columns,
    )


def _verdict(
    verdict: Verdict,
    columns: Sequence[ColumnDrift],
    reference: Window,
    current: Window,
    config: DriftConfig,
    reference_name: str,
) -> DriftVerdict:
    rows = len(reference.frame), len(current.frame)
    importance = _importance(columns)
    words = (
        f"{rows[0]:,} rows of {reference_name} and {rows[1]:,} of the current window are too few: "
        f"each needs {config.min_rows:,}."
        if verdict is Verdict.INSUFFICIENT
        else sentence(verdict, columns, importance, reference_name)
    )
    return DriftVerdict(
        verdict=verdict,
        columns=tuple(columns),
        drifted_importance=importance,
        reference_rows=rows[0],
        current_rows=rows[1],
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
