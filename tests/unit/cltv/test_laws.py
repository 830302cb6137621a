"""The laws say what the literature and the library say, and hold together among themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter
from scipy.integrate import quad

from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.quadrature import beta_nodes
from ml_assets.cltv.btyd.value_law import ValueLaw

FloatArray = npt.NDArray[np.float64]
LAWS = {"bg_nbd": False, "mbg_nbd": True}
HISTORIES = Histories(
    frequency=np.array([0.0, 0.0, 1.0, 3.0, 12.0, 300.0]),
    recency=np.array([0.0, 0.0, 10.0, 250.0, 90.0, 690.0]),
    age=np.array([0.0, 300.0, 300.0, 270.0, 300.0, 700.0]),
    monetary_value=np.array([0.0, 0.0, 20.0, 7.5, 80.0, 33.0]),
)


def law(at_once: bool, **changes: float) -> PurchaseLaw:
    return PurchaseLaw(**({"r": 0.25, "alpha": 30.0, "a": 0.8, "b": 2.4} | changes), may_leave_at_once=at_once)


@pytest.mark.parametrize("at_once", LAWS.values(), ids=LAWS)
def test_likelihood_chance_and_expectation_are_the_librarys(at_once: bool) -> None:
    ours = law(at_once)
    theirs = (ModifiedBetaGeoFitter if at_once else BetaGeoFitter)()
    theirs.params_ = {"r": ours.r, "alpha": ours.alpha, "a": ours.a, "b": ours.b}
    columns = (HISTORIES.frequency, HISTORIES.recency, HISTORIES.age)
    logs = np.log([ours.r, ours.alpha, ours.a, ours.b])
    likelihood = -theirs._negative_log_likelihood(logs, *columns, np.ones(len(HISTORIES)), 0.0) * len(HISTORIES)
    assert ours.log_likelihood(HISTORIES).sum() == pytest.approx(likelihood, rel=1e-12)
    np.testing.assert_allclose(ours.probability_alive(HISTORIES), theirs.conditional_probability_alive(*columns))
    for days in (1.0, 180.0, 1000.0):
        expected = theirs.conditional_expected_number_of_purchases_up_to_time(days, *columns)
        np.testing.assert_allclose(ours.expected_purchases(HISTORIES, days), expected, rtol=1e-9)


def test_the_chance_of_being_alive_by_hand() -> None:
    # a / b = 1 and ((1 + 3) / (1 + 1)) ** (1 + 1) = 4: gone is four times as likely. Modified: a / (b + 1) is 1 / 2.
    history = Histories(np.ones(1), np.ones(1), np.full(1, 3.0), np.ones(1))
    even = {"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}
    assert law(False, **even).probability_alive(history)[0] == pytest.approx(1 / 5)
    assert law(True, **even).probability_alive(history)[0] == pytest.approx(1 / 3)


def test_only_the_modified_law_lets_go_of_those_without_repeat() -> None:
    once = HISTORIES.take(slice(0, 2))
    assert law(False).probability_alive(once).tolist() == [1.0, 1.0]
    modified = law(True).probability_alive(once)
    assert modified[0] > modified[1] > 0


def test_expected_purchases_do_not_break_at_a_of_1() -> None:
    below, at, above = (law(False, a=a).expected_purchases(HISTORIES, 365.0) for a in (1 - 1e-5, 1.0, 1 + 1e-5))
    np.testing.assert_allclose(at, (below + above) / 2, rtol=1e-8)


def test_expected_purchases_hold_where_hardly_anything_is_known_of_leaving() -> None:
    # Parameters as a fit finds them where almost nobody comes back.
    for extreme in (
        {"r": 0.0054, "alpha": 28.0, "a": 62_939.0, "b": 3_400.0},
        {"r": 0.017, "alpha": 228.0, "a": 624.0, "b": 0.002},
    ):
        expected = law(False, **extreme).expected_purchases(HISTORIES, 180.0)
        assert np.all(np.isfinite(expected)) and np.all(expected >= 0)


def test_nothing_is_expected_of_no_time() -> None:
    assert law(False).expected_purchases(HISTORIES, 0.0).tolist() == [0.0] * len(HISTORIES)


@pytest.mark.parametrize("at_once", LAWS.values(), ids=LAWS)
def test_chances_of_all_counts_sum_to_one_and_have_the_expected_mean(at_once: bool) -> None:
    few = HISTORIES.take(slice(0, 5))
    counts = np.arange(400.0)
    chance = np.exp([law(at_once).log_probability(few, 90.0, np.full(len(few), count)) for count in counts])
    np.testing.assert_allclose(chance.sum(axis=0), 1.0, rtol=1e-9)
    np.testing.assert_allclose(counts @ chance, law(at_once).expected_purchases(few, 90.0), rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0.05, 5),
    st.floats(1, 500),
    st.floats(0.05, 20),
    st.floats(0.05, 50),
    st.sampled_from([False, True]),
    st.floats(1, 400),
)
def test_more_days_never_hold_fewer_purchases_than_the_rate_without_leaving(
    r: float, alpha: float, a: float, b: float, at_once: bool, days: float
) -> None:
    drawn = PurchaseLaw(r=r, alpha=alpha, a=a, b=b, may_leave_at_once=at_once)
    short, long = (drawn.expected_purchases(HISTORIES, horizon) for horizon in (days, 2 * days))
    most = (r + HISTORIES.frequency) / (alpha + HISTORIES.age) * 2 * days
    assert np.all(short >= 0)
    assert np.all(short <= long * (1 + 1e-12))
    assert np.all(long <= most * (1 + 1e-9))


@given(st.floats(0.01, 500), st.floats(0.01, 500))
def test_quadrature_finds_the_moments_of_a_beta_law(a: float, b: float) -> None:
    [node], [weight] = beta_nodes(np.array([a]), np.array([b]))
    assert weight.sum() == pytest.approx(1)
    assert weight @ node == pytest.approx(a / (a + b), rel=1e-9, abs=1e-12)
    assert weight @ node**2 == pytest.approx(a * (a + 1) / (a + b) / (a + b + 1), rel=1e-9, abs=1e-12)


VALUES = ValueLaw(p=2.0, q=3.0, v=10.0)


def test_the_expected_value_by_hand() -> None:
    # Two days of 20 on average: 2 * (10 + 40) / (2 * 2 + 3 - 1). Without a price, or without repeat: 2 * 10 / (3 - 1).
    histories = Histories(
        np.array([2.0, 2.0, 0.0]), np.array([5.0, 5.0, 0.0]), np.full(3, 9.0), np.array([20.0, 0.0, 0.0])
    )
    np.testing.assert_allclose(VALUES.mean_value(histories), [100 / 6, 10.0, 10.0])


def test_values_are_the_librarys() -> None:
    theirs = GammaGammaFitter()
    theirs.params_ = {"p": VALUES.p, "q": VALUES.q, "v": VALUES.v}
    valued = HISTORIES.take(HISTORIES.has_value)
    columns = (valued.frequency, valued.monetary_value)
    likelihood = -theirs._negative_log_likelihood(np.log([2.0, 3.0, 10.0]), *columns, np.ones(len(valued)), 0.0)
    assert VALUES.log_likelihood(*columns).mean() == pytest.approx(likelihood)
    np.testing.assert_allclose(VALUES.mean_value(valued), theirs.conditional_expected_average_profit(*columns))


def test_the_forecast_of_values_is_a_density_with_the_expected_mean() -> None:
    one = HISTORIES.take(slice(3, 4))

    def density(value: float) -> float:
        return float(np.exp(VALUES.log_predictive(one, np.full(1, 2.0), np.full(1, value)))[0])

    assert quad(density, 0, np.inf)[0] == pytest.approx(1, rel=1e-6)
    mean = quad(lambda value: value * density(value), 0, np.inf)[0]
    assert mean == pytest.approx(VALUES.mean_value(one)[0], rel=1e-6)
