"""Windows of the watched models as they would have been compared, without a version of any model.

Belongs here: which windows make the reference at a cut-off, which follow, and their columns. Does not belong here:
worlds, verdicts.

No model is fitted: what is compared are features and known answers. Predictions follow from features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml_assets.classification.monitored import MonitoredQuestion
from ml_assets.cltv.monitored import MonitoredValue
from ml_assets.family.family import Family
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.described import features, raw_columns
from ml_assets.monitoring.rows import limited
from ml_assets.monitoring.window import Window
from ml_assets.segmentation.monitored import MonitoredSegmentation
from ml_assets.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Watched:
    """Windows of one model in one world.

    Attributes
    ----------
    model
        Its name.
    reference
        All windows that end by the cut-off, one after the other, and of them as many rows as a version keeps.
    following
        Those that end later, the oldest first.
    columns
        What is compared of them.
    """

    model: str
    reference: Window
    following: tuple[Window, ...]
    columns: tuple[MonitoredColumn, ...]


def watched(family: Family, warehouse: Warehouse, cut_off: date, until: date | None = None) -> Watched | None:
    """Return the windows of a model before and after a cut-off; None if either is missing.

    Parameters
    ----------
    family
        The model.
    warehouse
        Where its rows are.
    cut_off
        Last day of the reference.
    until
        Last day of the windows that follow; None for all.
    """
    monitored = family.monitored
    ends = [last for last in monitored.window_ends(warehouse) if until is None or last <= until]
    windows = [monitored.window(warehouse, last) for last in ends]
    found = [window for window in windows if window is not None]
    before = [window for window in found if window.last <= cut_off]
    after = tuple(window for window in found if window.last > cut_off)
    if not before or not after:
        return None
    # Segments are fitted to one snapshot, the newest.
    learned = before[-1] if isinstance(monitored, MonitoredSegmentation) else joined(before)
    reference = limited(learned)
    return Watched(family.name, reference, after, compared_columns(family, reference.frame))


def joined(windows: Sequence[Window]) -> Window:
    """Return the rows of windows one after the other, with the columns that all of them have.

    Raises
    ------
    ValueError
        If there is no window.
    """
    if not windows:
        raise ValueError("there is no window to join; ask for a later cut-off")
    common = [name for name in windows[0].frame.columns if all(name in window.frame.columns for window in windows)]
    return Window(
        frame=pd.concat([window.frame[common] for window in windows], ignore_index=True),
        entity=np.concatenate([window.entity for window in windows]),
        period=np.concatenate([window.period for window in windows]),
        first=min(window.first for window in windows),
        last=max(window.last for window in windows),
    )


def compared_columns(family: Family, frame: pd.DataFrame) -> tuple[MonitoredColumn, ...]:
    """Return what is declared of the columns of a frame; no importance, for no version says any.

    Parameters
    ----------
    family
        The model.
    frame
        Its rows: features, and answers as far as they are known.
    """
    monitored = family.monitored
    if isinstance(monitored, MonitoredQuestion):
        table, clocks, label = monitored.question.table, monitored.question.clocks, monitored.question.label
    elif isinstance(monitored, MonitoredValue):
        table, clocks, label = monitored.question.table, monitored.question.clocks, monitored.question.value_column
    elif isinstance(monitored, MonitoredSegmentation):
        table, clocks, label = monitored.question.table, monitored.question.clocks, ""
    else:
        return monitored.columns(None)
    names = [str(name) for name in frame.columns if name != label]
    texts = [name for name in names if not pd.api.types.is_numeric_dtype(frame[name])]
    found = features(table, names, texts, {}, clocks)
    if label not in frame.columns:
        return found
    answer = MonitoredColumn(label, ColumnKind.NUMERIC, Role.LABEL, raw_columns=raw_columns(table, label))
    return (*found, answer)
