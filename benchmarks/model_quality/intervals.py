"""Mean over periods of the AUC within each, on weighted rows, and differences of such means with their intervals.

Belongs here: the figure by which studies are compared, on the same resamples for all. Does not belong here: which
probabilities are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.classification.panel import Panel
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.ranking import Ranking

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure, and the same figure on resamples of the entities.

    Attributes
    ----------
    value
        On all rows.
    draws
        On each resample; the same seed and rows give the same resamples.
    confidence
        Of the intervals.
    """

    value: float
    draws: FloatArray
    confidence: float

    @property
    def estimate(self) -> Estimate:
        """The figure with its interval."""
        return estimate(self.value, self.draws, self.confidence)

    def minus(self, other: Drawn) -> Estimate:
        """Return by how much it is larger than another figure on the same rows, paired."""
        return estimate(self.value - other.value, self.draws - other.draws, self.confidence)


def mean_auc(
    panel: Panel, probability: FloatArray, config: EvaluationConfig, weight: FloatArray | None = None
) -> Drawn:
    """Return the mean over periods of the AUC within each; periods with one answer only do not count.

    Parameters
    ----------
    panel
        Rows with labels.
    probability
        Probability of yes for each.
    config
        Resamples, confidence, seed.
    weight
        How many rows each stands for; None for one.
    """
    own = np.ones(len(panel)) if weight is None else weight
    rankings = []
    for period in np.unique(panel.period):
        rows = np.flatnonzero(panel.period == period)
        if len(np.unique(panel.label[rows])) > 1:
            ranking = Ranking.of(panel.label[rows], probability[rows])
            rankings.append((rows[ranking.order], ranking))
    if not rankings:
        return Drawn(float("nan"), np.empty(0), config.confidence)
    point = np.mean([ranking.cumulate(own[None, rows]).auc()[0] for rows, ranking in rankings])
    bootstrap = EntityBootstrap.of(panel.entity, panel.period, config.resamples, config.seed)
    draws = [
        np.mean([ranking.cumulate(block.of_rows(rows) * own[rows]).auc() for rows, ranking in rankings], axis=0)
        for block in bootstrap.blocks()
    ]
    return Drawn(float(point), np.concatenate([np.empty(0), *draws]), config.confidence)
