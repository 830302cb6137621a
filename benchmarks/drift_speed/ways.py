"""What is timed, and the rows that it is timed on.

Belongs here: windows and ways with their goals. Does not belong here: clocks, the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from benchmarks.drift_error_rates.columns import MIX
from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.window import Window

_COLUMNS = tuple(column.monitored(place) for place, column in enumerate(MIX))
_FIRST, _LAST = date(2017, 1, 1), date(2018, 1, 31)
_REFERENCE_MONTHS = 12
_GATE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Windows:
    """Two windows whose rows each have an entity of their own, and the same rows as a panel of entities and months."""

    independent: tuple[Window, Window]
    panel: tuple[Window, Window]


@dataclass(frozen=True, slots=True)
class Way:
    """What is timed.

    Attributes
    ----------
    name
        In words.
    run
        Does it once.
    goal_seconds
        How long it may take; None for what stands beside.
    """

    name: str
    run: Callable[[Windows], object]
    goal_seconds: float | None = None


def windows(rows: int, seed: int) -> Windows:
    """Draw two windows with so many rows each."""
    generator = np.random.default_rng(seed)
    frames = [_frame(generator, rows) for _ in range(2)]
    months = np.datetime64(_FIRST, "M") + np.sort(generator.integers(0, _REFERENCE_MONTHS, size=rows))
    days = months.astype("datetime64[D]"), np.full(rows, np.datetime64(_LAST, "M").astype("datetime64[D]"))
    own = np.arange(rows), rows + np.arange(rows)
    shared = generator.integers(0, rows, size=rows), generator.integers(0, rows, size=rows)
    return Windows(
        (_window(frames[0], own[0], days[0][:1].repeat(rows)), _window(frames[1], own[1], days[1])),
        (_window(frames[0], shared[0], days[0]), _window(frames[1], shared[1], days[1])),
    )


def gate_of_independent_rows(drawn: Windows) -> object:
    """Judge rows that have nothing to do with each other."""
    return judge(*drawn.independent, _COLUMNS, DriftConfig())


def gate_of_a_panel(drawn: Windows) -> object:
    """Judge rows of entities that come again, over twelve months."""
    return judge(*drawn.panel, _COLUMNS, DriftConfig())


def usual_tests(drawn: Windows) -> object:
    """Test each number by Kolmogorov and Smirnov, each category by chi-square."""
    reference, current = (window.frame for window in drawn.independent)
    return [
        stats.ks_2samp(reference[column.name].dropna(), current[column.name].dropna(), method="asymp").pvalue
        if column.kind is ColumnKind.NUMERIC
        else stats.chi2_contingency(
            pd.concat([each[column.name].value_counts() for each in (reference, current)], axis=1).fillna(0)
        ).pvalue
        for column in _COLUMNS
    ]


WAYS = (
    Way("the gate, independent rows", gate_of_independent_rows, _GATE_SECONDS),
    Way("the gate, entities over twelve months", gate_of_a_panel, _GATE_SECONDS),
    Way("Kolmogorov-Smirnov and chi-square of each column", usual_tests),
)


def _frame(generator: np.random.Generator, rows: int) -> pd.DataFrame:
    drawn = zip(_COLUMNS, MIX, strict=True)
    return pd.DataFrame({declared.name: column.values(generator, rows) for declared, column in drawn})


def _window(frame: pd.DataFrame, entity: npt.NDArray[np.int64], days: npt.NDArray[np.datetime64]) -> Window:
    return Window(frame, entity, days, _FIRST, _LAST)
