"""How each candidate is fitted to rows: rules, the laws, and what is stacked on both.

Belongs here: one function a candidate. Does not belong here: which rows (``train``), the choice among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.trees import TreeMargin
from ml_assets.cltv.boosting import Grown, Law, grow
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.log_linear import LogLinearMargin
from ml_assets.cltv.margins import constant, sum_of
from ml_assets.cltv.rules import Factor, ProductMargin, ValueRule, total_matched
from ml_assets.cltv.stacking import EXPECTED_PURCHASES, EXPECTED_VALUE, MEAN_VALUE

FloatArray = npt.NDArray[np.float64]
Parameters = dict[str, float | int | str]

BTYD = "btyd"
LINEAR = "log_linear"
BOOSTED = "boosted_trees"
TWO_STAGE = "two_stage"
BLEND = "blend"
# From the simplest on; of equals the first is chosen.
LEARNED = (BTYD, LINEAR, BOOSTED, TWO_STAGE, BLEND)

# Names of parameters that validation finds.
PENALTY, ROUNDS, COUNT_ROUNDS, VALUE_ROUNDS = "penalty", "rounds", "count_rounds", "value_rounds"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as candidates read them.

    Attributes
    ----------
    matrix
        Features and stacked columns, shape (n, p).
    count, value
        Days with a purchase and money of the holdout, shape (n,).
    """

    matrix: Matrix
    count: FloatArray
    value: FloatArray


@dataclass(frozen=True, slots=True)
class Bench:
    """Training rows, the rows that say where to stop, and all settings.

    Attributes
    ----------
    encoder
        Names and kinds of the columns.
    train
        Rows to fit on.
    validation
        Rows that stop the growth of trees; None where ``found`` says how many rounds there shall be.
    found
        Parameters that were found before.
    config
        Settings.
    """

    encoder: FeatureEncoder
    train: Rows
    validation: Rows | None
    found: Mapping[str, float | int | str]
    config: ValueTrainingConfig

    @property
    def has_laws(self) -> bool:
        """Whether the laws' expectations are among the columns."""
        return EXPECTED_VALUE in self.encoder.names


@dataclass(frozen=True, slots=True)
class Fit:
    """A margin of log money and what it was fitted with."""

    margin: MarginModel
    parameters: Parameters


def fit_rule(rule: ValueRule, bench: Bench) -> Fit:
    """Return a rule with its one factor."""
    return Fit(
        ProductMargin.fit(rule.factors, bench.encoder.names, bench.train.matrix, bench.train.value),
        {},
    )


def fit_laws(bench: Bench) -> Fit:
    """Return the laws' own expectation, which is not scaled: its bias is its own."""
    return Fit(ProductMargin.of((Factor(EXPECTED_VALUE),), bench.encoder.names, bench.train.matrix), {})


def fit_linear(bench: Bench) -> Fit:
    """Return the regression with the penalty that was found, or the first of the candidates."""
    config = bench.config.linear
    penalty = float(bench.found.get(PENALTY, config.penalties[0]))
    model = LogLinearMargin.fit(bench.train.matrix, bench.train.value, bench.encoder.is_category, penalty, config)
    return Fit(_matched(model, bench), {PENALTY: penalty})


def fit_boosted(bench: Bench) -> Fit:
    """Return trees on top of the regression: its line goes on where trees have seen no row."""
    linear = fit_linear(bench)
    trees = _grown(Law.MONEY, bench, linear.margin, bench.found.get(ROUNDS))
    return Fit(_matched(sum_of(linear.margin, trees), bench), linear.parameters | {ROUNDS: _rounds(trees)})


def fit_two_stage(bench: Bench) -> Fit:
    """Return expected purchases times expected money of one, each by trees on top of what the laws expect.

    Both are products with a logarithm, so that what a column adds to either adds up.
    """
    names, rows = bench.encoder.names, bench.train
    purchases = ProductMargin.fit((Factor(EXPECTED_PURCHASES),), names, rows.matrix, rows.count)
    mean = ProductMargin.of((Factor(MEAN_VALUE),), names, rows.matrix)
    counted = _grown(Law.COUNT, bench, purchases, bench.found.get(COUNT_ROUNDS))
    valued = _grown(Law.MEAN_VALUE, bench, mean, bench.found.get(VALUE_ROUNDS))
    model = sum_of(purchases, counted, mean, valued)
    return Fit(_matched(model, bench), {COUNT_ROUNDS: _rounds(counted), VALUE_ROUNDS: _rounds(valued)})


def fit_blend(bench: Bench) -> Fit:
    """Return the geometric mean of regression, trees and two stages."""
    parts = [fit_linear(bench), fit_boosted(bench)]
    if bench.has_laws:
        parts += [fit_laws(bench), fit_two_stage(bench)]
    parameters: Parameters = {}
    for part in parts:
        parameters |= part.parameters
    model = sum_of(*(part.margin for part in parts), weight=1 / len(parts))
    return Fit(_matched(model, bench), parameters)


FITS: Mapping[str, Callable[[Bench], Fit]] = {
    BTYD: fit_laws,
    LINEAR: fit_linear,
    BOOSTED: fit_boosted,
    TWO_STAGE: fit_two_stage,
    BLEND: fit_blend,
}
NEED_LAWS = (BTYD, TWO_STAGE)


def _grown(law: Law, bench: Bench, start: MarginModel, rounds: float | int | str | None) -> TreeMargin:
    config = bench.config
    return grow(
        law,
        bench.encoder,
        _targets(law, bench.train, start),
        None if bench.validation is None else _targets(law, bench.validation, start),
        config.trees,
        power=config.linear.power,
        seed=config.seed,
        threads=config.threads,
        rounds=None if rounds is None else int(rounds),
    )


def _targets(law: Law, rows: Rows, start: MarginModel) -> Grown:
    """Return what a law is asked: money, counts, or the mean value of those who bought for some money."""
    known = start.margin(rows.matrix)
    if law is not Law.MEAN_VALUE:
        return Grown(rows.matrix, rows.value if law is Law.MONEY else rows.count, known)
    has_value = (rows.count > 0) & (rows.value > 0)
    count = rows.count[has_value]
    return Grown(rows.matrix[has_value], rows.value[has_value] / count, known[has_value], count)


def _matched(model: MarginModel, bench: Bench) -> MarginModel:
    """Return a model with the one factor by which its sum over the training rows is that of the truth."""
    return sum_of(model, constant(total_matched(model.margin(bench.train.matrix), bench.train.value)))


def _rounds(trees: TreeMargin) -> int:
    return trees.rounds
