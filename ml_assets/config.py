"""What may be configured of training, promotion and scores; the same object is Dagster's config and what is logged.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field


class SplitConfig(Config):
    """How the rows of a question are divided by time.

    Attributes
    ----------
    test_periods, max_test_periods
        As-of periods (months or weeks) of the test window: at least so many, and more until it holds
        ``min_test_events`` rows of the rarer class, but no more than the second number. Without the first it is three
        months or four weeks.
    validation_periods
        Periods before the test window, by whose start their labels are mature, on which is chosen and calibrated.
    choice_windows
        Validation windows, the newest and those before it, over which candidates are compared: one odd quarter shall
        not decide. Each is predicted by candidates that were fitted to what was known before it.
    min_test_events
        Rows of the rarer class without which a window proves nothing.
    min_train_events
        Rows of the rarer class without which no model is fitted, and the rule answers.
    max_train_rows
        Beyond so many rows training takes those of a fixed random part of the entities.
    """

    test_periods: int | None = Field(default=None, ge=1)
    max_test_periods: int = Field(default=6, ge=1)
    validation_periods: int = Field(default=2, ge=1)
    choice_windows: int = Field(default=3, ge=1)
    min_test_events: int = Field(default=100, ge=1)
    min_train_events: int = Field(default=30, ge=2)
    max_train_rows: int = Field(default=1_000_000, ge=1_000)


class TreeConfig(Config):
    """Settings of the boosted trees; the search replaces them on the validation window.

    Attributes are those of XGBoost. ``max_rounds`` is where training ends if the validation window has not ended it.
    """

    learning_rate: float = Field(default=0.05, gt=0, le=1)
    max_depth: int = Field(default=3, ge=1, le=12)
    min_child_weight: float = Field(default=20.0, ge=0)
    subsample: float = Field(default=0.8, gt=0, le=1)
    colsample_bytree: float = Field(default=0.6, gt=0, le=1)
    reg_lambda: float = Field(default=5.0, ge=0)
    max_bin: int = Field(default=128, ge=2, le=512)
    max_rounds: int = Field(default=600, ge=1)
    patience: int = Field(default=40, ge=1)


class ForestConfig(Config):
    """Settings of the random forest."""

    trees: int = Field(default=100, ge=1)
    max_depth: int = Field(default=10, ge=1, le=20)
    min_child_weight: float = Field(default=20.0, ge=0)
    subsample: float = Field(default=0.8, gt=0, lt=1)
    colsample_bynode: float = Field(default=0.4, gt=0, le=1)


class SurvivalConfig(Config):
    """Settings of the trees that foresee how long something takes; ``scale`` is that of the logistic noise of its log.

    The other attributes are those of XGBoost, as for the boosted trees.
    """

    scale: float = Field(default=0.4, gt=0)
    learning_rate: float = Field(default=0.1, gt=0, le=1)
    max_depth: int = Field(default=3, ge=1, le=12)
    min_child_weight: float = Field(default=5.0, ge=0)
    subsample: float = Field(default=0.8, gt=0, le=1)
    colsample_bytree: float = Field(default=0.6, gt=0, le=1)
    reg_lambda: float = Field(default=5.0, ge=0)
    max_rounds: int = Field(default=400, ge=1)
    patience: int = Field(default=40, ge=1)


class LogisticConfig(Config):
    """Settings of the logistic regression.

    Attributes
    ----------
    inverse_penalties
        Inverse strengths of the penalty among which the validation window chooses.
    inverse_penalty
        The one that is taken; None lets the validation window choose.
    max_iterations
        Of the solver.
    max_rows
        Beyond so many rows every k-th is taken: some hundred coefficients learn nothing from more.
    """

    inverse_penalties: list[float] = Field(default=[0.00002, 0.0001, 0.0007, 0.005], min_length=1)
    inverse_penalty: float | None = Field(default=None, gt=0)
    max_iterations: int = Field(default=500, ge=10)
    max_rows: int = Field(default=200_000, ge=1_000)


class SearchConfig(Config):
    """A search for better settings of the trees; off unless trials are asked for.

    Attributes
    ----------
    trials
        Number of settings that are tried; 0 is no search.
    seconds
        After so long no further trial begins; None is no limit (a limit makes the outcome depend on the machine).
    """

    trials: int = Field(default=0, ge=0)
    seconds: float | None = Field(default=None, gt=0)


class BandConfig(Config):
    """Shares of the validation window's rows with the highest scores that make the bands high and medium."""

    high_share: float = Field(default=0.1, gt=0, lt=1)
    medium_share: float = Field(default=0.3, gt=0, lt=1)


