"""Rows to fit on and rows to validate on, as matrices, with the laws of what was known beside them.

Belongs here: how a fold is divided further, fitting the laws to a snapshot, their penalisers. Does not belong here:
fitting candidates (``challenger``), the choice among them (``choice``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.folds import Fold
from ml_assets.cltv.btyd.choice import Later, choose_penalizers
from ml_assets.cltv.btyd.model import BuyTillYouDie, NotConvergedError
from ml_assets.cltv.challenger import Bench, Rows
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.panel import ValuePanel, histories_of
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.stacking import stacked

BoolMask = npt.NDArray[np.bool_]

# Parts of the entities that validate in turn where time cannot divide.
ENTITY_PARTS = 5
# Of the rows with a purchase that were known, the least share to train on. With fewer, the choice would be about other
# models than those that are fitted at last.
LEAST_TRAIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """Rows to fit on and rows to validate on, with the laws of a snapshot beside them.

    Attributes
    ----------
    encoder
        Columns and categories of the training rows.
    features
        Features of the question, without stacked columns.
    laws, remark
        Laws of the snapshot, or None and why there are none.
    train, validation
        Rows to fit on, and to validate on; None for a last fit.
    validated
        The validation rows as a panel.
    snapshot
        Matrix of the snapshot's rows.
    """

    encoder: FeatureEncoder
    features: tuple[str, ...]
    laws: BuyTillYouDie | None
    remark: str
    train: Rows
    validation: Rows | None
    validated: ValuePanel | None
    snapshot: Matrix

    @classmethod
    def of(
        cls,
        panel: ValuePanel,
        train: BoolMask,
        validation: BoolMask | None,
        snapshot: BoolMask,
        question: ValueQuestion,
        config: ValueTrainingConfig,
    ) -> Part:
        """Return the rows of two masks, with laws fitted to the rows of a third one."""
        laws, remark = fitted_laws(panel, snapshot, config)
        rows = panel.take(train)
        features = stacked(rows.panel.features, laws, question.horizon)
        encoder = FeatureEncoder.fit(features, np.arange(len(rows)))
        return cls(
            encoder=encoder,
            features=tuple(rows.panel.features.columns),
            laws=laws,
            remark=remark,
            train=Rows(matrix=encoder.matrix(features), count=rows.count, value=rows.value),
            validation=None if validation is None else rows_of(panel, validation, laws, question, encoder),
            validated=None if validation is None else panel.take(validation),
            snapshot=rows_of(panel, snapshot, laws, question, encoder).matrix,
        )

    @property
    def has_laws(self) -> bool:
        """Whether there are laws."""
        return self.laws is not None

    def bench(self, found: Mapping[str, float | int | str], config: ValueTrainingConfig) -> Bench:
        """Return what candidates are fitted on, with parameters that were found before."""
        return Bench(self.encoder, self.train, self.validation, found, config)


def fitted_laws(panel: ValuePanel, snapshot: BoolMask, config: ValueTrainingConfig) -> tuple[BuyTillYouDie | None, str]:
    """Return the laws of a snapshot, or None and why there are none."""
    try:
        return BuyTillYouDie.fit(histories_of(panel.take(snapshot).panel.features), config.btyd), ""
    except NotConvergedError as error:
        return None, f"no laws of buying and dropping out: {error}"


def penalized(
    panel: ValuePanel, known: BoolMask, question: ValueQuestion, config: ValueTrainingConfig
) -> tuple[ValueTrainingConfig, str]:
    """Return settings with the penalisers under which the newest answers that were known were most probable.

    The laws are fitted to the snapshot of the newest rows with an answer; what came after it is the validation stretch.
    Where that cannot be done, the settings stay, and the second answer says why.
    """
    if not known.any():
        return config, "no penaliser was chosen: no answer was known"
    newest = panel.take(known & (panel.panel.asked_at == panel.panel.asked_at[known].max()))
    later = Later(days=float(question.horizon), counts=newest.count, values=newest.value)
    try:
        chosen = choose_penalizers(histories_of(newest.panel.features), later, config.btyd).config
    except NotConvergedError as error:
        return config, f"no penaliser was chosen: {error}"
    return config.model_copy(update={"btyd": chosen}), ""


def parts_of(
    panel: ValuePanel, fold: Fold, moment: np.datetime64, question: ValueQuestion, config: ValueTrainingConfig
) -> tuple[list[Part], list[str]]:
    """Return what candidates are compared on: one part where time divides the fold, else one for each fifth."""
    rows = panel.panel
    if not (fold.train.any() and fold.validation.any()):
        return [], []
    asked = rows.asked_at[fold.validation].min()
    divided = [(fold.train, fold.validation, panel.newest_snapshot(asked))]
    remarks = []
    is_short = (
        panel.value[fold.train].astype(bool).sum() < LEAST_TRAIN_SHARE * panel.value[fold.known].astype(bool).sum()
    )
    if is_short or rows.horizon_ends_at[fold.train].max() > asked:
        remarks.append("history is too short to divide by time: each fifth of the entities has validated once")
        number = pd.util.hash_array(rows.keys[question.entity].astype(str).to_numpy(dtype=object)) % ENTITY_PARTS
        snapshot = panel.newest_snapshot(moment)
        divided = [
            (fold.known & (number != part), fold.known & (number == part), snapshot & (number != part))
            for part in range(ENTITY_PARTS)
        ]
    parts = [Part.of(panel, train, validation, snapshot, question, config) for train, validation, snapshot in divided]
    return parts, remarks + [part.remark for part in parts if part.remark][:1]


def purchases(rows: Rows | None) -> int:
    """Return how many rows have money."""
    return 0 if rows is None else int((rows.value > 0).sum())


def rows_of(
    panel: ValuePanel, mask: BoolMask, laws: BuyTillYouDie | None, question: ValueQuestion, encoder: FeatureEncoder
) -> Rows:
    """Return the rows of a mask as candidates read them."""
    rows = panel.take(mask)
    features = stacked(rows.panel.features, laws, question.horizon)
    return Rows(matrix=encoder.matrix(features), count=rows.count, value=rows.value)
