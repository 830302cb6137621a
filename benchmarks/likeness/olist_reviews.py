"""Margins of reviews.

Belongs here: scores, texts, answers. Does not belong here: the parcels they speak of.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from benchmarks.likeness.margin import Margin, Origin, absolute, relative
from benchmarks.likeness.marketplace import Marketplace, days_between
from benchmarks.likeness.olist_delivery import is_late


def _sampled_reviews(market: Marketplace) -> pd.DataFrame:
    """Return the reviews of the unbiased sample of orders."""
    return market.reviews[market.reviews["order_id"].isin(market.sampled()["order_id"])]


def mean_score(market: Marketplace, *, late: bool) -> float:
    """Return the mean score of delivered orders that came late, or in time."""
    orders = market.delivered()
    chosen = orders.loc[is_late(orders) == late, "order_id"]
    return float(market.reviews.loc[market.reviews["order_id"].isin(chosen), "score"].mean())


def stars_share(market: Marketplace, stars: int) -> float:
    """Return the share of reviews with so many stars."""
    return float((_sampled_reviews(market)["score"] == stars).mean())


def with_text_share(market: Marketplace) -> float:
    """Return the share of reviews with a message."""
    return float(_sampled_reviews(market)["has_text"].mean())


def answer_days_median(market: Marketplace) -> float:
    """Return the median days from the survey to its answer; a survey is dated by midnight."""
    reviews = _sampled_reviews(market)
    return float(days_between(reviews["created"], reviews["answered"]).median())


MARGINS: tuple[Margin[Marketplace], ...] = (
    Margin("score of orders in time, mean", "", 4.29, Origin.EXTRACT, absolute(0.02), partial(mean_score, late=False)),
    Margin("score of late orders, mean", "", 2.25, Origin.EXTRACT, absolute(0.15), partial(mean_score, late=True)),
    Margin("reviews with one star", "share", 0.1129, Origin.EXTRACT, absolute(0.003), partial(stars_share, stars=1)),
    Margin("reviews with five stars", "share", 0.5768, Origin.EXTRACT, absolute(0.005), partial(stars_share, stars=5)),
    Margin("reviews with text", "share", 0.4129, Origin.EXTRACT, absolute(0.005), with_text_share),
    Margin("survey to answer, median", "days", 1.66, Origin.EXTRACT, relative(0.03), answer_days_median),
)
