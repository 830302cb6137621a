"""Values of two windows for tests, and what the gate says of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.monitoring.columns import MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict
from ml_assets.monitoring.window import Window
from tests.unit.monitoring.gate.windows import window

CONFIG = DriftConfig()
N, M = 4_000, 1_000
GENERATOR = np.random.default_rng(7)
NORMAL = GENERATOR.normal(size=N + M)
SKEWED = np.exp(GENERATOR.normal(size=N + M))
STATE = GENERATOR.choice(["SP", "RJ", "MG"], size=N + M, p=[0.5, 0.3, 0.2])


def split(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[:N], values[N:]


def judged(reference: npt.ArrayLike, current: npt.ArrayLike, column: MonitoredColumn) -> ColumnDrift:
    """Return what is said of one column, between two windows of its values."""
    verdict = judge(window({column.name: reference}), window({column.name: current}), [column], CONFIG)
    return verdict.columns[0]


def whole(frame: pd.DataFrame) -> Window:
    return window({str(name): frame[name].to_numpy() for name in frame.columns})


def both(**columns: tuple[np.ndarray, np.ndarray]) -> tuple[Window, Window]:
    return window({k: v[0] for k, v in columns.items()}), window({k: v[1] for k, v in columns.items()})


def verdict_of(columns: list[MonitoredColumn], **values: tuple[np.ndarray, np.ndarray]) -> DriftVerdict:
    return judge(*both(**values), columns, CONFIG)
