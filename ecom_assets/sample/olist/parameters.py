"""The rates of the marketplace that shape what models can learn.

Belongs here: numbers that a scenario may change. Does not belong here: public tables (states, categories) and
row counts that are facts of the original files.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RepeatParameters:
    """How often and when people order again.

    Attributes
    ----------
    split_basket_share
        Share of repeat orders placed within a day of the one before.
    same_second_share
        Share of those with the very same time stamp.
    gap_shape, gap_days
        Weibull shape and scale of the other gaps, in days.
    moved_share
        Share of repeat orders sent to another zip prefix.
    third_order_share
        Chance of one more order after a repeat order.
    """

    split_basket_share: float = 0.28
    same_second_share: float = 0.30
    gap_shape: float = 0.85
    gap_days: float = 165.0
    moved_share: float = 0.10
    third_order_share: float = 0.12


@dataclass(frozen=True, slots=True)
class SellerParameters:
    """How unequal sellers are and how long they stay.

    Attributes
    ----------
    activity_spread
        Standard deviation of the logarithm of a seller's rate of sales.
    lifetime_days
        Mean of the exponential time for which a seller sells.
    handling_spread
        Standard deviation of the logarithm of a seller's usual handling time.
    """

    activity_spread: float = 1.55
    lifetime_days: float = 420.0
    handling_spread: float = 0.45


@dataclass(frozen=True, slots=True)
class DeliveryParameters:
    """How long parcels take and what is promised.

    Logarithms of days are linear in the logarithm of the route's length.

    Attributes
    ----------
    handling_days, handling_spread
        Median and log spread of the seller's handling time.
    transit_intercept, transit_per_log_km, transit_spread
        The carrier's time.
    state_spread
        Standard deviation of a state's own shift of the carrier's time, beside the known one of its region.
    promise_intercept, promise_per_log_km, promise_per_log_handling, promise_spread
        The promised time in days after purchase; it knows the route and, in part, how slow the seller is.
    """

    handling_days: float = 1.35
    handling_spread: float = 0.88
    transit_intercept: float = -0.60
    transit_per_log_km: float = 0.417
    transit_spread: float = 0.60
    state_spread: float = 0.04
    promise_intercept: float = 2.13
    promise_per_log_km: float = 0.1775
    promise_per_log_handling: float = 0.15
    promise_spread: float = 0.25


@dataclass(frozen=True, slots=True)
class OlistParameters:
    """All rates of the marketplace."""

    repeats: RepeatParameters = field(default_factory=RepeatParameters)
    sellers: SellerParameters = field(default_factory=SellerParameters)
    delivery: DeliveryParameters = field(default_factory=DeliveryParameters)
