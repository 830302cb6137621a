"""The rows that candidates are fitted to, as matrices.

Belongs here: which rows of a fold are taken, their matrices and labels. Does not belong here: folds, models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.folds import Fold
from ml_assets.classification.panel import Panel
from ml_assets.config import SplitConfig

FloatArray = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Rows of a fold as a model reads them; no other row of the panel was looked at.

    Attributes
    ----------
    encoder
        Columns and categories of the training rows.
    train, train_label
        Matrix of shape (n, p) and labels of shape (n,).
    validation, validation_label
        The same of the validation rows.
    train_duration, validation_duration
        Days that it took, shape (n,); None where the question is not about a duration.
    can_learn, can_calibrate
        Whether both windows, or the validation window, hold enough rows of the rarer class.
    """

    encoder: FeatureEncoder
    train: Matrix
    train_label: FloatArray
    validation: Matrix
    validation_label: FloatArray
    can_learn: bool
    can_calibrate: bool
    train_duration: FloatArray | None = None
    validation_duration: FloatArray | None = None

    @classmethod
    def of(cls, panel: Panel, fold: Fold, entity: str, split: SplitConfig) -> Self:
        """Return the rows of a fold.

        Parameters
        ----------
        panel
            All rows of the question.
        fold
            Which of them are for training and for validation; all of these have labels.
        entity
            Key column of whom a row is about.
        split
            How many rows and events are enough.
        """
        train = np.flatnonzero(fold.train)
        if len(train) > split.max_train_rows:
            train = train[_of_some_entities(panel.keys[entity].iloc[train], split.max_train_rows)]
        validation = np.flatnonzero(fold.validation)
        encoder = FeatureEncoder.fit(panel.features, train)
        can_calibrate = rarer_class(panel.label[validation]) >= split.min_train_events
        return cls(
            encoder=encoder,
            train=encoder.matrix(panel.features, train),
            train_label=panel.label[train],
            validation=encoder.matrix(panel.features, validation),
            validation_label=panel.label[validation],
            can_learn=can_calibrate and rarer_class(panel.label[train]) >= split.min_train_events,
            can_calibrate=can_calibrate,
            train_duration=None if panel.duration is None else panel.duration[train],
            validation_duration=None if panel.duration is None else panel.duration[validation],
        )


def rarer_class(label: FloatArray) -> int:
    """Return the number of rows of the rarer class."""
    positives = int((label > 0.5).sum())
    return min(positives, len(label) - positives)


def _of_some_entities(entity: pd.Series, most: int) -> npt.NDArray[np.bool_]:
    """Return which rows belong to a fixed random part of the entities that has at most so many rows.

    The part depends on an entity's name only, so that a later training set has mostly the same entities.
    """
    number = pd.util.hash_array(entity.astype(str).to_numpy(dtype=object))
    in_order = np.sort(number)
    return np.asarray(number < in_order[most], dtype=bool)
