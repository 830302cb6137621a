"""Rows of a question of value: the panel that is divided by time, with money and histories beside it.

Belongs here: the container, how it is made from a frame, which snapshot was the newest at a moment. Does not belong
here: the division itself (``classification.folds``), models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.panel import Panel, concatenated, in_order, panel_of
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.question import HAS_BOUGHT, ValueQuestion

FloatArray = npt.NDArray[np.float64]
BoolMask = npt.NDArray[np.bool_]

# Features that are the summary of a history of purchases, in the order of ``Histories``.
HISTORY = ("frequency", "recency", "age", "monetary_value")


@dataclass(frozen=True, slots=True)
class ValuePanel:
    """Rows of one question, ordered by as-of date and entity.

    Attributes
    ----------
    panel
        Keys, times and features; its label says whether anything was bought in the holdout.
    count
        Days with a purchase in the holdout; NaN where it is not known.
    value
        Money of the holdout; NaN where it is not known.
    """

    panel: Panel
    count: FloatArray
    value: FloatArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.panel)

    def take(self, rows: BoolMask | npt.NDArray[np.intp]) -> ValuePanel:
        """Return the rows of a mask or of positions, in order."""
        return ValuePanel(panel=self.panel.take(rows), count=self.count[rows], value=self.value[rows])

    def newest_snapshot(self, moment: np.datetime64) -> BoolMask:
        """Return the rows of the newest as-of date whose features were known by a moment; empty if there is none."""
        asked = self.panel.asked_at
        is_known = asked <= moment
        return is_known & (asked == asked[is_known].max()) if is_known.any() else is_known


def value_panel_of(question: ValueQuestion, frame: pd.DataFrame) -> ValuePanel:
    """Return the rows of a question's feature table, with all of its columns, as a panel."""
    hurdle = question.hurdle
    count = frame[question.count_column].astype("Float64")
    frame = in_order(hurdle, frame.assign(**{HAS_BOUGHT: (count > 0).astype("Float64").where(count.notna())}))
    return ValuePanel(
        panel=panel_of(hurdle, frame),
        count=_numbers(frame[question.count_column]),
        value=_numbers(frame[question.value_column]),
    )


def joined(panels: list[ValuePanel]) -> ValuePanel:
    """Return the rows of panels of one question, one after the other."""
    return ValuePanel(
        panel=concatenated([each.panel for each in panels]),
        count=np.concatenate([each.count for each in panels]),
        value=np.concatenate([each.value for each in panels]),
    )


def histories_of(features: pd.DataFrame) -> Histories:
    """Return the summary of purchases that stands among the features."""
    columns = (_numbers(features[name]) for name in HISTORY)
    return Histories(*columns)


def _numbers(column: pd.Series) -> FloatArray:
    return np.asarray(column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
