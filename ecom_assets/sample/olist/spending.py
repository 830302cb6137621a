"""What people want to spend, and which basket therefore is whose.

Belongs here: spending scores and the matching of baskets to orders. Does not belong here: products and their prices.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats
from ecom_assets.sample.olist.sellers import sale_weeks


def wanted_values(config: SampleConfig, orders: pd.DataFrame, population: pd.DataFrame) -> Floats:
    """Return what each order is meant to be worth: a score, or BRL where the gamma-gamma law holds.

    The score is the segment's mean, plus the person's own part, plus the order's: the latter two share a variance of 1.
    The gamma-gamma law is that of Fader and Hardie (2013): an order's value is gamma distributed with a rate that is
    itself a person's draw from a gamma law.
    """
    rng = config.stream("olist.spending")
    rules = config.olist.spending
    person = orders["person"].to_numpy()
    if rules.gamma_gamma is not None:
        shape, rate_shape, scale = rules.gamma_gamma
        rate = rng.standard_gamma(rate_shape, len(population)) / scale
        value: Floats = rng.standard_gamma(shape, len(orders)) / rate[person]
        return value
    level = np.array([segment.spending for segment in config.olist.segments])[orders["segment"].to_numpy()]
    own = np.sqrt(rules.person_share) * population["spending"].to_numpy()[person]
    score: Floats = level + own + np.sqrt(1 - rules.person_share) * rng.standard_normal(len(orders))
    return score


def match_baskets(orders: pd.DataFrame, lines: pd.DataFrame, prices: Floats) -> pd.DataFrame:
    """Hand the baskets of each week to its orders so that who wants to spend more gets the dearer one.

    Parameters
    ----------
    orders
        Orders with ``purchased`` and ``wanted``.
    lines
        One row per order and product: ``order``, ``units``; all lines of an order are its basket.
    prices
        Price of a unit of each line.

    Returns
    -------
    pandas.DataFrame
        The lines with ``order`` exchanged, and ``value``, the worth of the line's basket.
    """
    slot, line_slot = np.unique(lines["order"].to_numpy(), return_inverse=True)
    value = np.bincount(line_slot, weights=prices * lines["units"].to_numpy())
    week = sale_weeks(orders["purchased"].to_numpy()[slot])
    by_value = np.lexsort((value, week))
    by_wish = np.lexsort((orders["wanted"].to_numpy()[slot], week))
    owner = np.empty(len(slot), dtype=np.int64)
    owner[by_value] = slot[by_wish]
    return lines.assign(order=owner[line_slot], value=value[line_slot])
