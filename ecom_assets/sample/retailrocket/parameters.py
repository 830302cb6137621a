"""The rates of the click stream that shape what models can learn.

Belongs here: numbers that a scenario may change. Does not belong here: row counts that are facts of the files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from ecom_assets.sample.retailrocket.laws import (
    BetaReturn,
    CertainReturn,
    DelayLaw,
    ExponentialGap,
    GapLaw,
    LogNormalGap,
    ReturnLaw,
    ViewsLaw,
)

# Without an event for longer than this a session is over; the rule by which sessions are found in the log.
IDLE_MINUTES = 30.0


@dataclass(frozen=True, slots=True)
class VisitorClass:
    """Visitors who behave alike.

    Attributes
    ----------
    name
        What the truth calls them.
    share
        Share of all visitors.
    returning
        Law of a visitor's own chance to come again after each visit.
    gap
        Law of the time to the next visit of a visitor who comes again.
    views
        Law of the views of a session.
    cart_share
        Chance that a view leads to an addition to the cart.
    purchase_share
        Chance that a session with additions to the cart ends in a purchase.
    """

    name: str
    share: float
    returning: ReturnLaw
    gap: GapLaw
    views: ViewsLaw
    cart_share: float
    purchase_share: float


_MARKETPLACE_CLASSES = (
    VisitorClass(
        name="passer_by",
        share=0.81,
        returning=BetaReturn(0.36, 2.2),
        gap=LogNormalGap(median_days=25.0, spread=4.3, idle_minutes=IDLE_MINUTES),
        views=ViewsLaw(0.849, 3.2),
        cart_share=0.0065,
        purchase_share=0.16,
    ),
    VisitorClass(
        name="browser",
        share=0.165,
        returning=BetaReturn(1.3, 1.75),
        gap=LogNormalGap(median_days=9.0, spread=3.9, idle_minutes=IDLE_MINUTES),
        views=ViewsLaw(0.68, 2.56),
        cart_share=0.0138,
        purchase_share=0.23,
    ),
    VisitorClass(
        name="buyer",
        share=0.025,
        returning=BetaReturn(2.5, 1.2),
        gap=LogNormalGap(median_days=1.25, spread=2.6, idle_minutes=IDLE_MINUTES),
        views=ViewsLaw(0.54, 2.35),
        cart_share=0.145,
        purchase_share=0.317,
    ),
)

_VIEW_DELAY = DelayLaw(median_minutes=1.06, spread=1.4)
_CART_DELAY = DelayLaw(median_minutes=1.2, spread=1.2)
_PAYMENT_DELAY = DelayLaw(median_minutes=5.5, spread=1.2)


@dataclass(frozen=True, slots=True)
class RetailRocketParameters:
    """All rates of the click stream.

    Attributes
    ----------
    classes
        The classes of visitors; their shares sum to one.
    keeps_to_day
        Whether a session is over at midnight (UTC), so that no as-of date meets a running one.
    view_delay, cart_delay, payment_delay
        Laws of the time to a further view, to an addition to the cart, and to a payment.
    further_payment_share
        Chance that a payment is followed by another one in the session.
    further_row_share
        Chance that a transaction holds one more row.
    popularity_exponent, popularity_offset
        Weight of the item at a rank: ``(rank + offset) ** -exponent``; the offset is that of the real size.
    repeat_share
        Share of a session's later views that are of the last item again.
    revisit_share
        Share that returns to any item of the session so far.
    neighbour_share
        Share that goes to an item near the one before in its category.
    neighbour_reach
        Mean steps to such a neighbour.
    reopening_share
        Share of later sessions that begin where the visitor's session before began.
    cart_of_viewed_share
        Share of additions to the cart that are of the item just viewed.
    transaction_from_cart_share
        Share of rows of transactions whose item is taken from the session's additions to the cart.
    weeks_differ
        Whether more visitors come for the first time in some weeks than in others, as in the original.
    """

    classes: tuple[VisitorClass, ...] = _MARKETPLACE_CLASSES
    keeps_to_day: bool = False
    view_delay: DelayLaw = _VIEW_DELAY
    cart_delay: DelayLaw = _CART_DELAY
    payment_delay: DelayLaw = _PAYMENT_DELAY
    further_payment_share: float = 0.215
    further_row_share: float = 0.2131
    popularity_exponent: float = 0.90
    popularity_offset: float = 100.0
    repeat_share: float = 0.03
    revisit_share: float = 0.32
    neighbour_share: float = 0.40
    neighbour_reach: float = 4.0
    reopening_share: float = 0.40
    cart_of_viewed_share: float = 0.63
    transaction_from_cart_share: float = 0.89
    weeks_differ: bool = True

    @classmethod
    def steady(cls) -> Self:
        """Return a world in which as many visitors come for the first time in each week."""
        return cls(weeks_differ=False)

    def homogeneous(self) -> Self:
        """Return a world in which nothing tells of another visit, and only popularity and re-views of the next item.

        All visitors come at one constant rate for ever from their first visit on, so that the time to the next visit
        has no memory; sessions are over at midnight, or one that runs would tell of the events after it.
        """
        alike = VisitorClass(
            name="visitor",
            share=1.0,
            returning=CertainReturn(),
            gap=ExponentialGap(mean_days=290.0),
            views=ViewsLaw(0.795, 2.8),
            cart_share=0.026,
            purchase_share=0.30,
        )
        return replace(
            self,
            classes=(alike,),
            keeps_to_day=True,
            neighbour_share=0.0,
            reopening_share=0.0,
        )
