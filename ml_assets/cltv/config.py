"""What may be configured of models of lifetime value.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field

from ml_assets.config import BandConfig, EvaluationConfig, TreeConfig


class BtydConfig(Config):
    """How the buy-till-you-die laws are fitted.

    A penaliser is the weight of the sum of squared parameters that ``lifetimes`` adds to minus the mean log-likelihood.
    The parameters are those of the laws after time is divided by the largest age and money by the mean value of an
    order, so that a penaliser means the same for days or weeks and for any currency.

    Attributes
    ----------
    purchase_penalizer, alive_penalizer, value_penalizer
        Penalisers with which a model is fitted: of BG/NBD, of modified BG/NBD, of gamma-gamma.
    penalizers
        Candidates, from which a stretch of validation chooses for each of the three. They are smaller than those on the
        library's pages: a penaliser pulls all parameters towards 0, and with them what the laws say of everybody.
    min_repeaters
        Histories with a repeat purchase without which no law is fitted.
    tolerance
        Largest gradient of the mean log-likelihood, per unit of a parameter's logarithm, at which the search ends.
    """

    purchase_penalizer: float = Field(default=0.0, ge=0)
    alive_penalizer: float = Field(default=0.0, ge=0)
    value_penalizer: float = Field(default=0.0, ge=0)
    penalizers: list[float] = Field(default=[0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2], min_length=1)
    min_repeaters: int = Field(default=30, ge=2)
    tolerance: float = Field(default=1e-7, gt=0)


class LinearValueConfig(Config):
    """Settings of the regression of value on logarithms.

    Attributes
    ----------
    penalties
        Strengths of its ridge penalty, of which the validation rows choose one.
    power
        Of the Tweedie law: between 1 (counts) and 2 (amounts); in between many are exactly 0.
    max_iterations
        After which the search ends.
    """

    penalties: list[float] = Field(default=[0.01, 0.1, 1.0, 10.0], min_length=1)
    power: float = Field(default=1.5, gt=1, lt=2)
    max_iterations: int = Field(default=1_000, ge=10)


class ValueTrainingConfig(Config):
    """All that decides which model of value is fitted to a training set.

    Attributes
    ----------
    seed
        Of all that is drawn.
    threads
        Of trees; with one, the same rows give the same bits on any machine.
    btyd
        Laws of buying and dropping out.
    linear, trees
        Settings of the challengers. Beyond ``trees.max_rounds`` nothing grows.
    bands
        Where the bands of scores begin.
    coverage, draws
        Of the predictive intervals: the share of futures that they shall hold, and how many are drawn for each history.
    """

    seed: int = 7
    threads: int = Field(default=1, ge=1)
    btyd: BtydConfig = BtydConfig()
    linear: LinearValueConfig = LinearValueConfig()
    trees: TreeConfig = TreeConfig(max_depth=3, subsample=0.7, max_rounds=300, patience=30)
    bands: BandConfig = BandConfig()
    coverage: float = Field(default=0.8, gt=0, lt=1)
    draws: int = Field(default=1_000, ge=100)


class ValuePromotionConfig(Config):
    """What a challenger must show before it serves.

    Attributes
    ----------
    min_buyers
        Rows of the test window with money without which there is no verdict.
    max_ratio
        Largest ratio of expected money to true money in the test window, or of true to expected, in total. In a market
        that grows or shrinks, what was known half a year before is off; what is off by more must not be planned with.
    leak_gini
        Normalised Gini of a single column, in either direction, from which on a leak is suspected. A Gini is twice an
        AUC less one; this is the one of an AUC of 0.97.
    non_inferiority_margin
        By how much the normalised Gini may be lower, at worst, of a challenger that was fitted only because the
        champion is old; without it such a challenger must be better, as any other.
    """

    min_buyers: int = Field(default=100, ge=1)
    max_ratio: float = Field(default=1.5, gt=1)
    leak_gini: float = Field(default=0.94, gt=0, le=1)
    non_inferiority_margin: float | None = Field(default=None, gt=0)


class ValueGateConfig(Config):
    """How versions are compared, and what a challenger must show.

    Attributes
    ----------
    evaluation, promotion
        How versions are measured, and by what they are judged.
    is_age_retrain
        Whether the challenger was fitted only because the champion is old.
    """

    evaluation: EvaluationConfig = EvaluationConfig()
    promotion: ValuePromotionConfig = ValuePromotionConfig()
    is_age_retrain: bool = False


class ValueMeasurementConfig(Config):
    """How a version is measured, and from what on a check of it fails."""

    evaluation: EvaluationConfig = EvaluationConfig()
    promotion: ValuePromotionConfig = ValuePromotionConfig()


class ValueScoringConfig(Config):
    """Which rows are scored: those of the newest ``periods`` of the feature table."""

    periods: int = Field(default=6, ge=1)
