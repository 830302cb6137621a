"""Draws of counts, judged by the gate's own statistics: a million rows cost as much as five hundred.

Belongs here: draws and alarms from counts. Does not belong here: draws of rows (``frames``), rows that hang together
(``panels``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.drift_error_rates.columns import MIX, DrawnColumn, Law
from benchmarks.drift_error_rates.rates import Rate
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Counted, counted
from ml_assets.monitoring.gate.thresholds import thresholds

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# So many draws are measured at once: what they hold in memory stays below some hundred megabytes.
_AT_ONCE = 2_000


def family_alarms(reference_rows: int, current_rows: int, shift: float, draws: int, seed: int) -> Rate:
    """Return how often a verdict on all columns of the mix alarms, each of them shifted alike."""
    is_alarm = np.zeros(draws, dtype=np.bool_)
    for place, column in enumerate(MIX):
        is_alarm |= alarms(column, reference_rows, current_rows, shift, draws, seed + place)
    return Rate(int(is_alarm.sum()), draws)


def detections(
    column: DrawnColumn, reference_rows: int, current_rows: int, shift: float, draws: int, seed: int
) -> Rate:
    """Return how often a verdict on as many columns names one that is shifted."""
    return Rate(int(alarms(column, reference_rows, current_rows, shift, draws, seed).sum()), draws)


def alarms(
    column: DrawnColumn, reference_rows: int, current_rows: int, shift: float, draws: int, seed: int
) -> BoolArray:
    """Return in which draws a column, one of as many as the mix has, is called drifted; shape (draws,)."""
    generator = np.random.default_rng(seed)
    parts: list[BoolArray] = []
    for size in _sizes(draws):
        reference = generator.multinomial(reference_rows, column.probabilities(), size=size).astype(np.float64)
        current = generator.multinomial(current_rows, column.probabilities(shift), size=size).astype(np.float64)
        parts.append(is_drifted(_counted(column, reference, current), DriftConfig(), len(MIX)))
    return np.concatenate(parts)


def is_drifted(found: Counted, config: DriftConfig, columns: int) -> BoolArray:
    """Return which draws of a column, one of so many, are called drifted; shape (draws,)."""
    parts = [each for each in (found.known, found.missing) if each is not None]
    alpha = config.alpha / columns
    beyond = [
        (np.abs(each.components.effect) >= thresholds(each.components, alpha * each.weight, config)).any(axis=-1)
        for each in parts
    ]
    is_beyond: BoolArray = np.stack(beyond).any(axis=0)
    return is_beyond


def _counted(column: DrawnColumn, reference: FloatArray, current: FloatArray) -> Counted:
    if column.law is not Law.MISSING:
        return counted(reference, current, column.kind, None)
    gaps = reference[..., -1], current[..., -1]
    return counted(reference[..., :-1], current[..., :-1], column.kind, gaps)


def _sizes(draws: int) -> Sequence[int]:
    whole, rest = divmod(draws, _AT_ONCE)
    return [*[_AT_ONCE] * whole, *([rest] if rest else [])]
