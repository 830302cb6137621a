"""The groupings that need no model, and that one has to beat.

Belongs here: groups by counting alone. Does not belong here: how well they tell spend apart (``separation``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.quintiles import QUINTILES
from ml_assets.segmentation.space import mid_ranks, numbers

Labels = npt.NDArray[np.int64]

RFM_GRID = "rfm_quintile_grid"
CAME_BACK = "came_back_by_recency_half"


def rfm_grid(frame: pd.DataFrame, question: SegmentationQuestion) -> Labels:
    """Return the cell of the classic grid: quintiles of recency, frequency and value, at most 125 cells.

    Equal values are never divided, so that frequency has as many classes as its ties leave.
    """
    quintiles = [_part(mid_ranks(numbers(frame, column)), QUINTILES) for column in question.profile_columns]
    return _numbered(np.column_stack(quintiles))


def came_back_by_recency_half(frame: pd.DataFrame, question: SegmentationQuestion) -> Labels:
    """Return one of four groups: whether a customer came back, and whether the last order is rather new or old."""
    recency, orders, _ = question.profile_columns
    halves = _part(mid_ranks(numbers(frame, recency)), 2)
    return _numbered(np.column_stack([numbers(frame, orders) > 1, halves]))


RULES: Mapping[str, Callable[[pd.DataFrame, SegmentationQuestion], Labels]] = {
    RFM_GRID: rfm_grid,
    CAME_BACK: came_back_by_recency_half,
}


def _part(ranks: npt.NDArray[np.float64], parts: int) -> Labels:
    """Return in which of equal parts each rank lies; unknown ones are a part of their own."""
    return np.where(np.isnan(ranks), parts, np.minimum(np.nan_to_num(ranks) * parts, parts - 1)).astype(np.int64)


def _numbered(cells: npt.NDArray[np.generic]) -> Labels:
    """Return the number of each row's combination, without gaps."""
    return np.asarray(np.unique(cells, axis=0, return_inverse=True)[1], dtype=np.int64).reshape(-1)
