"""Gap between a model and the oracle: on one sample, and its mean over samples.

Belongs here: fitting as the platform fits, figures, the verdict. Does not belong here: samples, arguments, tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.asked import Asked
from ml_assets.classification.evaluation import RULE
from ml_assets.classification.folds import for_period, split_by_time
from ml_assets.classification.train import train
from ml_assets.config import SplitConfig, TrainingConfig
from ml_assets.metrics.classification import auc
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]

# The mean gap may be so large at most, by the upper end of its interval.
LARGEST_GAP = 0.03
CONFIDENCE = 0.95


class Verdict(StrEnum):
    """What the gaps of all seeds say."""

    MET = "met"
    MISSED = "missed"
    LEAK = "leak suspected"
    UNKNOWN = "too few seeds"


@dataclass(frozen=True, slots=True)
class Compared:
    """A model and the oracle on the same rows of one sample's test window.

    Attributes
    ----------
    question, seed
        What was asked, and of which sample.
    rows, rarer
        Rows of the test window of which the oracle says something, and those of them with the rarer answer.
    without_oracle
        Rows of which it says nothing.
    chosen
        Candidate that was chosen on the validation window.
    model, rule, oracle
        Their areas under the ROC curve; NaN with one answer only.
    """

    question: str
    seed: int
    rows: int
    rarer: int
    without_oracle: int
    chosen: str
    model: float
    rule: float
    oracle: float

    @property
    def gap(self) -> float:
        """By how much the oracle is better."""
        return self.oracle - self.model


def compared(asked: Asked, oracle: FloatArray, seed: int, config: TrainingConfig, split: SplitConfig) -> Compared:
    """Fit all candidates to a sample's rows, and compare the chosen one with the oracle on the test window.

    Parameters
    ----------
    asked
        The question with its rows.
    oracle
        What the oracle says of each of them, NaN for nothing.
    seed
        Of the sample.
    config, split
        Settings of fit and division.
    """
    split = for_period(split, asked.question.period)
    parts = split_by_time(asked.panel, asked.until, split)
    training = train(asked.panel, parts.fold, asked.question, config, split)
    is_known = ~np.isnan(oracle)
    rows = parts.test & is_known
    test = asked.panel.take(rows)
    areas = {
        name: auc(test.label, training.models[name].probability(test.features)) for name in {training.chosen, RULE}
    }
    positives = int(test.label.sum())
    return Compared(
        question=asked.question.name,
        seed=seed,
        rows=len(test),
        rarer=min(positives, len(test) - positives),
        without_oracle=int((parts.test & ~is_known).sum()),
        chosen=training.chosen,
        model=areas[training.chosen],
        rule=areas[RULE],
        oracle=auc(test.label, oracle[rows]),
    )


def mean_over_seeds(values: Sequence[float]) -> Estimate:
    """Return the mean with Student's interval; samples of different seeds are independent.

    Without a value where one of them is undefined or there are none, without an interval for a single one.
    """
    if not values or np.isnan(values).any():
        return Estimate(value=None)
    mean = float(np.mean(values))
    if len(values) == 1:
        return Estimate(value=mean)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    return Estimate(value=mean, low=mean - half, high=mean + half)


def verdict_on(gap: Estimate) -> Verdict:
    """Return whether the gap is small for certain; one that is below zero for certain is a leak, not a success."""
    if gap.low is None or gap.high is None:
        return Verdict.UNKNOWN
    if gap.high < 0:
        return Verdict.LEAK
    return Verdict.MET if gap.high <= LARGEST_GAP else Verdict.MISSED
