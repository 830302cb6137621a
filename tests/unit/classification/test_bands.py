"""Bands cover everyone and never divide equals; thresholds follow from costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.classification.bands import BANDS, Bands
from ml_assets.classification.value import cost_threshold, expected_value
from ml_assets.config import BandConfig, ValueConfig

SHARES = BandConfig(high_share=0.1, medium_share=0.3)


def counts(bands: Bands, probability: np.ndarray) -> dict[str, int]:
    names, numbers = np.unique(bands.of(probability).astype(str), return_counts=True)
    return dict(zip(names.tolist(), numbers.tolist(), strict=True))


def test_different_probabilities_are_divided_by_the_shares() -> None:
    probability = np.arange(100) / 100
    assert counts(Bands.fit(probability, SHARES), probability) == {"high": 10, "medium": 20, "low": 70}


def test_equals_stay_together_at_the_cut_that_is_closest_to_the_share() -> None:
    # 15 % at the top and 25 % below: 15 % is closer to 10 % than nobody, 40 % closer to 30 % than 15 %.
    probability = np.repeat([0.9, 0.5, 0.1], [15, 25, 60])
    assert counts(Bands.fit(probability, SHARES), probability) == {"high": 15, "medium": 25, "low": 60}


def test_where_half_of_all_are_equal_at_the_top_nobody_is_singled_out_as_high() -> None:
    probability = np.repeat([0.9, 0.1], [50, 50])
    assert counts(Bands.fit(probability, SHARES), probability) == {"medium": 50, "low": 50}


@pytest.mark.parametrize("probability", [np.full(10, 0.07), np.ones(3)], ids=["base rate", "certain"])
def test_where_all_are_equal_all_are_low(probability: np.ndarray) -> None:
    assert counts(Bands.fit(probability, SHARES), probability) == {"low": len(probability)}


def test_a_higher_probability_than_any_on_the_window_is_high() -> None:
    assert Bands.fit(np.full(10, 0.07), SHARES).of(np.array([0.5])).tolist() == ["high"]


def test_without_rows_all_are_low() -> None:
    assert set(Bands.fit(np.empty(0), SHARES).of(np.array([0.0, 0.5, 1.0]))) == {"low"}


def test_a_share_of_medium_below_that_of_high_leaves_no_medium() -> None:
    probability = np.arange(100) / 100
    bands = Bands.fit(probability, BandConfig(high_share=0.3, medium_share=0.1))
    assert counts(bands, probability) == {"high": 30, "low": 70}


@given(
    probability=st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.20000001, 0.9, 1.0]), min_size=1, max_size=50),
    high=st.floats(0.01, 0.99),
    medium=st.floats(0.01, 0.99),
)
def test_everyone_has_a_band_and_a_higher_probability_never_a_lower_one(
    probability: list[float], high: float, medium: float
) -> None:
    ordered = np.sort(np.array(probability))[::-1]
    bands = Bands.fit(ordered, BandConfig(high_share=high, medium_share=medium)).of(ordered)
    ranks = [BANDS.index(band) for band in bands]
    assert ranks == sorted(ranks)


def test_at_the_threshold_a_contact_is_worth_nothing() -> None:
    value = ValueConfig(margin=40.0, contact_cost=2.0, save_rate=0.25)
    assert cost_threshold(value) == pytest.approx(0.2)
    worth = expected_value(np.array([0.0, 0.2, 0.5]), value)
    assert worth is not None
    np.testing.assert_allclose(worth, [-2.0, 0.0, 3.0])


@pytest.mark.parametrize("unset", ["margin", "contact_cost", "save_rate"])
def test_without_all_three_figures_there_is_no_money(unset: str) -> None:
    value = ValueConfig(**({"margin": 40.0, "contact_cost": 2.0, "save_rate": 0.25} | {unset: None}))
    assert cost_threshold(value) is None
    assert expected_value(np.array([0.5]), value) is None
