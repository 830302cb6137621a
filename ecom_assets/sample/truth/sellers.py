"""What an oracle says of sellers: whether they stop selling, and what they will be worth.

Belongs here: the two questions, answered from the belief at a month end. Does not belong here: how the belief comes
about.

Known are the laws of rates, joining and leaving with their parameters, a planted drift from its start on. A seller's
own rate and whether he is still there are inferred from his sales. The exposure of the days ahead is taken to be that
of the last four weeks: the market's sales then over the sum of rates expected today. A sale is an order with units of
the seller, by the time of its purchase and whatever becomes of it; its value is their prices without freight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, days_between
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.months import FIRST_PURCHASE
from ecom_assets.sample.olist.sellers import WEEK_SECONDS
from ecom_assets.sample.truth.customer_history import price_level
from ecom_assets.sample.truth.questions import (
    AS_OF_DATE,
    CHURN_SELLERS,
    CLTV_SELLERS,
    EXPECTED_COUNT,
    EXPECTED_VALUE,
    PROBABILITY,
    SELLER,
)
from ecom_assets.sample.truth.seller_filter import Belief, RateGrid, follow_sellers, staying
from ecom_assets.sample.truth.seller_sales import Sales, read_sales, value_of_sale
from ecom_assets.sample.truth.spine import as_of_column, marketplace_month_ends

CHURN_SCHEMA = pa.schema([(SELLER, pa.string()), (AS_OF_DATE, pa.date32()), (PROBABILITY, pa.float64())])
CLTV_SCHEMA = pa.schema(
    [(SELLER, pa.string()), (AS_OF_DATE, pa.date32()), (EXPECTED_COUNT, pa.float64()), (EXPECTED_VALUE, pa.float64())]
)
_WEEK = np.timedelta64(WEEK_SECONDS, "s")


def churn_sellers_oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None) -> Iterator[pa.Table]:
    """Yield, for each month end, the chance that an active seller sells nothing within the horizon.

    Parameters
    ----------
    config
        The world's rates.
    market
        The whole world; only sales before each as-of date's end are read for it.
    before
        As-of dates that are over at this moment; all without it.
    """
    sales, grid = read_sales(config, market), RateGrid.of(config)
    ids = pa.array(market.sellers[SELLER].to_numpy()[sales.frame_row])
    for belief in _beliefs(config, sales, grid, before):
        active_from = sales.until(belief.moment - np.timedelta64(CHURN_SELLERS.active_days, "D"))
        asked = np.unique(sales.seller[active_from : belief.sales])
        there = belief.there[asked]
        silent = _silence(config, belief, grid, CHURN_SELLERS.horizon_days)
        probability = 1.0 - there.sum(axis=1) + there @ silent
        columns = [ids.take(asked), as_of_column(belief.as_of, len(asked)), np.clip(probability, 0.0, 1.0)]
        yield pa.table(dict(zip(CHURN_SCHEMA.names, columns, strict=True)), schema=CHURN_SCHEMA)


def cltv_sellers_oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None) -> Iterator[pa.Table]:
    """Yield, for each month end, the sales and their value expected of everyone seen so far within the holdout.

    Parameters are those of ``churn_sellers_oracle``.
    """
    sales, grid = read_sales(config, market), RateGrid.of(config)
    ids = pa.array(market.sellers[SELLER].to_numpy()[sales.frame_row])
    for belief in _beliefs(config, sales, grid, before):
        count = belief.there @ _expected(config, belief, grid, CLTV_SELLERS.holdout_days)
        level = price_level(config, np.array([belief.moment - np.timedelta64(1, "s")]))[0]
        value = count * value_of_sale(sales, belief.sales) * level
        columns = [ids.slice(0, len(count)), as_of_column(belief.as_of, len(count)), count, value]
        yield pa.table(dict(zip(CLTV_SCHEMA.names, columns, strict=True)), schema=CLTV_SCHEMA)


def _beliefs(config: SampleConfig, sales: Sales, grid: RateGrid, before: np.datetime64 | None) -> Iterator[Belief]:
    """Yield the beliefs at the month ends of a world cut at a moment."""
    return follow_sellers(config, sales, grid, marketplace_month_ends(before))


def _silence(config: SampleConfig, belief: Belief, grid: RateGrid, days: int) -> Floats:
    """Return the chance that a seller who is there sells nothing in the days ahead, by rate."""
    silent = np.ones(len(grid.rate))
    for exposure, stays in reversed(_stretches(config, belief, grid, days)):
        silent = 1.0 - stays + stays * np.exp(-grid.rate * exposure) * silent
    return silent


def _expected(config: SampleConfig, belief: Belief, grid: RateGrid, days: int) -> Floats:
    """Return the sales expected in the days ahead of a seller who is there, by rate."""
    count = np.zeros(len(grid.rate))
    for exposure, stays in reversed(_stretches(config, belief, grid, days)):
        count = stays * (grid.rate * exposure + count)
    return count


def _stretches(config: SampleConfig, belief: Belief, grid: RateGrid, days: int) -> list[tuple[float, Floats]]:
    """Cut the days ahead where weeks begin; return each stretch's exposure, and the chance to stay when it begins.

    Sellers leave between weeks. A planted drift that has not begun is not foreseen.
    """
    ahead = config.drift is not None and np.datetime64(config.drift.start, "s") >= belief.moment
    known = replace(config, drift=None) if ahead else config
    end = belief.moment + np.timedelta64(days, "D")
    next_week = belief.moment - (belief.moment - FIRST_PURCHASE) % _WEEK + _WEEK
    begins = np.concatenate([[belief.moment], np.arange(next_week, end, _WEEK)])
    lasts = days_between(np.append(begins[1:], end), begins)
    stays = [np.ones(len(grid.rate)), *(staying(known, start - _WEEK, start, len(grid.rate)) for start in begins[1:])]
    return list(zip((belief.exposure * lasts).tolist(), stays, strict=True))
