"""Customers: when they come back, what they spend, how they pay, and the planted campaign."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.olist import payments, people, spending, visits
from ecom_assets.sample.olist.parameters import OlistParameters, Segment
from tests.unit.sample.worlds import world

SEEDS = [1, 2, 3]
MARKETPLACE, LOYAL = OlistParameters(), OlistParameters.loyal()


def orders_per_person(scenario: str, seed: int) -> pd.Series[int]:
    return world(0.05, seed, scenario)[1].orders.groupby("person").size()


# -- coming back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_few_come_back_to_the_marketplace_and_many_to_the_loyal_shop(seed: int) -> None:
    # 2,997 of 96,096 people in the original.
    assert (orders_per_person("marketplace", seed) > 1).mean() == pytest.approx(0.031, abs=0.006)
    assert (orders_per_person("loyal", seed) > 1).mean() > 0.30


@pytest.mark.parametrize("scenario", ["marketplace", "loyal"])
def test_both_scenarios_have_as_many_orders_as_asked_for(scenario: str) -> None:
    # 5 % of 99,441; people are drawn, so the count of orders varies.
    counts = [len(world(0.05, seed, scenario)[1].orders) for seed in SEEDS]
    assert np.mean(counts) == pytest.approx(4_972, rel=0.02)


def test_the_black_friday_peak_comes_from_first_orders() -> None:
    _, market = world(0.3, 1)
    friday = (market.orders["purchased"].dt.date == date(2017, 11, 24)).to_numpy()
    first = (market.orders["visit"] == 0).to_numpy()
    november = (market.orders["purchased"].dt.to_period("M") == "2017-11").to_numpy()
    # A usual day has a thirtieth of its month; the later orders of that day are no more than that.
    assert friday[first].sum() / november[first].sum() > 4 / 30
    assert friday[~first].sum() / november[~first].sum() < 2.5 / 30


def test_segments_come_back_at_their_own_rates() -> None:
    _, market = world(0.3, 1)
    later = market.orders[market.orders["since_previous"] >= 1].groupby("segment").size()
    people_of = market.population["segment"].value_counts().sort_index()
    rate = dict(zip((segment.name for segment in MARKETPLACE.segments), later / people_of, strict=True))
    assert rate["regular"] > 5 * rate["bargain_hunter"] > 5 * rate["occasional"]


def test_expected_visits_are_those_of_simulated_customers() -> None:
    law = Segment("any", 1.0, 0.7, 60.0, 0.9, 2.2, 0.0, 1.0, 1.0, 0.0)
    rng = np.random.default_rng(1)
    count = 60_000
    segment = np.zeros(count, dtype=np.int64)
    rates, leaving = visits.draw_rates(rng, (law,), segment), visits.draw_dropouts(rng, (law,), segment)
    customer, number, days = visits.later_visits(rng, rates, leaving, np.full(count, 200.0))
    assert len(customer) / count == pytest.approx(float(visits.expected_visits(law, np.array([200.0]))[0]), rel=0.02)
    assert days.max() <= 200.0
    assert (np.bincount(customer, minlength=count)[customer] >= number).all()


def test_without_leaving_visits_are_a_poisson_stream() -> None:
    law = Segment("any", 1.0, 1e9, 1e9 / 0.02, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0)
    rng = np.random.default_rng(2)
    segment = np.zeros(20_000, dtype=np.int64)
    customer, _, _ = visits.later_visits(
        rng, visits.draw_rates(rng, (law,), segment), visits.draw_dropouts(rng, (law,), segment), np.full(20_000, 100.0)
    )
    counts = np.bincount(customer, minlength=20_000)
    assert counts.mean() == pytest.approx(2.0, abs=0.05)
    assert counts.var() == pytest.approx(2.0, abs=0.1)


def test_nobody_means_no_visit() -> None:
    customer, number, days = visits.later_visits(np.random.default_rng(1), *(np.empty(0) for _ in range(3)))
    assert len(customer) == len(number) == len(days) == 0


# -- the clock of rates ------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(
    min_value=pd.Timestamp("2017-01-01").to_pydatetime(), max_value=pd.Timestamp("2018-10-01").to_pydatetime()
)


@given(start=MOMENTS, days=st.floats(0, 400), factor=st.floats(0.1, 3))
def test_moments_and_days_of_a_clock_undo_each_other(start: object, days: float, factor: float) -> None:
    clock = people.VisitClock(np.datetime64("2018-01-01", "s"), factor)
    begin = np.array([start], dtype="datetime64[s]")
    moment = clock.moments(begin, np.array([days]))
    assert clock.days(begin, moment)[0] == pytest.approx(days, abs=3 / 86_400 * max(factor, 1.0))


def test_a_clock_runs_slower_after_a_change() -> None:
    clock = people.VisitClock(np.datetime64("2018-01-01", "s"), 0.5)
    begin = np.array(["2017-12-30", "2018-01-10"], dtype="datetime64[s]")
    assert clock.days(begin, np.datetime64("2018-01-11", "s")).tolist() == [2 + 0.5 * 10, 0.5]
    assert clock.days(begin[:1], np.datetime64("2017-12-31", "s")).tolist() == [1.0]
    assert people.VisitClock().days(begin, np.datetime64("2018-01-11", "s")).tolist() == [12.0, 1.0]


# -- spending and paying -----------------------------------------------------------------------------------------


def test_the_dearer_basket_goes_to_who_wants_to_spend_more_within_a_week() -> None:
    monday = np.datetime64("2016-09-05", "s")
    week = np.timedelta64(7, "D")
    orders = pd.DataFrame(
        {"purchased": [monday, monday, monday + week, monday + week], "wanted": [0.0, 1.0, 5.0, -5.0]}
    )
    # Order 0 holds the dearest basket of its week, made of two lines; the second week is in order already.
    lines = pd.DataFrame({"order": [0, 0, 1, 2, 3], "units": [1, 2, 1, 1, 1]})
    matched = spending.match_baskets(orders, lines, np.array([10.0, 20.0, 30.0, 9.0, 1.0]))
    assert matched["order"].tolist() == [1, 1, 0, 2, 3]
    assert matched["value"].tolist() == [50.0, 50.0, 30.0, 9.0, 1.0]


def test_segments_spend_at_their_own_level_and_people_at_theirs() -> None:
    _, market = world(0.3, 1)
    cents = market.units.groupby("order")["price_cents"].sum()
    value = np.log(cents.reindex(range(len(market.orders))).to_numpy())
    mean = pd.Series(value).groupby(market.orders["segment"].to_numpy()).mean()
    level = [segment.spending for segment in MARKETPLACE.segments]
    assert mean.argsort().tolist() == np.argsort(level).tolist()
    assert mean[2] - mean[1] > 1.0
    ordered = market.orders.assign(value=value).sort_values(["person", "visit"])
    pair = ordered[(ordered["person"] == ordered["person"].shift()) & (ordered["segment"] == 0)]
    before = ordered["value"].shift().loc[pair.index]
    assert pair["value"].corr(before) > 0.25


def test_orders_of_the_loyal_shop_are_worth_what_the_gamma_gamma_law_says() -> None:
    _, market = world(0.3, 1, "loyal")
    value = market.units.groupby("order")["price_cents"].sum() / 100
    shape, rate_shape, scale = LOYAL.spending.gamma_gamma or (0.0, 0.0, 0.0)
    assert value.mean() == pytest.approx(shape * scale / (rate_shape - 1), rel=0.03)
    wanted = market.orders["wanted"].to_numpy()[value.index.to_numpy()]
    assert np.median(np.abs(value.to_numpy() - wanted)) < 0.02
    assert np.quantile(np.abs(value.to_numpy() / wanted - 1), 0.99) < 0.1


def test_means_of_payment_differ_by_segment_and_keep_their_shares_over_all() -> None:
    for parameters in (MARKETPLACE, LOYAL):
        weights = payments.combination_weights(parameters.segments)
        share = np.array([segment.share for segment in parameters.segments])
        assert np.allclose(weights.sum(axis=1), 1.0)
        assert (weights >= 0).all()
        plain = payments.combination_weights(
            tuple(replace(s, boleto_factor=1.0, voucher_factor=1.0) for s in parameters.segments)
        )
        assert np.allclose(share @ weights, share @ plain)
    boleto, _ = payments.special_shares(MARKETPLACE.segments)
    assert boleto[1] / boleto[2] == pytest.approx(1.9 / 0.25)


def test_a_segment_without_room_for_cards_is_refused() -> None:
    greedy = replace(MARKETPLACE.segments[3], boleto_factor=40.0)
    with pytest.raises(ValueError, match="no room for cards in regular"):
        payments.combination_weights((*MARKETPLACE.segments[:3], greedy))


# -- the campaign ------------------------------------------------------------------------------------------------


def test_who_is_contacted_follows_from_what_the_shop_sees_and_what_it_adds_is_planted() -> None:
    config, market = world(1.0, 3, "loyal")
    contacts = market.contacts
    rules = config.olist.campaign
    age = (np.datetime64(rules.contacted_on) - market.population["first"].to_numpy()[contacts["person"]]).astype(
        "m8[D]"
    )
    assert ((age.astype(int) >= 30) & (age.astype(int) <= 365)).all()
    # Weighted by the chance of a contact, contacted people and others differ by the planted effect.
    day = pd.Timestamp(rules.contacted_on)
    orders = market.orders[
        (market.orders["purchased"] >= day) & (market.orders["purchased"] < day + pd.Timedelta(days=30))
    ]
    outcome = orders.groupby("person").size().reindex(contacts["person"]).fillna(0.0).to_numpy()
    treated = contacts["is_contacted"].to_numpy()
    chance = contacts["propensity"].to_numpy()
    part = np.where(treated, outcome / chance, -outcome / (1 - chance))
    error = part.std() / np.sqrt(len(part))
    planted = contacts["effect"].mean()
    assert abs(part.mean() - planted) < 4 * error
    # The plain comparison is off, since recent customers are contacted and order more anyway.
    naive = outcome[treated].mean() - outcome[~treated].mean()
    assert naive - planted > 4 * error


def test_nobody_gains_from_a_contact_in_a_null_world() -> None:
    _, market = world(0.05, 1, is_null=True)
    assert market.contacts["added_at"].isna().all()
    assert market.contacts["propensity"].nunique() == 1


# -- drift -------------------------------------------------------------------------------------------------------


def test_a_covariate_shift_moves_prices_and_states_from_its_day_on() -> None:
    start = date(2018, 3, 1)
    _, plain = world(0.05, 1)
    _, moved = world(0.05, 1, drift=Drift(DriftKind.COVARIATE, start))
    late = (plain.orders["purchased"] >= pd.Timestamp(start)).to_numpy()
    for since, factor, remote_factor in ((~late, 1.0, 1.0), (late, 1.4, 1.55)):
        price = [
            market.units.loc[since[market.units["order"].to_numpy()], "price_cents"].mean() for market in (plain, moved)
        ]
        assert price[1] / price[0] == pytest.approx(factor, rel=0.001)
        remote = [1 - market.orders.loc[since, "state"].isin(["SP", "RJ", "MG"]).mean() for market in (plain, moved)]
        assert remote[1] / remote[0] == pytest.approx(remote_factor, rel=0.08 if remote_factor > 1 else 1e-9)


def test_a_concept_shift_keeps_customers_away() -> None:
    start = date(2018, 1, 1)
    _, plain = world(0.05, 1, "loyal")
    _, moved = world(0.05, 1, "loyal", drift=Drift(DriftKind.CONCEPT, start))
    counts = []
    for market in (plain, moved):
        later = market.orders[market.orders["visit"] > 0]
        counts.append(
            [(later["purchased"] < pd.Timestamp(start)).sum(), (later["purchased"] >= pd.Timestamp(start)).sum()]
        )
    assert counts[1][0] / counts[0][0] == pytest.approx(1.0, abs=0.25)
    people_ratio = len(moved.population) / len(plain.population)
    assert counts[1][1] / counts[0][1] / people_ratio < 0.65


def test_a_null_world_cannot_drift() -> None:
    with pytest.raises(ValueError, match="no relation that could drift"):
        SampleConfig(is_null=True, drift=Drift(DriftKind.CONCEPT, date(2018, 1, 1)))


def test_a_drift_states_its_sizes() -> None:
    statement = Drift(DriftKind.COVARIATE, date(2018, 1, 1)).statement()
    assert statement == {
        "kind": "covariate", "from": "2018-01-01", "price_factor": 1.4, "remote_state_factor": 2.0, "hours_later": 6,
    }  # fmt: skip
    assert set(Drift(DriftKind.CONCEPT, date(2018, 1, 1)).statement()) == {
        "kind", "from", "transit_factor", "repeat_factor", "seller_hazard_factor", "return_odds_factor",
    }  # fmt: skip
