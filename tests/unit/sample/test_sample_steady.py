"""In the steady world no month differs from another by law; in the marketplace carriers, promises and surveys do."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from ecom_assets.sample.config import Scenario
from ecom_assets.sample.olist.parameters import OlistParameters
from ecom_assets.sample.retailrocket.arrivals import DAY_MS, first_days
from ecom_assets.sample.scenarios import sample_config
from tests.unit.sample.worlds import world

SCALE, SEED = 0.15, 4
# Whole quarters after the first, whose parcels have all arrived.
QUARTERS = ["2017Q2", "2017Q3", "2017Q4", "2018Q1", "2018Q2"]
MONTHS = [str(each) for each in np.arange("2017-03", "2018-08", dtype="datetime64[M]")]


def by_period(moments: pd.Series[pd.Timestamp], values: pd.Series[float], periods: list[str]) -> dict[str, float]:
    """Return the mean of values by the month or quarter of their moments."""
    of_row = moments.dt.to_period("Q" if periods is QUARTERS else "M").astype(str).to_numpy()
    return {period: float(values.to_numpy()[of_row == period].mean()) for period in periods}


def transit_days(scenario: str) -> dict[str, float]:
    _, market = world(SCALE, SEED, scenario)
    orders = market.orders.dropna(subset=["delivered"])
    taken = (orders["delivered"] - orders["carrier"]).dt.total_seconds() / 86_400
    return by_period(orders["carrier"], taken.clip(lower=0.1).map(math.log), QUARTERS)


def promised_days(scenario: str) -> dict[str, float]:
    _, market = world(SCALE, SEED, scenario)
    days = (market.orders["promised"] - market.orders["purchased"]).dt.total_seconds() / 86_400
    return by_period(market.orders["purchased"], days.map(math.log), MONTHS)


def titled_share(scenario: str) -> dict[str, float]:
    _, market = world(SCALE, SEED, scenario)
    reviews = market.reviews
    return by_period(reviews["survey"], reviews["title"].notna().astype(float), QUARTERS)


def spread(means: dict[str, float]) -> float:
    """Return by how much the largest mean differs from the smallest."""
    return max(means.values()) - min(means.values())


# About 2,000 parcels a quarter: the mean of their logarithms of spread 0.7 has an error of 0.016, a share one of 0.01.
def test_carriers_are_always_as_fast_in_the_steady_world_only() -> None:
    assert spread(transit_days("steady")) < 0.08
    assert spread(transit_days("marketplace")) > 0.20


def test_as_much_is_always_promised_in_the_steady_world_only() -> None:
    assert spread(promised_days("steady")) < 0.10
    assert spread(promised_days("marketplace")) > 0.25


def test_reviews_have_titles_from_the_first_day_in_the_steady_world_only() -> None:
    assert spread(titled_share("steady")) < 0.06
    assert titled_share("marketplace")[QUARTERS[0]] == 0.0
    assert titled_share("marketplace")[QUARTERS[-1]] > 0.2


@pytest.mark.parametrize(("scenario", "is_even"), [("steady", True), ("marketplace", False)])
def test_first_orders_are_spread_evenly_over_the_steady_world_only(scenario: str, *, is_even: bool) -> None:
    _, market = world(SCALE, SEED, scenario)
    months = market.orders["purchased"].dt.to_period("M").value_counts().reindex(MONTHS)
    assert (months.max() / months.min() < 1.3) == is_even


def test_sellers_of_the_steady_world_are_unequal_and_stay() -> None:
    rates = OlistParameters.steady()
    assert rates.sellers.activity_spread == OlistParameters().sellers.activity_spread
    _, market = world(SCALE, SEED, "steady")
    assert market.sellers["start"].nunique() == 1
    assert (market.sellers["end"] > np.datetime64("2018-10-17")).all()


def test_the_campaign_of_the_steady_world_adds_no_order() -> None:
    assert {segment.campaign_orders for segment in OlistParameters.steady().segments} == {0.0}
    assert {segment.campaign_orders for segment in OlistParameters().segments} != {0.0}


@pytest.mark.parametrize(("weeks_differ", "is_even"), [(False, True), (True, False)])
def test_weeks_of_the_steady_click_stream_have_as_many_new_visitors(*, weeks_differ: bool, is_even: bool) -> None:
    days = first_days(np.random.default_rng(5), 20_000, weeks_differ=weeks_differ)
    # The log goes on for twenty weeks, of which the last lacks days.
    weeks = np.bincount((days - days.min()) // (7 * DAY_MS))[:-1]
    assert len(weeks) == 19
    # About a thousand a week: a standard deviation is 3 %.
    assert (weeks.max() / weeks.min() < 1.2) == is_even


def test_the_steady_scenario_asks_for_even_weeks() -> None:
    worlds = {each: sample_config(scale=0.01, seed=1, scenario=each) for each in Scenario}
    assert {each for each, config in worlds.items() if not config.retailrocket.weeks_differ} == {Scenario.STEADY}
