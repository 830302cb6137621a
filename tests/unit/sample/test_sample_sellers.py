"""The law of sellers: who is there, who sells, who leaves."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.places import build_places
from ecom_assets.sample.olist.sellers import FOUNDERS, build_sellers, candidates, draw_sellers, leaving, sale_weeks
from tests.unit.sample.worlds import world

FIRST = np.datetime64("2016-09-04T21:15:19", "s")


def days_after(start: str, ends: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> list[float]:
    passed = (ends - np.datetime64(start, "s")).astype(np.int64)
    return [int(seconds) / 86_400 for seconds in passed]


@pytest.fixture(scope="module")
def market() -> Marketplace:
    return world(0.4, 7)[1]


def sales_per_seller(market: Marketplace) -> Floats:
    """Return the number of orders of each seller, also of those without any."""
    pairs = market.units[["order", "seller"]].drop_duplicates()
    return np.bincount(pairs["seller"], minlength=len(market.sellers)).astype(np.float64)


# -- hand-made worlds --------------------------------------------------------------------------------------------


def test_weeks_count_from_the_first_purchase() -> None:
    times = FIRST + np.array([0, 7 * 86_400 - 1, 7 * 86_400, -1]).astype("timedelta64[s]")
    assert sale_weeks(times).tolist() == [0, 0, 1, -1]


def test_sales_go_to_those_who_are_there_in_proportion_to_their_rates() -> None:
    week = np.timedelta64(7, "D")
    sellers = pd.DataFrame(
        {
            # There in weeks 0 to 9, in week 0 only, and from week 1 on.
            "start": [FIRST, FIRST, FIRST + week + 1],
            "end": [FIRST + 9 * week, FIRST + 1, FIRST + 9 * week],
            "rate": [1.0, 3.0, 9.0],
        }
    )
    times = np.repeat([FIRST + 5, FIRST + week + 5], 4_000)
    chosen = draw_sellers(np.random.default_rng(1), sellers, times)
    first, second = (np.bincount(half, minlength=3) / 4_000 for half in (chosen[:4_000], chosen[4_000:]))
    # Standard errors are below 0.008; five of them.
    assert first.tolist() == pytest.approx([0.25, 0.75, 0.0], abs=0.04)
    assert second.tolist() == pytest.approx([0.1, 0.0, 0.9], abs=0.04)
    assert first[2] == second[1] == 0


def test_sellers_leave_when_their_hazard_is_used_up_and_faster_after_a_drift() -> None:
    start = np.full(3, np.datetime64("2017-01-01", "s"))
    # Of a mean life of 420 days: 42 days, 210 days, and beyond the end of the extract (2018-10-17T17:30:18 and a day).
    exposure = np.array([0.1, 0.5, 9.0])
    to_the_end = 654 + (17 * 3600 + 30 * 60 + 18) / 86_400 + 1
    assert days_after("2017-01-01", leaving(SampleConfig(), start, exposure)) == pytest.approx([42, 210, to_the_end])
    # 100 days after the start the hazard trebles: 110 days more become 36 2/3.
    drift = Drift(DriftKind.CONCEPT, date(2017, 4, 11))
    drifting = leaving(SampleConfig(drift=drift), start, exposure)
    assert days_after("2017-01-01", drifting) == pytest.approx([42, 100 + 110 / 3, to_the_end], abs=1e-4)
    covariate = Drift(DriftKind.COVARIATE, date(2017, 4, 11))
    assert days_after("2017-01-01", leaving(SampleConfig(drift=covariate), start, exposure))[1] == pytest.approx(210)


def test_a_drift_changes_nobody_who_left_before_it() -> None:
    plain, drifting = (
        build_sellers(config, build_places(config))
        for config in (
            SampleConfig(scale=0.1, seed=3),
            SampleConfig(scale=0.1, seed=3, drift=Drift(DriftKind.CONCEPT, date(2018, 1, 1))),
        )
    )
    gone = plain["end"] < pd.Timestamp("2018-01-01")
    assert 20 < gone.sum() < len(plain) - 20
    pd.testing.assert_frame_equal(plain[gone], drifting[gone])
    later = ~gone & (plain["end"] < pd.Timestamp("2018-10-18"))
    later[:FOUNDERS] = False
    assert (drifting.loc[later, "end"] < plain.loc[later, "end"]).all()
    assert (drifting["rate"] == plain["rate"]).all()


# -- margins of the original -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_about_as_many_sellers_sell_as_in_the_original_and_some_candidates_do_not(seed: int) -> None:
    config, market = world(0.2, seed)
    sold = (sales_per_seller(market) > 0).sum()
    # A fifth of 3,095; about one in five candidates sells nothing, so a standard deviation is about 12.
    assert sold == pytest.approx(619, abs=50)
    assert candidates(config) > sold


def test_a_tenth_of_the_sellers_makes_two_thirds_of_the_sales(market: Marketplace) -> None:
    sales = np.sort(sales_per_seller(market))[::-1]
    sales = sales[sales > 0]
    assert sales[: round(len(sales) / 10)].sum() / sales.sum() == pytest.approx(0.667, abs=0.05)
    assert sales[0] / sales.sum() < 0.06
    # 7 orders in the original.
    assert 5 <= np.median(sales) <= 10


def test_sellers_join_in_the_quarters_of_the_original(market: Marketplace) -> None:
    purchased = market.orders["purchased"].to_numpy()[market.units["order"].to_numpy()]
    first = pd.Series(purchased).groupby(market.units["seller"].to_numpy()).min().dt.to_period("Q").astype(str)
    share = first.value_counts(normalize=True)
    assert share[["2016Q3", "2016Q4"]].sum() < 0.05
    expected = {"2017Q1": 0.17, "2017Q2": 0.112, "2017Q3": 0.117, "2017Q4": 0.141, "2018Q1": 0.13, "2018Q2": 0.173}
    for quarter, original in expected.items():
        assert share[quarter] == pytest.approx(original, abs=0.045), quarter


# -- null --------------------------------------------------------------------------------------------------------


def test_in_a_null_world_sellers_differ_by_chance_only() -> None:
    market = world(0.2, 1, is_null=True)[1]
    assert market.sellers["rate"].nunique() == 1
    assert market.sellers["handling"].nunique() == 1
    assert (market.sellers["start"] <= pd.Timestamp(FIRST)).all()
    assert (market.sellers["end"] > market.orders["purchased"].max()).all()
    sales = sales_per_seller(market)
    assert (sales > 0).all()
    # Poisson counts: the index of dispersion of 619 sellers is 1 with a standard error of 0.057; five of them.
    assert sales.var() / sales.mean() == pytest.approx(1.0, abs=0.285)
