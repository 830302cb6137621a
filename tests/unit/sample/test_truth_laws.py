"""The laws of visits and spending: against the library that fits them, and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter
from scipy.special import ndtri

from ecom_assets.sample.draws import Floats
from ecom_assets.sample.olist import visits
from ecom_assets.sample.olist.parameters import OlistParameters, Segment
from ecom_assets.sample.truth import bgnbd, spending

LAW = Segment("any", 1.0, 0.6, 100.0, 0.8, 2.5, 0.0, 1.0, 1.0, 0.0)
FOREVER = Segment("any", 1.0, 1e9, 1e9 / 0.02, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0)
HISTORIES = bgnbd.History(
    frequency=np.array([0.0, 0.0, 1.0, 3.0, 12.0]),
    recency=np.array([0.0, 0.0, 20.0, 150.0, 300.0]),
    age=np.array([10.0, 400.0, 400.0, 160.0, 330.0]),
)


def fitter() -> BetaGeoFitter:
    model = BetaGeoFitter()
    model.params_ = {"r": LAW.rate_shape, "alpha": LAW.rate_days, "a": LAW.dropout_alpha, "b": LAW.dropout_beta}
    return model


def test_alive_probability_and_expected_visits_are_those_of_the_library() -> None:
    columns = (HISTORIES.frequency, HISTORIES.recency, HISTORIES.age)
    assert bgnbd.alive_probability(LAW, HISTORIES) == pytest.approx(fitter().conditional_probability_alive(*columns))
    for days in (30.0, 180.0):
        expected = fitter().conditional_expected_number_of_purchases_up_to_time(days, *columns)
        assert bgnbd.expected_visits(LAW, HISTORIES, days) == pytest.approx(expected)


def test_log_likelihood_is_the_library_s() -> None:
    names = ("r", "alpha", "a", "b")
    logs = np.log([fitter().params_[name] for name in names])
    expected = [
        -BetaGeoFitter._negative_log_likelihood(logs, *(np.array([v]) for v in row), np.array([1.0]), 0.0)
        for row in zip(HISTORIES.frequency, HISTORIES.recency, HISTORIES.age, strict=True)
    ]
    assert bgnbd.log_likelihood(LAW, HISTORIES) == pytest.approx(expected)


def test_expected_value_of_an_order_is_the_library_s() -> None:
    model = GammaGammaFitter()
    model.params_ = {"p": 4.0, "q": 4.5, "v": 110.0}
    orders, mean = np.array([1.0, 2.0, 7.0]), np.array([80.0, 300.0, 120.0])
    expected = model.conditional_expected_average_profit(orders, mean)
    assert bgnbd.expected_gamma_gamma_value((4.0, 4.5, 110.0), orders, orders * mean) == pytest.approx(
        np.asarray(expected)
    )


def test_the_chance_of_no_visit_is_that_of_simulated_customers() -> None:
    rng = np.random.default_rng(4)
    count, age, days = 200_000, 200.0, 60.0
    segment = np.zeros(count, dtype=np.int64)
    customer, _, time = visits.later_visits(
        rng,
        visits.draw_rates(rng, (LAW,), segment),
        visits.draw_dropouts(rng, (LAW,), segment),
        np.full(count, age + days),
    )
    past = time <= age
    frequency = np.bincount(customer[past], minlength=count).astype(float)
    recency = np.zeros(count)
    np.maximum.at(recency, customer[past], time[past])
    away = np.ones(count)
    away[customer[~past]] = 0.0
    chance = bgnbd.no_visit_probability(
        LAW, bgnbd.History(frequency, recency, np.full(count, age)), np.full(count, days)
    )
    for low, high in ((0, 0), (1, 1), (2, 4), (5, 500)):
        members = (frequency >= low) & (frequency <= high)
        error = np.sqrt((chance[members] * (1 - chance[members])).sum()) / members.sum()
        assert away[members].mean() == pytest.approx(chance[members].mean(), abs=4 * error)
    assert chance[frequency == 0].mean() > chance[frequency > 4].mean() + 0.2


@given(frequency=st.integers(0, 40), recency=st.floats(0.0, 1.0), age=st.floats(1.0, 700.0), days=st.floats(0.0, 400.0))
def test_chances_stay_within_bounds_and_fall_with_time(frequency: int, recency: float, age: float, days: float) -> None:
    last = recency * age if frequency else 0.0
    history = bgnbd.History(np.array([float(frequency)]), np.array([last]), np.array([age]))
    for law in (LAW, FOREVER):
        [away] = bgnbd.no_visit_probability(law, history, np.array([days]))
        [later] = bgnbd.no_visit_probability(law, history, np.array([days + 1.0]))
        assert 0.0 <= later <= away + 1e-12 <= 1.0 + 1e-12
        assert 0.0 < bgnbd.alive_probability(law, history)[0] <= 1.0
        assert bgnbd.expected_visits(law, history, days)[0] >= -1e-9


def test_who_never_leaves_is_alive_and_comes_at_one_rate() -> None:
    assert (bgnbd.alive_probability(FOREVER, HISTORIES) == 1.0).all()
    assert bgnbd.no_visit_probability(FOREVER, HISTORIES, np.full(5, 50.0)) == pytest.approx(
        np.full(5, np.exp(-1.0)), rel=1e-6
    )
    assert bgnbd.expected_visits(FOREVER, HISTORIES, 50.0) == pytest.approx(np.full(5, 1.0), rel=1e-6)


# -- spending ----------------------------------------------------------------------------------------------------

ONE = (Segment("any", 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0),)


def scores(*rows: list[float]) -> spending.Scores:
    count, total, squares = ([f(row) for row in rows] for f in (len, sum, lambda r: sum(s * s for s in r)))
    return spending.Scores(np.array(count, dtype=float), np.array(total, dtype=float), np.array(squares, dtype=float))


def test_scores_are_ranks_among_the_orders_of_the_four_weeks_before() -> None:
    start = np.datetime64("2018-01-01", "s")
    # Forty orders on the first day, one of another value four weeks later, and one too late to be compared with them.
    purchased = np.array([start] * 40 + [start + np.timedelta64(28, "D"), start + np.timedelta64(60, "D")])
    value = np.array([*range(1, 41), 30.5, 5.0], dtype=float)
    found = spending.observed_scores(ONE, purchased, value)
    assert np.isnan(found[:40]).all()
    # 30 of 40 are cheaper.
    assert found[40] == pytest.approx(ndtri(30.5 / 41), abs=0.01)
    assert np.isnan(found[41])


def test_scores_do_not_know_of_later_orders() -> None:
    rng = np.random.default_rng(3)
    purchased = np.datetime64("2018-01-01", "s") + np.sort(rng.integers(0, 100 * 86_400, 3_000)).astype(
        "timedelta64[s]"
    )
    value = rng.lognormal(4, 1, 3_000)
    whole = spending.observed_scores(ONE, purchased, value)
    part = spending.observed_scores(ONE, purchased[:2_000], value[:2_000])
    assert np.array_equal(whole[:2_000], part, equal_nan=True)


def test_the_likelihood_of_scores_is_that_of_exchangeable_normals() -> None:
    from scipy.stats import multivariate_normal

    segment = OlistParameters().segments[2]
    rows = [[1.0], [2.0, 1.1, 0.3], [-1.0, -0.5]]
    expected = [
        multivariate_normal(
            np.full(len(row), segment.spending), 0.6 * np.eye(len(row)) + 0.4 * np.ones((len(row), len(row)))
        ).logpdf(row)
        for row in rows
    ]
    assert spending.log_likelihood(segment, 0.4, scores(*rows)) == pytest.approx(expected)
    assert spending.log_likelihood(segment, 0.4, scores([])) == pytest.approx([0.0])


def test_the_expected_value_lies_between_what_one_spent_and_what_all_spend() -> None:
    recent = np.exp(4.0 + 0.9 * np.random.default_rng(1).standard_normal(200_000))
    [value] = spending.expected_values(ONE, 0.5, scores([], [2.0], [2.0, 2.0, 2.0]), recent)
    # A log-normal law throughout, so the answers are known: the level shrinks, the rest of the spread stays.
    expected: list[Floats | float] = []
    for count, level in ((0, 0.0), (1, 2.0), (3, 2.0)):
        weight = count * 0.5 / (count * 0.5 + 0.5)
        variance = 0.5 + 0.5 * 0.5 / (count * 0.5 + 0.5)
        expected.append(np.exp(4.0 + 0.9 * weight * level + 0.5 * 0.81 * variance))
    assert value == pytest.approx(expected, rel=0.02)
