"""Draws of rows, judged by the gate and beside it by Evidently with its defaults.

Belongs here: draws of frames, alarms of each way. Does not belong here: the gate's own statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.drift_error_rates.columns import MIX
from benchmarks.drift_error_rates.rates import Rate
from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.window import Window

_DAY = date(2018, 1, 1)
COLUMNS = tuple(column.monitored(place) for place, column in enumerate(MIX))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two windows of independent rows with the columns of the mix."""

    reference: Window
    current: Window


Way = Callable[[Pair], frozenset[str]]
"""Names of the columns that a way calls drifted."""


def pair(generator: np.random.Generator, reference_rows: int, current_rows: int, shifts: Mapping[int, float]) -> Pair:
    """Draw two windows; the columns in these places of the mix are shifted by so many standard deviations."""
    reference = _drawn(generator, reference_rows, {})
    current = _drawn(generator, current_rows, shifts)
    return Pair(_window(reference, 0), _window(current, reference_rows))


def by_gate(pair: Pair) -> frozenset[str]:
    """Ask the platform's gate."""
    verdict = judge(pair.reference, pair.current, COLUMNS, DriftConfig())
    return frozenset(column.name for column in verdict.drifted)


def by_evidently(pair: Pair) -> frozenset[str]:
    """Ask Evidently's preset with its defaults."""
    # The library takes seconds to import.
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift

    definition = DataDefinition(
        numerical_columns=[column.name for column in COLUMNS if column.kind is ColumnKind.NUMERIC],
        categorical_columns=[column.name for column in COLUMNS if column.kind is ColumnKind.CATEGORICAL],
    )
    current, reference = (
        Dataset.from_pandas(window.frame, data_definition=definition) for window in (pair.current, pair.reference)
    )
    report = Report([ValueDrift(column=column.name) for column in COLUMNS], include_tests=True)
    tests = report.run(current, reference).dict()["tests"]
    return frozenset(column.name for column, test in zip(COLUMNS, tests, strict=True) if test["status"] == "FAIL")


def family_rates(
    ways: Mapping[str, Way], reference_rows: int, current_rows: int, repetitions: int, seed: int
) -> dict[str, Rate]:
    """Return how often each way calls any column drifted where none is, on the same draws."""
    generator = np.random.default_rng(seed)
    hits = dict.fromkeys(ways, 0)
    for _ in range(repetitions):
        drawn = pair(generator, reference_rows, current_rows, {})
        for name, way in ways.items():
            hits[name] += bool(way(drawn))
    return {name: Rate(count, repetitions) for name, count in hits.items()}


def detection_rates(
    ways: Mapping[str, Way],
    places: Sequence[int],
    reference_rows: int,
    current_rows: int,
    shift: float,
    repetitions: int,
    seed: int,
) -> dict[tuple[str, int], Rate]:
    """Return how often each way names the columns in these places, all of them shifted, on the same draws."""
    generator = np.random.default_rng(seed)
    hits = {(name, place): 0 for name in ways for place in places}
    for _ in range(repetitions):
        drawn = pair(generator, reference_rows, current_rows, dict.fromkeys(places, shift))
        for name, way in ways.items():
            found = way(drawn)
            for place in places:
                hits[name, place] += COLUMNS[place].name in found
    return {key: Rate(count, repetitions) for key, count in hits.items()}


def _drawn(generator: np.random.Generator, rows: int, shifts: Mapping[int, float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            COLUMNS[place].name: column.values(generator, rows, shifts.get(place, 0.0))
            for place, column in enumerate(MIX)
        }
    )


def _window(frame: pd.DataFrame, first_entity: int) -> Window:
    rows = len(frame)
    return Window(frame, first_entity + np.arange(rows), np.full(rows, np.datetime64(_DAY, "D")), _DAY, _DAY)
