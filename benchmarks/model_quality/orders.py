"""What the figures of lateness owe to orders that never came, and to the way in which an extract was drawn.

Belongs here: the same model measured on other rows and with other weights. Does not belong here: any other question.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.model_quality.intervals import Drawn, mean_auc
from benchmarks.model_quality.study import Study
from ml_assets.metrics.classification import auc
from ml_assets.metrics.estimate import Estimate

# The extract of Olist holds every order that was not delivered (2,963) but 39,408 of the 96,478 that were, at random:
# 96,478 / 39,408. With this weight shares and totals are on the scale of all orders.
DELIVERED_WEIGHT = 2.448
_DELIVERED_AT = "delivery_known_at"


@dataclass(frozen=True, slots=True)
class Counted:
    """One way to count the orders.

    Attributes
    ----------
    words
        Which way.
    rows, late
        Orders of the periods, and those of them that were late; with weights, what they stand for.
    mean_auc
        Mean over periods of the AUC within each.
    pooled_auc
        AUC over all of them.
    """

    words: str
    rows: int
    late: int
    mean_auc: Estimate
    pooled_auc: float


def is_about_orders(study: Study) -> bool:
    """Return whether a question is about orders, of which some never came."""
    return _DELIVERED_AT in study.asked.frame


def ways_to_count(study: Study) -> list[Counted]:
    """Return the figures with all orders, without those that never came, and weighted as the extract was drawn."""
    config, rows = study.settings.evaluation, study.rows
    came = study.asked.frame[_DELIVERED_AT].notna().to_numpy(dtype=bool)
    predicted, came_then = study.predicted(), came[study.positions]
    trained_on_came = study.predicted(keep=came)
    weight = np.where(came_then, DELIVERED_WEIGHT, 1.0)
    without = rows.take(came_then)
    ones = np.ones(len(rows))

    def counted(words: str, is_in: np.ndarray, probability: np.ndarray, weights: np.ndarray, drawn: Drawn) -> Counted:
        label = rows.label[is_in]
        return Counted(
            words=words,
            rows=round(weights[is_in].sum()),
            late=round((weights[is_in] * label).sum()),
            mean_auc=drawn.estimate,
            pooled_auc=auc(label, probability[is_in], weights[is_in]),
        )

    everyone = np.ones(len(rows), dtype=bool)
    return [
        counted("all orders", everyone, predicted, ones, mean_auc(rows, predicted, config)),
        counted(
            "without orders that never came",
            came_then,
            predicted,
            ones,
            mean_auc(without, predicted[came_then], config),
        ),
        counted(
            "without them in training either",
            came_then,
            trained_on_came,
            ones,
            mean_auc(without, trained_on_came[came_then], config),
        ),
        counted(
            f"delivered orders x {DELIVERED_WEIGHT}",
            everyone,
            predicted,
            weight,
            mean_auc(rows, predicted, config, weight),
        ),
    ]
