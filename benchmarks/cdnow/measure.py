"""The protocol carried out: the choice inside the calibration, then the holdout.

Belongs here: the two steps and their records. Does not belong here: dates (``protocol``), candidates (``ml_assets``),
the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from benchmarks.cdnow.protocol import (
    ASKED_ON,
    CALIBRATED_UNTIL,
    EVALUATION,
    HOLDOUT_DAYS,
    HOLDOUT_UNTIL,
    QUESTION,
    SPLIT,
    TRAINING,
)
from benchmarks.cdnow.transactions import asked, purchase_days
from ml_assets.classification.folds import fold_before
from ml_assets.cltv.evaluation import ValueScores
from ml_assets.cltv.measure import gain, scores
from ml_assets.cltv.panel import ValuePanel, value_panel_of
from ml_assets.cltv.rules import RULES
from ml_assets.cltv.train import Training, train
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HoldoutRow:
    """A candidate on the holdout: its figures, and what the promoted one gains over it (None for itself)."""

    name: str
    validation_gini: float | None
    scores: ValueScores
    gain: Estimate | None


def chosen_in_calibration() -> Training:
    """Return all candidates fitted within the calibration, and which of them is promoted."""
    days = purchase_days(CALIBRATED_UNTIL)
    frame = asked(days, (*ASKED_ON, CALIBRATED_UNTIL), QUESTION.horizon, CALIBRATED_UNTIL)
    panel = value_panel_of(QUESTION, frame)
    moment = np.datetime64((CALIBRATED_UNTIL + timedelta(days=1)).isoformat(), "us")
    return train(panel, fold_before(panel.panel, moment, SPLIT), moment, QUESTION, TRAINING, SPLIT)


def holdout() -> ValuePanel:
    """Return the customers at the end of the calibration with what they bought in the holdout."""
    days = purchase_days(HOLDOUT_UNTIL)
    return value_panel_of(QUESTION, asked(days, (CALIBRATED_UNTIL,), HOLDOUT_DAYS, HOLDOUT_UNTIL))


def measured(training: Training, panel: ValuePanel) -> list[HoldoutRow]:
    """Return all candidates on the holdout, the promoted one first.

    A rule says money of the horizon that it was scaled on; time spreads it evenly, so that it keeps its order.
    """
    features = panel.panel.features
    rules = {rule.name for rule in RULES}
    money = {
        name: model.value(features) * HOLDOUT_DAYS / QUESTION.horizon
        if name in rules
        else model.value_within(features, HOLDOUT_DAYS)
        for name, model in training.models.items()
    }
    validated = {candidate.name: candidate.validation_gini for candidate in training.candidates}
    promoted = money[training.chosen]
    return [
        HoldoutRow(
            name=name,
            validation_gini=validated[name],
            scores=scores(panel, money[name], EVALUATION),
            gain=None if name == training.chosen else gain(panel, promoted, money[name], EVALUATION),
        )
        for name in sorted(money, key=lambda each: each != training.chosen)
    ]
