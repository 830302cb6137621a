"""Measures of money with intervals, on rows whose figures are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.cltv.evaluation import ValueScores
from ml_assets.cltv.measure import (
    _deviances,
    coverage,
    deciles,
    gain,
    minimum_detectable_gain,
    scores,
    segment_scores,
)
from ml_assets.cltv.panel import ValuePanel
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.value import tweedie_deviance
from tests.unit.cltv.made import QUESTION, Made

CONFIG = EvaluationConfig(resamples=60)


@pytest.fixture(scope="module")
def rows(asked: Made) -> ValuePanel:
    return asked.panel.take(asked.split.test)


def noisy(rows: ValuePanel, share: float) -> np.ndarray:
    noise = np.random.default_rng(1).permutation(rows.value)
    return (1 - share) * rows.value + share * noise + 0.01


def test_a_perfect_prediction_is_perfect_in_every_resample(rows: ValuePanel) -> None:
    found = scores(rows, rows.value + 1e-9, CONFIG)
    for name, best in {"normalised_gini": 1.0, "spearman": 1.0, "r_squared": 1.0, "total_bias": 0.0}.items():
        estimate = getattr(found, name)
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((best, best, best), abs=1e-6)


def test_a_figure_lies_in_its_interval_and_noise_lowers_it(rows: ValuePanel) -> None:
    little, much = scores(rows, noisy(rows, 0.1), CONFIG), scores(rows, noisy(rows, 0.8), CONFIG)
    for found in (little, much):
        for name in ValueScores.model_fields:
            estimate = getattr(found, name)
            assert estimate.low <= estimate.value <= estimate.high
    for name in ("normalised_gini", "spearman", "r_squared"):
        assert getattr(little, name).value > getattr(much, name).value


def test_twice_the_money_is_a_bias_of_one_and_the_same_order(rows: ValuePanel) -> None:
    once, twice = scores(rows, noisy(rows, 0.3), CONFIG), scores(rows, 2 * noisy(rows, 0.3), CONFIG)
    assert twice.normalised_gini == once.normalised_gini
    assert (twice.total_bias.value or 0) == pytest.approx(2 * (once.total_bias.value or 0) + 1)


def test_gain_over_itself_is_nothing_and_over_noise_is_proven(rows: ValuePanel) -> None:
    good, bad = noisy(rows, 0.1), noisy(rows, 0.9)
    nothing = gain(rows, good, good, CONFIG)
    assert (nothing.value, nothing.low, nothing.high) == (0.0, 0.0, 0.0)
    proven, turned = gain(rows, good, bad, CONFIG), gain(rows, bad, good, CONFIG)
    assert (proven.low or 0) > 0
    assert turned.value == pytest.approx(-(proven.value or 0))


def test_minimum_detectable_gain_follows_the_width() -> None:
    # (1.96 + 0.84) standard errors; the interval is 2 * 1.96 of them wide.
    found = minimum_detectable_gain(Estimate(value=0.0, low=-0.0196, high=0.0196), 0.95)
    assert found == pytest.approx(0.028, rel=1e-2)
    assert minimum_detectable_gain(Estimate(value=0.0), 0.95) is None


def test_coverage_counts_who_lies_between(rows: ValuePanel) -> None:
    wide = coverage(rows, np.zeros(len(rows)), np.full(len(rows), 1e9), 0.8, CONFIG)
    assert (wide.covered.value, wide.covered_if_bought.value) == (1.0, 1.0)
    nobody = coverage(rows, np.zeros(len(rows)), np.zeros(len(rows)), 0.8, CONFIG)
    assert nobody.covered.value == pytest.approx((rows.value == 0).mean())
    assert nobody.covered_if_bought.value == 0.0


def test_segments_cover_all_rows_and_small_ones_are_together(rows: ValuePanel) -> None:
    found = segment_scores(rows, noisy(rows, 0.3), QUESTION.segment, minimum_rows=60)
    assert sum(each.rows for each in found) == len(rows)
    assert sum(each.purchases for each in found) == int((rows.value > 0).sum())
    assert [each.rows for each in found] == sorted((each.rows for each in found), reverse=True)
    assert len(segment_scores(rows, noisy(rows, 0.3), QUESTION.segment, minimum_rows=10**6)) == 1


def test_deciles_hold_all_money(rows: ValuePanel) -> None:
    found = deciles(rows, noisy(rows, 0.3))
    assert sum(each.rows * each.mean_truth for each in found) == pytest.approx(rows.value.sum())


def test_deviance_of_rows_has_the_mean_of_the_library(rows: ValuePanel) -> None:
    predicted = noisy(rows, 0.5)
    assert _deviances(rows.value, predicted).mean() == pytest.approx(tweedie_deviance(rows.value, predicted))
