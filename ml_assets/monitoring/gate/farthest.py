"""The part of a column that moved farthest in proportion to its threshold: what is said of the column.

Belongs here: from a column's blocks to what was found of it. Does not belong here: the blocks (``measured``), the
verdict over all columns (``judge``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml_assets.monitoring.columns import MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Block
from ml_assets.monitoring.gate.spreads import Widened
from ml_assets.monitoring.gate.thresholds import thresholds
from ml_assets.monitoring.gate.words import described, share_of, upper_of_two
from ml_assets.monitoring.verdict import ColumnDrift
from ml_assets.monitoring.window import Window


@dataclass(frozen=True, slots=True)
class _Farthest:
    """One component of one block, with its threshold."""

    block: Block
    place: int
    effect: float
    threshold: float

    @property
    def ratio(self) -> float:
        return abs(self.effect) / self.threshold


def column_drift(
    reference: Window,
    current: Window,
    column: MonitoredColumn,
    measured: Sequence[tuple[Block, Widened]],
    alpha: float,
    config: DriftConfig,
) -> ColumnDrift:
    """Return what is said of a column.

    Parameters
    ----------
    reference, current
        Both windows.
    column
        Which column.
    measured
        Its blocks, each with what widens its effects.
    alpha
        Chance of a false alarm in this column.
    config
        Floors.
    """
    found = [each for block, wider in measured for each in _components(block, wider, alpha, config)]
    if not found:
        return unmeasured(column)
    farthest = max(found, key=lambda each: each.ratio)
    block, part, rows = farthest.block, farthest.block.parts[farthest.place], len(reference.frame)
    shares = share_of(block, farthest.place, slice(None, rows)), share_of(block, farthest.place, slice(rows, None))
    values = reference.frame[column.name], current.frame[column.name]
    upper = upper_of_two(*values, part)
    return unmeasured(column).model_copy(
        update={
            "effect": farthest.effect,
            "threshold": farthest.threshold,
            "is_drifted": farthest.ratio >= 1.0 and not column.excluded,
            "part": part,
            "reference": described(values[0], part, shares[0], upper),
            "current": described(values[1], part, shares[1], upper),
        }
    )


def unmeasured(column: MonitoredColumn) -> ColumnDrift:
    """Return what is said of a column that has nothing to compare."""
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


def _components(block: Block, wider: Widened, alpha: float, config: DriftConfig) -> list[_Farthest]:
    limits = thresholds(block.components, alpha * block.weight, config, wider.entities, wider.shocks)
    effects = block.components.effect
    return [_Farthest(block, int(i), float(effects[i]), float(limits[i])) for i in np.flatnonzero(np.isfinite(limits))]
