"""The leak ladder: one model under divisions of the rows and sets of columns, from careless to honest.

Belongs here: careless divisions and columns, the AUC that each shows. Does not belong here: how rows are divided in
earnest (``ml_assets.classification.folds``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.asked import Asked
from benchmarks.model_quality.study import Study
from ml_assets.classification.folds import BoolMask, Fold, TimeSplit
from ml_assets.classification.measure import scores
from ml_assets.classification.panel import Panel
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]

_PARTS = 5
_SALT = np.uint64(0x9E3779B97F4A7C15)
# Ages go on growing when nothing happens any more; all else of an entity stays as its last row has it.
_AGES = ("days_since_last_order", "tenure_days", "days_since_last_event", "days_since_first_event")
# Shares of late orders over the whole extract, later ones and the order itself among them.
_SHARES_OF = {
    "late_share_of_route_and_month": ("seller_state", "customer_state", "purchase_month"),
    "late_share_of_category_and_state": ("product_category", "customer_state"),
}


class Division(StrEnum):
    """How rows are divided into those that train and those that test."""

    RANDOM = "random rows"
    GROUPED = "random entities"
    TIME = "by time, no gap"
    GAP = "by time, gap of the label horizon"


class Columns(StrEnum):
    """When the columns were counted."""

    LATER = "counted at the end of the data"
    AS_OF = "as of the question"


@dataclass(frozen=True, slots=True)
class Rung:
    """What one division and one set of columns show."""

    division: Division
    columns: Columns
    train_rows: int
    test_rows: int
    auc: Estimate


def ladder(study: Study) -> list[Rung]:
    """Return the AUC of the chosen model on every rung, the most careless first."""
    panel = study.asked.panel
    known = ~np.isnan(panel.label) & (panel.asked_at <= panel.asked_at[study.parts.test].max())
    known &= panel.horizon_ends_at <= panel.horizon_ends_at[study.parts.test].max()
    later = later_columns(study.asked)
    rungs = []
    for columns, features in ((Columns.LATER, later), (Columns.AS_OF, None)):
        for division in Division:
            fold, test = divided(panel, known, division, study.parts)
            probability = study.fitted(fold, test, features=features)
            rows = panel.take(test)
            prior = float(panel.label[fold.known].mean())
            found = scores(rows, probability, prior, study.asked.question, study.settings.evaluation)
            rungs.append(Rung(division, columns, int(fold.known.sum()), len(rows), found.auc))
    return rungs


def divided(panel: Panel, known: BoolMask, division: Division, honest: TimeSplit) -> tuple[Fold, BoolMask]:
    """Return the fold and the test rows of a division.

    Parameters
    ----------
    panel
        All rows of a question.
    known
        Rows with a label that may be used.
    division
        How to divide. A fifth of the rows, or entities, is test and a fifth validation where it is random.
    honest
        The division in earnest, whose test window the divisions by time share.
    """
    if division is Division.GAP:
        return honest.fold, honest.test
    if division is Division.TIME:
        before = known & (panel.asked_at < panel.asked_at[honest.test].min())
        late = before & (panel.period >= np.unique(panel.period[before])[-2:].min())
        return Fold(train=before & ~late, validation=late, known=before), honest.test
    numbers = panel.entity if division is Division.GROUPED else np.arange(len(panel))
    part = pd.util.hash_array(numbers.astype(np.uint64) ^ _SALT) % _PARTS
    rest = known & (part > 0)
    return Fold(train=known & (part > 1), validation=known & (part == 1), known=rest), known & (part == 0)


def later_columns(asked: Asked) -> pd.DataFrame:
    """Return the features as somebody has them who counts at the end of the data, not as of the question."""
    # An entity with an as-of date has many rows, of which the last knows most; an order is asked about once.
    return _at_the_end(asked) if asked.question.as_of_is_date else _shares_added(asked)


def _at_the_end(asked: Asked) -> pd.DataFrame:
    """Return for every row what its entity's last row says, with ages up to the last complete day."""
    panel = asked.panel
    last = pd.Series(np.arange(len(panel))).groupby(panel.entity).max().to_numpy()[panel.entity]
    features = panel.features.iloc[last].reset_index(drop=True)
    end = asked.until.astype("datetime64[D]") + np.timedelta64(1, "D")
    days = (end - panel.asked_at[last]).astype("timedelta64[D]").astype(np.float32)
    return features.assign(**{name: features[name] + days for name in _AGES if name in features})


def _shares_added(asked: Asked) -> pd.DataFrame:
    """Return the features with shares of late orders among all orders of a kind, whenever they came."""
    frame, label = asked.frame, pd.Series(asked.panel.label)
    return asked.panel.features.assign(
        **{
            name: label.groupby([frame[column].astype(str) for column in columns])
            .transform("mean")
            .to_numpy(dtype=np.float32)
            for name, columns in _SHARES_OF.items()
        }
    )
