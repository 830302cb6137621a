"""In the steady world no month differs from another by law; in the marketplace carriers, promises and surveys do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecom_assets.sample.olist.parameters import OlistParameters
from tests.unit.sample.worlds import world

SCALE, SEED = 0.15, 4
# Whole quarters after the first, whose parcels have all arrived.
QUARTERS = pd.period_range("2017Q2", "2018Q2", freq="Q")
MONTHS = pd.period_range("2017-03", "2018-07", freq="M")


def by_period(moments: pd.Series[pd.Timestamp], values: pd.Series[float], periods: pd.PeriodIndex) -> pd.Series[float]:
    """Return the mean of values by the period of their moments."""
    return values.groupby(moments.dt.to_period(periods.freq)).mean().reindex(periods)


def transit_days(scenario: str) -> pd.Series[float]:
    _, market = world(SCALE, SEED, scenario)
    orders = market.orders.dropna(subset=["delivered"])
    taken = (orders["delivered"] - orders["carrier"]).dt.total_seconds() / 86_400
    return by_period(orders["carrier"], np.log(taken.clip(lower=0.1)), QUARTERS)


def promised_days(scenario: str) -> pd.Series[float]:
    _, market = world(SCALE, SEED, scenario)
    days = (market.orders["promised"] - market.orders["purchased"]).dt.total_seconds() / 86_400
    return by_period(market.orders["purchased"], np.log(days), MONTHS)


def titled_share(scenario: str) -> pd.Series[float]:
    _, market = world(SCALE, SEED, scenario)
    reviews = market.reviews
    return by_period(reviews["survey"], reviews["title"].notna().astype(float), QUARTERS)


def spread(means: pd.Series[float]) -> float:
    """Return by how much the largest mean differs from the smallest."""
    return float(means.max() - means.min())


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
