"""Fits find what the literature found, alike in any unit and however rows are counted, and say when they cannot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from lifetimes import BetaGeoFitter

from ml_assets.cltv.btyd import library
from ml_assets.cltv.btyd.errors import NotConvergedError, TooFewRepeatersError
from ml_assets.cltv.btyd.fitting import Fitted, fit_purchases, fit_values, with_more_penalty
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.btyd.value_law import ValueLaw
from ml_assets.cltv.config import BtydConfig
from tests.fixtures import cdnow

FloatArray = npt.NDArray[np.float64]
CONFIG = BtydConfig()
DAYS_A_WEEK = 7.0


def in_weeks(histories: Histories) -> Histories:
    return Histories(
        histories.frequency, histories.recency / DAYS_A_WEEK, histories.age / DAYS_A_WEEK, histories.monetary_value
    )


def drawn(count: int, seed: int, **changes: float) -> Histories:
    """Return histories that follow BG/NBD (time to the second, so that no day hides a purchase) and gamma-gamma."""
    r, alpha, a, b = ({"r": 0.6, "alpha": 100.0, "a": 0.8, "b": 2.5} | changes).values()
    rng = np.random.default_rng(seed)
    age = rng.integers(1, 730, count).astype(np.float64)
    rate, chance = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count)
    frequency, recency, now = np.zeros(count), np.zeros(count), np.zeros(count)
    staying = np.arange(count)
    while len(staying):
        now[staying] += rng.exponential(size=len(staying)) / rate[staying]
        staying = staying[now[staying] < age[staying]]
        frequency[staying] += 1
        recency[staying] = now[staying]
        staying = staying[rng.random(len(staying)) >= chance[staying]]
    spent = rng.gamma(4.0 * np.maximum(frequency, 1)) / (rng.gamma(4.5, 1 / 110.0, count) * np.maximum(frequency, 1))
    return Histories(frequency, recency, age, np.where(frequency > 0, spent, 0.0))


def fitted(histories: Histories, penalizer: float = 0.0, *, at_once: bool = False) -> Fitted[PurchaseLaw]:
    return fit_purchases(histories, penalizer, CONFIG, may_leave_at_once=at_once)


def test_cdnow_in_weeks_gives_the_published_bg_nbd() -> None:
    # Fader, Hardie and Lee (2005), table 2; more digits from a fit by scipy alone.
    found = fitted(in_weeks(cdnow.histories()))
    assert found.law.r == pytest.approx(0.2426, abs=5e-5)
    assert found.law.alpha == pytest.approx(4.4135, abs=2e-4)
    assert found.law.a == pytest.approx(0.7929, abs=2e-4)
    assert found.law.b == pytest.approx(2.4258, abs=4e-4)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=5e-3)
    assert found.customers == 2357


def test_cdnow_in_days_gives_the_same_law_with_alpha_in_days() -> None:
    weeks, days = fitted(in_weeks(cdnow.histories())), fitted(cdnow.histories())
    assert days.law.alpha == pytest.approx(DAYS_A_WEEK * weeks.law.alpha, rel=1e-6)
    for name in ("r", "a", "b"):
        assert getattr(days.law, name) == pytest.approx(getattr(weeks.law, name), rel=1e-6)
        assert days.log_errors[name] == pytest.approx(weeks.log_errors[name], rel=1e-4)
    # A density per day is a seventh of the density per week, for each of the repeat purchases.
    change = cdnow.histories().frequency.sum() * np.log(DAYS_A_WEEK)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - change)


def test_cdnow_gives_the_published_standard_errors() -> None:
    found = fitted(in_weeks(cdnow.histories()))
    published = {"r": 0.0126, "alpha": 0.378, "a": 0.186, "b": 0.705}
    for name, error in published.items():
        assert found.log_errors[name] == pytest.approx(error / getattr(found.law, name), rel=5e-3)


def test_cdnow_gives_the_published_gamma_gamma() -> None:
    found = fit_values(cdnow.histories(), 0.0, CONFIG)
    assert found.law.p == pytest.approx(6.25, abs=5e-3)
    assert found.law.q == pytest.approx(3.74, abs=5e-3)
    assert found.law.v == pytest.approx(15.45, abs=1e-2)
    assert found.customers == 946
    assert found.law.mean_value(cdnow.histories()).mean() == pytest.approx(35.2530, abs=2e-3)


def test_counted_rows_give_what_all_rows_give() -> None:
    histories = cdnow.histories()
    theirs = BetaGeoFitter().fit(histories.frequency, histories.recency, histories.age)
    ours = fitted(histories)
    assert ours.different < ours.customers / 2
    for name, value in theirs.params_.items():
        assert getattr(ours.law, name) == pytest.approx(value, rel=1e-6)
        assert ours.log_errors[name] == pytest.approx(theirs.standard_errors_[name] / value, rel=1e-5)


@pytest.mark.parametrize("at_once", [False, True], ids=["bg_nbd", "mbg_nbd"])
def test_standard_errors_are_those_of_the_likelihood_of_all_customers(at_once: bool) -> None:
    histories = cdnow.histories()
    found = fitted(histories, at_once=at_once)
    names, step = ("r", "alpha", "a", "b"), 1e-3
    best = np.log([getattr(found.law, name) for name in names])

    def likelihood(logs: FloatArray) -> float:
        law = PurchaseLaw(**dict(zip(names, np.exp(logs), strict=True)), may_leave_at_once=at_once)
        return float(law.log_likelihood(histories).sum())

    def slope(along: FloatArray, at: FloatArray) -> float:
        return (likelihood(at + along) - likelihood(at - along)) / (2 * step)

    unit = np.eye(4) * step
    curvature = np.array([[(slope(i, best + j) - slope(i, best - j)) / (2 * step) for j in unit] for i in unit])
    errors = np.sqrt(np.diag(np.linalg.inv(-curvature)))
    np.testing.assert_allclose([found.log_errors[name] or 0.0 for name in names], errors, rtol=1e-3)


def test_an_interval_is_symmetric_in_logarithms() -> None:
    law = ValueLaw(p=2.0, q=3.0, v=10.0)
    known = Fitted[ValueLaw](
        law=law, log_errors={"p": 0.1, "q": None}, penalizer=0, log_likelihood=-1, customers=9, different=9
    )
    low, high = known.interval("p") or (0.0, 0.0)
    assert (low, high) == pytest.approx((2 * np.exp(-0.196), 2 * np.exp(0.196)), rel=1e-4)
    assert known.interval("q") is None


def test_a_pilot_changes_no_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = drawn(3000, seed=3)
    whole, whole_values = fitted(histories), fit_values(histories, 0.0, CONFIG)
    monkeypatch.setattr(library, "_PILOT", 300)
    piloted, piloted_values = fitted(histories), fit_values(histories, 0.0, CONFIG)
    assert piloted != whole
    for name in ("r", "alpha", "a", "b"):
        assert getattr(piloted.law, name) == pytest.approx(getattr(whole.law, name), rel=1e-4)
    for name in ("p", "q", "v"):
        assert getattr(piloted_values.law, name) == pytest.approx(getattr(whole_values.law, name), rel=1e-4)


@pytest.mark.parametrize("penalizer", [0.0, 0.01])
def test_the_unit_of_money_and_of_time_changes_nothing_else(penalizer: float) -> None:
    histories = cdnow.histories()
    cents = Histories(histories.frequency, histories.recency, histories.age, 100 * histories.monetary_value)
    dollars_law = fit_values(histories, penalizer, CONFIG).law
    cents_law = fit_values(cents, penalizer, CONFIG).law
    assert (cents_law.p, cents_law.q) == pytest.approx((dollars_law.p, dollars_law.q), rel=1e-5)
    assert cents_law.v == pytest.approx(100 * dollars_law.v, rel=1e-5)
    days, weeks = (fitted(each, penalizer).law for each in (histories, in_weeks(histories)))
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-5)


def test_a_penalty_pulls_towards_nothing() -> None:
    free, pulled = fitted(cdnow.histories()), fitted(cdnow.histories(), 0.01)
    assert pulled.law.b < free.law.b
    assert pulled.log_likelihood < free.log_likelihood
    assert (free.penalizer, pulled.penalizer) == (0.0, 0.01)


def same(count: int, frequency: float, recency: float, age: float, value: float) -> Histories:
    return Histories(*(np.full(count, each) for each in (frequency, recency, age, value)))


@pytest.mark.parametrize(
    "histories",
    [same(500, 0.0, 0.0, 100.0, 0.0), same(1, 3.0, 50.0, 100.0, 20.0), same(0, 0.0, 0.0, 0.0, 0.0)],
    ids=["nobody_came_back", "a_single_customer", "no_customer"],
)
def test_too_few_repeaters_are_told(histories: Histories) -> None:
    with pytest.raises(TooFewRepeatersError, match=r"BG/NBD law was not fitted: [01] of \d+ .* 30 are needed"):
        fitted(histories)
    with pytest.raises(TooFewRepeatersError, match="gamma-gamma law"):
        fit_values(histories, 0.0, CONFIG)


def test_repeat_days_without_a_price_do_not_count_for_values() -> None:
    with pytest.raises(TooFewRepeatersError, match="0 of 500"):
        fit_values(same(500, 1.0, 50.0, 100.0, 0.0), 0.0, CONFIG)


def test_equal_values_are_told_to_determine_no_law(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotConvergedError, match=r"gamma-gamma law .* penaliser 0\..*optimiser answered: .*larger pen"):
        fit_values(same(500, 2.0, 50.0, 100.0, 20.0), 0.0, CONFIG)
    assert capsys.readouterr().out == ""


def test_a_law_without_a_mean_is_refused() -> None:
    rng = np.random.default_rng(5)
    count = 2000
    enormous = rng.gamma(4.0, size=count) / rng.gamma(0.5, 1 / 100.0, count)
    with pytest.raises(NotConvergedError, match="infinite"):
        fit_values(Histories(np.ones(count), np.full(count, 5.0), np.full(count, 9.0), enormous), 0.0, CONFIG)


def law_if(least: float, tried: list[float]) -> Fitted[ValueLaw]:
    if tried[-1] < least:
        raise NotConvergedError(f"not with {tried[-1]:g}")
    return Fitted[ValueLaw](
        law=ValueLaw(p=1, q=2, v=3), log_errors={}, penalizer=tried[-1], log_likelihood=0, customers=1, different=1
    )


def test_more_penalty_is_tried_until_a_law_is_found() -> None:
    tried: list[float] = []

    def fit(penalizer: float) -> Fitted[ValueLaw]:
        tried.append(penalizer)
        return law_if(0.1, tried)

    found = with_more_penalty(fit, 0.01, [1.0, 0.0, 0.1, 0.05])
    assert tried == [0.01, 0.05, 0.1]
    assert (found.penalizer, found.failures) == (0.1, ("not with 0.01", "not with 0.05"))
    with pytest.raises(NotConvergedError, match=r"not with 0\.01 not with 0\.02"):
        with_more_penalty(fit, 0.01, [0.02])


def test_planted_laws_lie_within_their_intervals() -> None:
    histories = drawn(4000, seed=1)
    purchases, values = fitted(histories), fit_values(histories, 0.0, CONFIG)
    for name, planted in {"r": 0.6, "alpha": 100.0, "a": 0.8, "b": 2.5}.items():
        low, high = purchases.interval(name, 0.999) or (np.inf, -np.inf)
        assert low < planted < high
    for name, planted in {"p": 4.0, "q": 4.5, "v": 110.0}.items():
        low, high = values.interval(name, 0.999) or (np.inf, -np.inf)
        assert low < planted < high
