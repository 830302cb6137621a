"""Numbers in words: digits, signs, and what is said where there is no number."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.classification.evaluation import FoldStatistics, Metric, Scores
from ml_assets.classification.question import Period
from ml_assets.cltv.evaluation import ValueMetric
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.question import ClaimedMetric
from ml_assets.reports.wording import (
    METRIC_WORDS,
    POOLED_GINI,
    TEST_METRICS,
    decimal,
    parameter,
    percent,
    period_name,
    signed,
    why_not_measurable,
    with_interval,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.71234, "0.712"),
        (1234.5, "1,234.500"),
        (-0.25, "\u22120.250"),
        (-0.0001, "0.000"),
        (0.0, "0.000"),
        (None, "not measurable"),
        (math.nan, "not measurable"),
        (math.inf, "not measurable"),
    ],
    ids=str,
)
def test_a_decimal_has_its_digits_and_a_zero_has_no_sign(value: float | None, text: str) -> None:
    assert decimal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.018, "+0.018"), (-0.018, "\u22120.018"), (0.0001, "0.000"), (None, "not measurable")],
    ids=str,
)
def test_a_difference_shows_its_sign_unless_it_rounds_to_zero(value: float | None, text: str) -> None:
    assert signed(value) == text


@given(st.floats(-1e6, 1e6))
def test_a_decimal_reads_back_as_the_number(value: float) -> None:
    read = float(decimal(value).replace(",", "").replace("\u2212", "-"))
    assert read == pytest.approx(value, abs=0.000501)


def test_shares_are_percentages_that_no_line_break_divides() -> None:
    assert percent(0.0712) == "7.1\N{NO-BREAK SPACE}%"
    assert percent(None) == "not measurable"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(value=0.713, low=0.69, high=0.735), "0.713 (0.690 to 0.735)"),
        (Estimate(value=0.713), "0.713"),
        (Estimate(value=0.713, low=0.69), "0.713"),
        (Estimate(value=None, low=0.69, high=0.735), "not measurable"),
        (None, "not measurable"),
    ],
    ids=["whole", "without interval", "half an interval", "without value", "missing"],
)
def test_an_estimate_stands_beside_its_interval(estimate: Estimate | None, text: str) -> None:
    assert with_interval(estimate) == text


def test_parameters_are_as_short_as_they_can_be() -> None:
    assert [parameter(value) for value in (0.05, 20.0, 148, "hist")] == ["0.05", "20", "148", "hist"]


def test_months_and_weeks_have_names() -> None:
    assert period_name(date(2018, 3, 1), Period.MONTH) == "2018-03"
    assert period_name(date(2015, 6, 21), Period.WEEK) == "2015-06-21"


def fold(rows: int, positives: int) -> FoldStatistics:
    day = date(2018, 1, 1)
    return FoldStatistics(name="test", first_period=day, last_period=day, rows=rows, positives=positives, entities=rows)


@pytest.mark.parametrize(
    ("rows", "positives", "words"),
    [
        (0, 0, "The test window holds no row whose answer is known."),
        (1200, 0, "All 1,200 rows of the test window have the answer no: nothing can be ranked."),
        (7, 7, "All 7 rows of the test window have the answer yes: nothing can be ranked."),
    ],
    ids=["no rows", "only no", "only yes"],
)
def test_what_cannot_be_measured_has_a_reason(rows: int, positives: int, words: str) -> None:
    assert why_not_measurable(fold(rows, positives)) == words


def test_the_reason_counts_the_rarer_answer() -> None:
    assert why_not_measurable(fold(1000, 997)).startswith("The test window holds 3 rows of the rarer answer")


def test_every_metric_has_words_and_every_score_is_a_metric() -> None:
    assert set(METRIC_WORDS) == {*Metric, *ValueMetric, *ClaimedMetric, POOLED_GINI}
    assert set(TEST_METRICS) == set(Scores.model_fields)
