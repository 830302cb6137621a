"""Which customers are segmented, and on which the segments are judged by what was spent afterwards.

Belongs here: three snapshots and what time allows of each. Does not belong here: reading the warehouse, fitting.

- *served*: the newest snapshot whose day is wholly observed. Its customers get the segments.
- *judged*: the newest snapshot whose later spend is wholly known. It says how well segments tell spend apart, and
  nothing is chosen on it.
- *known*: the newest snapshot whose later spend was known when the judged one was taken. On it is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.segmentation.question import SegmentationQuestion

_DAY = np.timedelta64(1, "D")


class NoSnapshotError(ValueError):
    """There are no customers to segment; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Customers as of a date, in the order of the key.

    Attributes
    ----------
    as_of
        The date.
    frame
        Rows of the feature table, numbered from 0 on.
    spend
        What each spent afterwards, where it is wholly known.
    """

    as_of: date
    frame: pd.DataFrame
    spend: npt.NDArray[np.float64] | None

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.frame)

    @property
    def spenders(self) -> int:
        """Customers who spent anything afterwards; 0 where it is not known."""
        return 0 if self.spend is None else int((self.spend > 0).sum())


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots that time allows; the judged and the known one may be missing."""

    served: Snapshot
    judged: Snapshot | None
    known: Snapshot | None


def snapshots_of(
    question: SegmentationQuestion, features: pd.DataFrame, values: pd.DataFrame, complete_until: date
) -> Snapshots:
    """Return the three snapshots of a feature table.

    Parameters
    ----------
    question
        What is asked.
    features
        Rows of the feature table.
    values
        Key, as-of date, future spend and the moment at which it is known, of the value table.
    complete_until
        Last day until which purchases are complete.

    Raises
    ------
    NoSnapshotError
        If no snapshot lies before the end of the complete days.
    ValueError
        If a customer stands twice in a snapshot.
    """
    end = np.datetime64(complete_until, "D") + _DAY
    taken = _moments(features[question.as_of_column]) + _DAY
    if not (taken <= end).any():
        raise NoSnapshotError(
            f"{question.name}: {question.table} has no customers as of {complete_until} or earlier, until when "
            f"{question.observed_event} are complete; load data of at least two months"
        )
    rows = features.assign(**{_TAKEN: taken})
    known_at = _moments(values[question.label_known_at])
    mature = _known_since(values, question, known_at)
    served = _snapshot(question, rows, values, taken[taken <= end].max(), end, mature)
    judged_at = max((moment for moment, known in mature.items() if known <= end), default=None)
    if judged_at is None or judged_at not in taken:
        return Snapshots(served, None, None)
    known_taken = max((moment for moment, known in mature.items() if known <= judged_at), default=None)
    return Snapshots(
        served=served,
        judged=_snapshot(question, rows, values, judged_at, end, mature),
        known=_snapshot(question, rows, values, known_taken, end, mature)
        if known_taken is not None and known_taken in taken
        else None,
    )


_TAKEN = "_taken"


def _known_since(
    values: pd.DataFrame, question: SegmentationQuestion, known_at: npt.NDArray[np.datetime64]
) -> dict[np.datetime64, np.datetime64]:
    """Return, for the end of each as-of date, from which moment on all later spend is known; never where one is not."""
    taken = _moments(values[question.as_of_column]) + _DAY
    latest = pd.Series(known_at).groupby(taken).max()
    is_complete = pd.Series(np.isnat(known_at)).groupby(taken).sum() == 0
    return {np.datetime64(moment, "us"): np.datetime64(latest[moment], "us") for moment in latest.index[is_complete]}


def _snapshot(
    question: SegmentationQuestion,
    rows: pd.DataFrame,
    values: pd.DataFrame,
    moment: np.datetime64,
    end: np.datetime64,
    mature: dict[np.datetime64, np.datetime64],
) -> Snapshot:
    """Return the customers as of the day that ends at a moment."""
    key = [question.entity]
    frame = rows.loc[rows[_TAKEN].to_numpy() == moment].drop(columns=_TAKEN)
    frame = frame.sort_values(key, kind="stable", ignore_index=True)
    if frame[question.entity].duplicated().any():
        raise ValueError(f"{question.table} has a customer twice as of one date; its key must be unique")
    spend = None
    if moment in mature and mature[moment] <= end:
        later = values.loc[_moments(values[question.as_of_column]) + _DAY == moment, [*key, question.future_spend]]
        joined = frame[key].merge(later, on=key, how="left", validate="one_to_one")[question.future_spend]
        spend = np.asarray(joined.fillna(0.0).to_numpy(dtype=np.float64), dtype=np.float64)
    return Snapshot((moment - _DAY).astype("datetime64[D]").item(), frame, spend)


def _moments(column: pd.Series) -> npt.NDArray[np.datetime64]:
    return np.asarray(pd.to_datetime(column).to_numpy(), dtype="datetime64[us]")