class TrainingConfig(Config):
    """All that decides which model is fitted to a training set.

    Attributes
    ----------
    seed
        Of all that is drawn.
    threads
        Of trees and linear algebra. With one, the same rows give the same bits on any machine, and whoever shares the
        cores is not in the way; more are quicker on large sets.
    trees, forest, logistic, survival
        Settings of the candidates.
    search
        For better settings of the trees.
    bands
        Where the bands of scores begin.
    """

    seed: int = 7
    threads: int = Field(default=1, ge=1)
    trees: TreeConfig = TreeConfig()
    forest: ForestConfig = ForestConfig()
    logistic: LogisticConfig = LogisticConfig()
    survival: SurvivalConfig = SurvivalConfig()
    search: SearchConfig = SearchConfig()
    bands: BandConfig = BandConfig()


class EvaluationConfig(Config):
    """How a fitted model is measured.

    Attributes
    ----------
    resamples
        Bootstrap samples of entities behind each interval.
    confidence
        Of the intervals.
    rolling_periods
        How many of the newest mature periods are predicted by a model refitted before each of them.
    lift_share
        Share of rows with the highest score whose lift is shown.
    """

    resamples: int = Field(default=400, ge=20)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    rolling_periods: int = Field(default=8, ge=0)
    lift_share: float = Field(default=0.01, gt=0, le=0.5)
    seed: int = 11


class PromotionConfig(Config):
    """What a challenger must show before it serves.

    Attributes
    ----------
    min_events
        Rows of the rarer class in the test window without which there is no verdict.
    slope_tolerance, intercept_tolerance
        How far the calibration slope may lie from 1, and the intercept from 0, on the test window.
    min_brier_skill
        Brier skill against the prior that a challenger must have.
    leak_auc
        AUC of a single column, or of a tree of depth two, from which on a leak is suspected.
    leak_precision
        Precision at the base rate from which on a leak is suspected.
    non_inferiority_margin
        By how much log-loss may be worse, at worst, of a challenger that was fitted only because the champion is old;
        without it such a challenger must be better, as any other.
    """

    min_events: int = Field(default=100, ge=1)
    slope_tolerance: float = Field(default=0.5, gt=0)
    intercept_tolerance: float = Field(default=0.75, gt=0)
    min_brier_skill: float = 0.0
    leak_auc: float = Field(default=0.97, gt=0.5, le=1)
    leak_precision: float = Field(default=0.99, gt=0, le=1)
    non_inferiority_margin: float | None = Field(default=None, gt=0)


class ValueConfig(Config):
    """What a contact is worth; without all three there is no column of money.

    Attributes
    ----------
    margin
        Money kept if a contact saves a customer or an order.
    contact_cost
        Money that a contact costs.
    save_rate
        Share of the contacted that a contact saves.
    """

    margin: float | None = Field(default=None, gt=0)
    contact_cost: float | None = Field(default=None, ge=0)
    save_rate: float | None = Field(default=None, gt=0, le=1)


class ScoringConfig(Config):
    """Which rows are scored, and how.

    Attributes
    ----------
    periods
        The newest as-of periods of the feature table that are scored.
    value
        What a contact is worth.
    """

    periods: int = Field(default=6, ge=1)
    value: ValueConfig = ValueConfig()
