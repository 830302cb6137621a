"""One question in which nothing can be known: what a model makes of it, and what the gate decides.

Belongs here: shuffling answers, one trial, the verdict on many. Does not belong here: samples, arguments, tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import stats

from benchmarks.asked import Asked
from benchmarks.model_quality.intervals import mean_auc
from ml_assets.classification.contest import GateConfig, evidence_of
from ml_assets.classification.evaluate import Configs, evaluate
from ml_assets.classification.evaluation import RULE
from ml_assets.classification.folds import for_period, split_by_time
from ml_assets.classification.panel import Panel
from ml_assets.classification.train import train
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig, TrainingConfig
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Terms, Verdict

# The mean AUC may lie so many standard errors from a half.
STANDARD_ERRORS = 3.0
# More promotions than allowed are an error of the gate if chance gives so many this seldom.
_CHANCE = 0.05
_A_HALF = 0.5


class Null(StrEnum):
    """Why nothing can be known."""

    WORLD = "a world without relations"
    SHUFFLED = "answers shuffled within each as-of"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question of one seed.

    Attributes
    ----------
    question, null, seed
        What was asked, why nothing can be known, and of which sample or shuffle.
    chosen
        Candidate that was chosen on the validation window.
    auc
        Mean over the test window's periods of the AUC within each; NaN where none has both answers.
    is_judged
        Whether there was a model, and evidence enough for the gate to refuse or promote it.
    is_promoted
        Whether it would serve.
    """

    question: str
    null: Null
    seed: int
    chosen: str
    auc: float
    is_judged: bool
    is_promoted: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Many trials of one question together.

    Attributes
    ----------
    trials
        Those with an AUC.
    mean, standard_error
        Of the AUC.
    judged, promoted
        How often the gate had a model to judge, and let it serve.
    """

    trials: int
    mean: float
    standard_error: float
    judged: int
    promoted: int

    @property
    def is_near_a_half(self) -> bool:
        """Whether the mean AUC is what guessing gives, within the allowed standard errors."""
        return self.trials > 1 and abs(self.mean - _A_HALF) <= STANDARD_ERRORS * self.standard_error


def trial(asked: Asked, null: Null, seed: int, training: TrainingConfig, evaluation: EvaluationConfig) -> Trial:
    """Train and judge a question as the platform does where nobody serves yet.

    Parameters
    ----------
    asked
        The question with its rows; shuffled by ``seed`` if that is why nothing can be known.
    null, seed
        As in ``Trial``.
    training, evaluation
        Settings.
    """
    question = asked.question
    panel = shuffled(asked.panel, seed) if null is Null.SHUFFLED else asked.panel
    split_config, promotion = for_period(SplitConfig(), question.period), PromotionConfig()
    split = split_by_time(panel, asked.until, split_config)
    trained = train(panel, split.fold, question, training, split_config)
    configs = Configs(split_config, training, evaluation, promotion)
    found = evaluate(question, panel, split, trained, asked.until, configs, version="1", fingerprint="")
    gate = GateConfig(evaluation=evaluation, promotion=promotion)
    decision = decide(evidence_of(question, found, found.gain_over_rule, gate), None, Terms())
    test = panel.take(split.test)
    probability = trained.models[trained.chosen].probability(test.features)
    return Trial(
        question=question.name,
        null=null,
        seed=seed,
        chosen=trained.chosen,
        auc=mean_auc(test, probability, evaluation).value if len(test) else float("nan"),
        is_judged=trained.chosen != RULE and decision.verdict is not Verdict.INSUFFICIENT_EVIDENCE,
        is_promoted=decision.verdict is Verdict.PROMOTED,
    )


def shuffled(panel: Panel, seed: int) -> Panel:
    """Return a panel whose known answers are shuffled within each period: how many are yes stays, whose are not.

    An answer takes with it how long it took.
    """
    generator = np.random.default_rng(seed)
    taken_from = np.arange(len(panel))
    for period in np.unique(panel.period):
        rows = np.flatnonzero((panel.period == period) & ~np.isnan(panel.label))
        taken_from[rows] = generator.permutation(rows)
    duration = None if panel.duration is None else panel.duration[taken_from]
    return replace(panel, label=panel.label[taken_from], duration=duration)


def together(trials: Sequence[Trial]) -> Found:
    """Return what many trials show."""
    areas = [each.auc for each in trials if not np.isnan(each.auc)]
    return Found(
        trials=len(areas),
        mean=float(np.mean(areas)) if areas else float("nan"),
        standard_error=float(stats.sem(areas)) if len(areas) > 1 else float("nan"),
        judged=sum(each.is_judged for each in trials),
        promoted=sum(each.is_promoted for each in trials),
    )


def is_within(promoted: int, judged: int, allowed: float) -> bool:
    """Return whether so many promotions are no proof that more than the allowed share is promoted."""
    if judged == 0:
        return True
    test = stats.binomtest(promoted, judged, allowed, alternative="greater")
    return bool(test.pvalue >= _CHANCE)


def allowed_share(config: EvaluationConfig) -> float:
    """Return the declared share of promotions where model and rule are equally good: one side of the interval."""
    return (1 - config.confidence) / 2
