"""Rules of one line: their products by hand, their one factor, what each column adds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml_assets.cltv.rules import (
    DECAYED_SPEND,
    FREQUENCY_VALUE,
    RULES,
    TOTAL_SPEND,
    Factor,
    ProductMargin,
    total_matched,
)
from ml_assets.cltv.stacking import product

NAMES = ("frequency", "monetary_value", "items_value", "days_since_last_order")
MATRIX = np.array([[2.0, 10.0, 35.0, 0.0], [0.0, 0.0, 20.0, 182.0], [1.0, 4.0, 5.0, 364.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FREQUENCY_VALUE, [20.0, 0.0001, 4.0]),
        (TOTAL_SPEND, [35.0, 20.0, 5.0]),
        (DECAYED_SPEND, [35.0, 20.0 / np.e, 5.0 / np.e**2]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_products_by_hand(rule, expected) -> None:  # type: ignore[no-untyped-def]
    margin = ProductMargin.of(rule.factors, NAMES, MATRIX).margin(MATRIX)
    np.testing.assert_allclose(np.exp(margin), expected, rtol=1e-6)
    np.testing.assert_allclose(product(rule, pd.DataFrame(MATRIX, columns=list(NAMES))), expected, rtol=1e-6)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_one_factor_brings_the_sum_to_the_truth_and_keeps_the_order(rule) -> None:  # type: ignore[no-untyped-def]
    value = np.array([100.0, 0.0, 20.0])
    plain = ProductMargin.of(rule.factors, NAMES, MATRIX).margin(MATRIX)
    fitted = ProductMargin.fit(rule.factors, NAMES, MATRIX, value)
    assert np.exp(fitted.margin(MATRIX)).sum() == pytest.approx(120.0)
    np.testing.assert_allclose(fitted.margin(MATRIX) - plain, fitted.constant)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_contributions_sum_to_the_margin_and_centre_on_the_training_rows(rule) -> None:  # type: ignore[no-untyped-def]
    fitted = ProductMargin.fit(rule.factors, NAMES, MATRIX, np.array([1.0, 2.0, 3.0]))
    contributions = fitted.contributions(MATRIX)
    np.testing.assert_allclose(contributions.sum(axis=1), fitted.margin(MATRIX))
    np.testing.assert_allclose(contributions[:, :-1].mean(axis=0), 0.0, atol=1e-12)


def test_what_is_missing_counts_as_the_floor_or_as_today() -> None:
    margin = ProductMargin.of(DECAYED_SPEND.factors, NAMES, MATRIX)
    gone = np.full((1, 4), np.nan, dtype=np.float32)
    assert np.exp(margin.margin(gone)) == pytest.approx([0.01])


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        ProductMargin.of((Factor("nowhere"),), NAMES, MATRIX)


def test_the_factor_is_finite_without_rows_and_without_money() -> None:
    assert total_matched(np.empty(0), np.empty(0)) == 0.0
    assert np.isfinite(total_matched(np.zeros(3), np.zeros(3)))
