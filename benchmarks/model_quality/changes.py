"""What a model's figure hangs on: how many entities teach it, which groups of features it has, which seed.

Belongs here: the learning curve, the ablation, the spread, each on the rolling origin. Does not belong here: how a
model is refitted (``study``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.model_quality.groups import blanked, groups_of
from benchmarks.model_quality.intervals import Drawn, mean_auc
from benchmarks.model_quality.study import Study
from ml_assets.classification.question import Question
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
SEEDS = 5
_DRAWS = 2


@dataclass(frozen=True, slots=True)
class Learned:
    """What some share of the entities in training gives: mean, least and largest AUC over draws of entities."""

    share: float
    draws: int
    mean: float
    least: float
    largest: float


@dataclass(frozen=True, slots=True)
class Without:
    """What the model loses without a group of features, paired; below zero where it is better without."""

    group: str
    features: int
    loss: Estimate


@dataclass(frozen=True, slots=True)
class Spread:
    """AUC of the same model fitted with several seeds."""

    model: str
    values: tuple[float, ...]

    @property
    def deviation(self) -> float:
        """Standard deviation over the seeds."""
        return float(np.std(self.values, ddof=1))


def learning_curve(study: Study) -> list[Learned]:
    """Return the AUC by the share of entities whose rows may be trained on."""
    panel, curve = study.asked.panel, []
    for share in SHARES:
        draws = _DRAWS if share < 1 else 1
        kept = [_drawn(panel.entity, share, draw) for draw in range(draws)]
        values = [_figure(study, study.predicted(keep=keep)).value for keep in kept]
        curve.append(Learned(share, draws, float(np.mean(values)), min(values), max(values)))
    return curve


def ablation(study: Study) -> list[Without]:
    """Return what each group of features is worth beside all others, the most valuable first."""
    features = study.asked.panel.features
    whole = _figure(study, study.predicted())
    lost = [
        Without(group, len(names), whole.minus(_figure(study, study.predicted(features=blanked(features, names)))))
        for group, names in left_out(study.asked.question, features).items()
    ]
    return sorted(lost, key=lambda each: (-(each.loss.value or 0.0), each.group))


def left_out(question: Question, features: pd.DataFrame) -> dict[str, list[str]]:
    """Return the features of each group that can be left out.

    The limit of a duration stays: without it there is no question.
    """
    limit = None if question.duration is None else question.duration.limit
    groups = {
        group: [name for name in names if name != limit] for group, names in groups_of(question.table, features).items()
    }
    return {group: names for group, names in groups.items() if names}


def spread(study: Study, name: str) -> Spread:
    """Return the AUC of a candidate over seeds."""
    config = study.settings.training
    values = [
        _figure(study, study.predicted(name, config=config.model_copy(update={"seed": seed}))).value
        for seed in range(1, SEEDS + 1)
    ]
    return Spread(name, tuple(values))


def _figure(study: Study, probability: FloatArray) -> Drawn:
    return mean_auc(study.rows, probability, study.settings.evaluation)


def _drawn(entity: npt.NDArray[np.int64], share: float, draw: int) -> npt.NDArray[np.bool_]:
    """Return the rows of a share of the entities; a larger share of one draw holds the smaller one."""
    number = pd.util.hash_array(np.unique(entity).astype(np.uint64) + np.uint64(draw << 40))
    rank = np.argsort(np.argsort(number, kind="stable"), kind="stable")
    return np.asarray((rank < share * len(rank))[np.searchsorted(np.unique(entity), entity)], dtype=bool)
