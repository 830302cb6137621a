"""Draws of counts, judged by the gate's own statistics and the usual tests: a million rows cost no more than a few.

Belongs here: draws and alarms from counts. Does not belong here: draws of rows (``frames``), rows that hang together
(``panels``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from benchmarks.drift_error_rates.columns import MIX, DrawnColumn, Law
from benchmarks.drift_error_rates.rates import Rate
from benchmarks.drift_error_rates.usual import by_p_value, by_stability_index
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Counted, counted
from ml_assets.monitoring.gate.thresholds import thresholds

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# So many draws are measured at once: what they hold in memory stays below some hundred megabytes.
_AT_ONCE = 2_000
# Parts of each cell in which the usual tests look.
_FINENESS = 16


class Way(StrEnum):
    """Who judges."""

    GATE = "the gate"
    P_VALUE = "KS or chi-square, p < 0.05"
    STABILITY_INDEX = "PSI ≥ 0.1"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is drawn.

    Attributes
    ----------
    reference_rows, current_rows
        Rows of the windows.
    draws
        Draws for the gate.
    """

    reference_rows: int
    current_rows: int
    draws: int


def family_rates(ways: Sequence[Way], sizes: Sizes, shift: float, seed: int) -> dict[Way, Rate]:
    """Return how often each way calls any column of the mix drifted, each of them shifted alike, on the same draws."""
    is_alarm = {way: np.zeros(sizes.draws, dtype=np.bool_) for way in ways}
    for place, column in enumerate(MIX):
        for way, found in alarms(ways, column, sizes, shift, seed + place).items():
            is_alarm[way] |= found
    return {way: Rate(int(each.sum()), sizes.draws) for way, each in is_alarm.items()}


def detection_rates(ways: Sequence[Way], column: DrawnColumn, sizes: Sizes, shift: float, seed: int) -> dict[Way, Rate]:
    """Return how often each way, judging as many columns as the mix has, names one that is shifted."""
    found = alarms(ways, column, sizes, shift, seed)
    return {way: Rate(int(each.sum()), sizes.draws) for way, each in found.items()}


def alarms(ways: Sequence[Way], column: DrawnColumn, sizes: Sizes, shift: float, seed: int) -> dict[Way, BoolArray]:
    """Return in which draws each way calls a column, one of as many as the mix has, drifted; shape (draws,) each."""
    generator = np.random.default_rng(seed)
    fineness = 1 if set(ways) == {Way.GATE} else _FINENESS
    before, after = (column.probabilities(each, fineness) for each in (0.0, shift))
    parts: dict[Way, list[BoolArray]] = {way: [] for way in ways}
    for draws in _chunks(sizes.draws, _AT_ONCE // fineness):
        reference = generator.multinomial(sizes.reference_rows, before, size=draws).astype(np.float64)
        current = generator.multinomial(sizes.current_rows, after, size=draws).astype(np.float64)
        for way in ways:
            parts[way].append(_judged(way, column, reference, current, fineness))
    return {way: np.concatenate(found) for way, found in parts.items()}


def _judged(way: Way, column: DrawnColumn, reference: FloatArray, current: FloatArray, fineness: int) -> BoolArray:
    if way is Way.GATE:
        counts = column.coarse(reference, fineness), column.coarse(current, fineness)
        return is_drifted(_counted(column, *counts), DriftConfig(), len(MIX))
    judge = by_p_value if way is Way.P_VALUE else by_stability_index
    return judge(column.known(reference), column.known(current), column.kind)


def is_drifted(found: Counted, config: DriftConfig, columns: int) -> BoolArray:
    """Return which draws of a column, one of so many, are called drifted; shape (draws,)."""
    parts = [each for each in (found.known, found.missing) if each is not None]
    alpha = config.alpha / columns
    beyond = [
        (np.abs(each.components.effect) >= thresholds(each.components, alpha * each.weight, config)).any(axis=-1)
        for each in parts
    ]
    is_beyond: BoolArray = np.logical_or.reduce(beyond, axis=0)
    return is_beyond


def _counted(column: DrawnColumn, reference: FloatArray, current: FloatArray) -> Counted:
    if column.law is not Law.MISSING:
        return counted(reference, current, column.kind, None)
    gaps = reference[..., -1], current[..., -1]
    return counted(column.known(reference), column.known(current), column.kind, gaps)


def _chunks(draws: int, at_once: int) -> list[int]:
    whole, rest = divmod(draws, at_once)
    return [*[at_once] * whole, *([rest] if rest else [])]
