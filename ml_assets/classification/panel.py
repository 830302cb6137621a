"""Rows of a question in columns, in a fixed order, with what time and truth need beside the features.

Belongs here: the container and how it is made from a frame. Does not belong here: the warehouse, any split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.question import Moments, Question


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows of one question; all attributes have one element or row for each.

    Attributes
    ----------
    keys
        Key columns and the as-of column, as the warehouse has them.
    asked_at
        Moment at which the question is asked: features hold what was known before it. For an as-of date it is the end
        of that day.
    period
        First day of the as-of moment's month, or the as-of date itself where one is asked a week, as ``datetime64[D]``.
    horizon_ends_at
        Moment by which either answer is known; NaT where there is none.
    entity
        Number of the entity, 0 to the number of entities - 1.
    label
        1.0 yes, 0.0 no, NaN not known or void.
    features
        Text columns as ``category`` or ``object``, all others as float32.
    duration
        Days that it took, NaN where that is not known; None where the question is not about a duration.
    """

    keys: pd.DataFrame
    asked_at: Moments
    period: Moments
    horizon_ends_at: Moments
    entity: npt.NDArray[np.int64]
    label: npt.NDArray[np.float64]
    features: pd.DataFrame
    duration: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Panel:
        """Return the rows of a mask or of positions, in order."""
        return Panel(
            keys=self.keys.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows].reset_index(drop=True),
            asked_at=self.asked_at[rows],
            period=self.period[rows],
            horizon_ends_at=self.horizon_ends_at[rows],
            entity=self.entity[rows],
            label=self.label[rows],
            features=self.features.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows].reset_index(drop=True),
            duration=None if self.duration is None else self.duration[rows],
        )


def concatenated(panels: Sequence[Panel]) -> Panel:
    """Return the rows of panels of one question, one after the other; entities must be numbered alike in all."""
    return Panel(
        keys=pd.concat([panel.keys for panel in panels], ignore_index=True),
        asked_at=np.concatenate([panel.asked_at for panel in panels]),
        period=np.concatenate([panel.period for panel in panels]),
        horizon_ends_at=np.concatenate([panel.horizon_ends_at for panel in panels]),
        entity=np.concatenate([panel.entity for panel in panels]),
        label=np.concatenate([panel.label for panel in panels]),
        features=pd.concat([panel.features for panel in panels], ignore_index=True),
        duration=_joined([panel.duration for panel in panels]),
    )


def _joined(durations: Sequence[npt.NDArray[np.float64] | None]) -> npt.NDArray[np.float64] | None:
    """Return all durations, or None if the question has none."""
    known = [duration for duration in durations if duration is not None]
    return np.concatenate(known) if known else None


def feature_names(question: Question, columns: list[str]) -> list[str]:
    """Return those columns of a question's table that are features, in the table's order."""
    others = {
        *question.key,
        question.entity,
        question.as_of_column,
        question.label,
        question.horizon_ends_column,
        *question.not_features,
        *(question.left_out or {}),
    }
    return [column for column in columns if column not in others]


def in_order(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows by as-of moment and key, numbered anew."""
    return frame.sort_values([question.as_of_column, *question.key], kind="stable", ignore_index=True)


def panel_of(question: Question, frame: pd.DataFrame) -> Panel:
    """Return the rows of a frame as a panel, ordered by as-of moment and key.

    Parameters
    ----------
    question
        What is asked.
    frame
        Rows of the question's feature table with all of its columns.
    """
    frame = in_order(question, frame)
    as_of: Moments = frame[question.as_of_column].to_numpy(dtype="datetime64[us]")
    a_day = np.timedelta64(1 if question.as_of_is_date else 0, "D")
    key_columns = list(dict.fromkeys([*question.key, question.entity, question.as_of_column]))
    return Panel(
        keys=frame[key_columns],
        asked_at=np.asarray(as_of + a_day, dtype="datetime64[us]"),
        period=question.period_of(as_of),
        horizon_ends_at=frame[question.horizon_ends_column].to_numpy(dtype="datetime64[us]"),
        entity=pd.factorize(frame[question.entity], sort=True)[0].astype(np.int64),
        label=_numbers(frame[question.label]),
        features=_typed(frame[feature_names(question, list(frame.columns))]),
        duration=None if question.duration is None else _numbers(frame[question.duration.days]),
    )


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Return a column as float64, NaN where it is NULL."""
    return np.asarray(column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _typed(features: pd.DataFrame) -> pd.DataFrame:
    """Return numbers as float32, which is what trees read and on which all engines agree; text stays text."""
    return pd.DataFrame(
        {
            name: column.astype("object").where(column.notna(), None)
            if pd.api.types.is_string_dtype(column.dtype) or isinstance(column.dtype, pd.CategoricalDtype)
            else column.astype("Float64").to_numpy(dtype=np.float32, na_value=np.nan)
            for name, column in features.items()
        },
        index=features.index,
    )
