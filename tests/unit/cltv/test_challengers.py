"""Regression, trees and sums: what they find, and that they explain themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from ml_assets.classification.encoding import FeatureEncoder
from ml_assets.cltv.boosting import Grown, Law, grow
from ml_assets.cltv.config import LinearValueConfig
from ml_assets.cltv.log_linear import LogLinearMargin
from ml_assets.cltv.margins import constant, sum_of
from ml_assets.config import TreeConfig

ROWS = 2_000
GENERATOR = np.random.default_rng(5)
FEATURES = pd.DataFrame(
    {
        "spend": GENERATOR.lognormal(2.0, 1.0, ROWS),
        "days": GENERATOR.integers(0, 100, ROWS).astype(float),
        "same": 1.0,
        "state": np.where(GENERATOR.random(ROWS) < 0.5, "SP", "RJ"),
    }
)
ENCODER = FeatureEncoder.fit(FEATURES, np.arange(ROWS))
MATRIX = ENCODER.matrix(FEATURES)
# Money rises with spend, and for one state only it falls with days.
LOG_MONEY = np.log(FEATURES["spend"]) - 0.02 * FEATURES["days"] * (FEATURES["state"] == "SP")
VALUE: npt.NDArray[np.float64] = np.exp(LOG_MONEY.to_numpy()) * GENERATOR.gamma(2.0, 0.5, ROWS)
POWER = 1.5


def linear(value: npt.NDArray[np.float64], penalty: float = 0.001) -> LogLinearMargin:
    return LogLinearMargin.fit(MATRIX, value, ENCODER.is_category, penalty, LinearValueConfig())


def trees(value: npt.NDArray[np.float64], rounds: int | None, validation: Grown | None = None):  # type: ignore[no-untyped-def]
    start = np.full(ROWS, np.log(value.mean()))
    config = TreeConfig(max_rounds=60, patience=5, min_child_weight=5)
    rows = Grown(MATRIX, value, start)
    return grow(Law.MONEY, ENCODER, rows, validation, config, power=POWER, seed=1, threads=1, rounds=rounds)


def test_regression_finds_the_direction_of_each_column_and_leaves_out_what_tells_nothing() -> None:
    model = linear(VALUE)
    assert model.places == (0, 1)
    spend, days = model.coefficients
    assert spend > 0 > days
    assert np.exp(model.margin(MATRIX)).sum() == pytest.approx(VALUE.sum(), rel=0.2)


def test_regression_does_not_depend_on_the_currency() -> None:
    np.testing.assert_allclose(
        linear(100 * VALUE).margin(MATRIX) - linear(VALUE).margin(MATRIX), np.log(100.0), atol=1e-5
    )


def test_a_missing_number_is_the_mean_in_the_regression() -> None:
    model = linear(VALUE)
    gone = np.full((1, 4), np.nan, dtype=np.float32)
    assert model.margin(gone) == pytest.approx([model.intercept])


def test_a_strong_penalty_leaves_the_mean() -> None:
    np.testing.assert_allclose(np.exp(linear(VALUE, penalty=1e6).margin(MATRIX)), VALUE.mean(), rtol=1e-3)


@pytest.mark.parametrize("kind", ["regression", "trees", "sum"])
def test_contributions_sum_to_the_margin(kind: str) -> None:
    models = {"regression": linear(VALUE), "trees": trees(VALUE, 10)}
    model = models.get(kind) or sum_of(*models.values(), constant(0.3))
    np.testing.assert_allclose(model.contributions(MATRIX).sum(axis=1), model.margin(MATRIX), atol=1e-4)


def test_trees_find_what_holds_in_one_state_only() -> None:
    margin = trees(VALUE, 60).margin(MATRIX)
    is_far, in_sp = FEATURES["days"] > 60, FEATURES["state"] == "SP"
    assert margin[is_far & in_sp].mean() < margin[is_far & ~in_sp].mean() - 0.5


def test_trees_do_not_depend_on_the_currency() -> None:
    np.testing.assert_allclose(trees(VALUE, 20).margin(MATRIX), trees(1024 * VALUE, 20).margin(MATRIX), atol=1e-4)


def test_rows_that_tell_otherwise_stop_the_growth() -> None:
    shuffled = np.random.default_rng(1).permutation(VALUE)
    against = Grown(MATRIX, shuffled, np.full(ROWS, np.log(VALUE.mean())))
    assert trees(VALUE, None, against).rounds < trees(VALUE, None, Grown(MATRIX, VALUE, against.start)).rounds


def test_a_sum_with_weights_is_a_geometric_mean_and_sums_are_taken_apart() -> None:
    mean = sum_of(constant(np.log(4.0)), sum_of(constant(np.log(3.0)), constant(np.log(3.0))), weight=0.5)
    assert len(mean.parts) == 3
    assert np.exp(mean.margin(MATRIX[:1])) == pytest.approx([6.0])
