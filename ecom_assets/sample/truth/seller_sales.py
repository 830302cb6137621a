"""What could be seen of sellers: who sold when, and for how much.

Belongs here: sales read from the world, and how much a sale of a seller is worth. Does not belong here: rates of
sales, lifetimes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, Times
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.truth.customer_history import price_level


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales in the order of their times; a sale is an order with units of a seller, whatever becomes of it.

    Attributes
    ----------
    seller
        Number among those who ever sold something, in the order of their first sales.
    time
        Purchase time.
    value
        Prices of the seller's units in the order, without freight, in BRL at the prices before any planted shift.
    frame_row
        Position in the sellers' frame, one entry a seller.
    """

    seller: Integers
    time: Times
    value: Floats
    frame_row: Integers

    def until(self, moment: np.datetime64) -> int:
        """Return how many sales lie before a moment."""
        return int(np.searchsorted(self.time, moment))

    def seen(self, sales: int) -> int:
        """Return how many sellers occur in so many first sales."""
        return int(self.seller[:sales].max(initial=-1)) + 1


def read_sales(config: SampleConfig, market: Marketplace) -> Sales:
    """Read the sales of a world."""
    units = market.units
    pairs = units.groupby(["order", "seller"], as_index=False)["price_cents"].sum()
    time = market.orders["purchased"].to_numpy()[pairs["order"].to_numpy()]
    order = np.lexsort((pairs["order"].to_numpy(), pairs["seller"].to_numpy(), time))
    row, time = pairs["seller"].to_numpy()[order], time[order].astype("datetime64[s]")
    value = pairs["price_cents"].to_numpy()[order] / 100 / price_level(config, time)
    frame_row, first, number = np.unique(row, return_index=True, return_inverse=True)
    by_first_sale = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[by_first_sale] = np.arange(len(first))
    return Sales(rank[number], time, value, frame_row[by_first_sale])


def value_of_sale(sales: Sales, count: int) -> Floats:
    """Return the expected value of a further sale of each seller seen in so many first sales.

    A seller's own mean and the mean of all are weighed by credibility, with the variances within and between sellers
    estimated from the same sales (Buehlmann and Straub 1970).
    """
    if count == 0:
        return np.zeros(0)
    seller, value = sales.seller[:count], sales.value[:count]
    number = np.bincount(seller).astype(np.float64)
    mean = np.bincount(seller, weights=value) / number
    within = float(((value - mean[seller]) ** 2).sum()) / max(count - len(number), 1)
    overall = float(value.mean())
    spread = float((number * (mean - overall) ** 2).sum()) - (len(number) - 1) * within
    between = spread / max(count - float((number**2).sum()) / count, 1.0)
    if between <= 0 or count == len(number):
        return np.full(len(number), overall)
    credibility = number / (number + within / between)
    collective = float((credibility * mean).sum() / credibility.sum())
    expected: Floats = credibility * mean + (1 - credibility) * collective
    return expected
