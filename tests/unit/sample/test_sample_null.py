"""In a null world no raw column says anything of an outcome.

Each test compares a column of those with and of those without the outcome by ranks (Mann-Whitney), within one as-of
date where the outcome belongs to a date. Under the null a p-value is uniform, so the smallest of all is held against a
false-alarm rate of one in ten thousand, shared out over the number of comparisons (Bonferroni); the seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.months import LAST_LIVE_DAY
from tests.unit.sample.worlds import world

FALSE_ALARM = 1e-4
SEEDS = [1, 2, 3]
SCALE = 0.2
Comparisons = Iterable[
    tuple[str, "np.ndarray[tuple[int], np.dtype[np.float64]]", "np.ndarray[tuple[int], np.dtype[np.bool_]]"]
]


def p_values(comparisons: Comparisons) -> dict[str, float]:
    found = {}
    for name, column, outcome in comparisons:
        told = ~np.isnan(column)
        column, outcome = column[told], outcome[told]
        assert 5 < outcome.sum() < len(outcome) - 5, name
        found[name] = float(mannwhitneyu(column[outcome], column[~outcome]).pvalue)
    return found


def order_columns(market: Marketplace) -> pd.DataFrame:
    """Return what the raw files say of an order, as numbers."""
    orders, units = market.orders, market.units
    of_order = units.groupby("order")
    first = units.drop_duplicates("order").set_index("order").reindex(range(len(orders)))
    product = market.products.reindex(first["product"])
    payment = market.payments.drop_duplicates("order").set_index("order").reindex(range(len(orders)))
    purchased = orders["purchased"]
    frame = pd.DataFrame(
        {
            "units": of_order.size(),
            "price": of_order["price_cents"].sum(),
            "freight": of_order["freight_cents"].sum(),
            "kilometres": orders["kilometres"],
            "grams": product["grams"].astype(float).to_numpy(),
            "category": product["category"].astype(float).to_numpy(),
            "seller": first["seller"],
            "prefix": orders["prefix"],
            "instalments": payment["instalments"],
            "is_boleto": payment["type"] == "boleto",
            "hour": purchased.dt.hour,
            "weekday": purchased.dt.dayofweek,
            "day": purchased.astype("int64"),
        },
        index=orders.index,
    )
    return frame.astype(float)


def lateness(market: Marketplace) -> Comparisons:
    """Compare late parcels with others by what was known at the purchase and at the hand-over."""
    orders = market.orders
    known = orders["delivered"].notna() & orders["approved"].notna() & orders["carrier"].notna()
    # The newest parcels that have arrived are the fast ones: leave out those whose promise ends with the records.
    known &= orders["promised"] < pd.Timestamp("2018-09-15")
    late = (orders["delivered"].dt.normalize() > orders["promised"])[known].to_numpy()
    columns = order_columns(market).assign(
        promised_days=(orders["promised"] - orders["purchased"]).dt.total_seconds(),
        approval_days=(orders["approved"] - orders["purchased"]).dt.total_seconds(),
        carrier_days=(orders["carrier"] - orders["purchased"]).dt.total_seconds(),
        days_left=(orders["promised"] - orders["carrier"]).dt.total_seconds(),
    )
    rated = market.reviews.drop_duplicates("order").set_index("order")["score"]
    person = orders.assign(score=rated.reindex(orders.index)).sort_values("purchased").groupby("person")
    columns["earlier_orders"] = person.cumcount().reindex(orders.index).astype(float)
    for name, column in columns.items():
        yield f"late ~ {name}", column[known].to_numpy(), late


def returning(market: Marketplace) -> Comparisons:
    """Compare customers who come back with others, on two dates."""
    orders = market.orders.join(order_columns(market), rsuffix="_column")
    for as_of in ("2017-12-31", "2018-05-28"):
        start = pd.Timestamp(as_of) + pd.Timedelta(days=1)
        assert start + pd.Timedelta(days=90) <= pd.Timestamp(LAST_LIVE_DAY)
        past = orders[(orders["purchased"] < start) & (orders["purchased"] >= start - pd.Timedelta(days=365))]
        within = orders[(orders["purchased"] >= start) & (orders["purchased"] < start + pd.Timedelta(days=90))]
        people = past.sort_values("purchased").groupby("person")
        columns = people[["price", "freight", "kilometres", "grams", "instalments", "is_boleto", "hour"]].last()
        columns["recency"] = (start - people["purchased"].max()).dt.total_seconds()
        columns["tenure"] = (start - people["purchased"].min()).dt.total_seconds()
        columns["frequency"] = people.size().astype(float)
        columns["total"] = people["price"].sum()
        columns["segment"] = people["segment"].first().astype(float)
        back = columns.index.isin(within["person"])
        for name, column in columns.items():
            yield f"back after {as_of} ~ {name}", column.to_numpy(dtype=float), back


@pytest.mark.parametrize("outcome", [lateness, returning], ids=lambda outcome: outcome.__name__)
def test_no_column_knows_the_outcome_in_a_null_world(outcome: Callable[[Marketplace], Comparisons]) -> None:
    found: dict[str, float] = {}
    for seed in SEEDS:
        comparisons = outcome(world(SCALE, seed, is_null=True)[1])
        found |= {f"seed {seed}: {name}": value for name, value in p_values(comparisons).items()}
    smallest = min(found, key=lambda name: found[name])
    assert found[smallest] > FALSE_ALARM / len(found), (smallest, found[smallest])
    # Nor are they too even, as they would be if outcomes were dealt out in turn.
    assert np.mean([value < 0.5 for value in found.values()]) == pytest.approx(0.5, abs=0.25)


@pytest.mark.parametrize("outcome", [lateness, returning], ids=lambda outcome: outcome.__name__)
def test_the_same_comparison_sees_the_relations_of_the_marketplace(
    outcome: Callable[[Marketplace], Comparisons],
) -> None:
    found = p_values(outcome(world(SCALE, 1)[1]))
    assert min(found.values()) < FALSE_ALARM / len(found)
