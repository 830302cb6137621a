"""What happens in a session: views, some followed by an addition to the cart, and at the end payments.

Belongs here: kinds and times of a session's events. Does not belong here: when sessions are, which items they meet.

A session is a chain: after each view its item goes into the cart or not, then the next view follows or not; after the
last of them a session with a cart is paid for or not. Every event waits for the one before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecom_assets.sample.draws import Floats, Integers, group_starts, positions_within
from ecom_assets.sample.retailrocket.laws import draw_views
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters

VIEW, CART, TRANSACTION = 0, 1, 2


@dataclass(frozen=True, slots=True)
class SessionEvents:
    """Events of sessions, one session after the other and each in the order of time.

    Attributes
    ----------
    counts
        Events of each session.
    kind
        ``VIEW``, ``CART`` or ``TRANSACTION``.
    offset
        Milliseconds since the session's first view.
    payment
        Number of the payment within its session; -1 for views and carts.
    """

    counts: Integers
    kind: Integers
    offset: Integers
    payment: Integers

    @property
    def duration(self) -> Integers:
        """Return the milliseconds from the first to the last event of each session."""
        last: Integers = self.offset[np.cumsum(self.counts) - 1]
        return last


def draw_sessions(rng: np.random.Generator, rates: RetailRocketParameters, segment: Integers) -> SessionEvents:
    """Draw one session for each entry of ``segment``, its visitor's class."""
    views = draw_views(rng, tuple(kind.views for kind in rates.classes), segment)
    session = np.repeat(np.arange(len(segment)), views)
    carted = rng.random(len(session)) < _of_class(rates, "cart_share")[segment[session]]
    carts = np.bincount(session[carted], minlength=len(segment))
    paying = np.flatnonzero((carts > 0) & (rng.random(len(segment)) < _of_class(rates, "purchase_share")[segment]))
    payments = rng.geometric(1.0 - rates.further_payment_share, len(paying))
    rows = rng.geometric(1.0 - rates.further_row_share, int(payments.sum()))
    return _chained(rng, rates, views, carted, np.repeat(paying, payments), positions_within(payments), rows)


def _of_class(rates: RetailRocketParameters, name: str) -> Floats:
    """Return a number of each class."""
    return np.array([getattr(kind, name) for kind in rates.classes], dtype=np.float64)


def _chained(
    rng: np.random.Generator,
    rates: RetailRocketParameters,
    views: Integers,
    carted: np.ndarray[tuple[int], np.dtype[np.bool_]],
    payer: Integers,
    payment: Integers,
    rows: Integers,
) -> SessionEvents:
    """Put views, carts and payments behind each other; the rows of a payment lie a millisecond apart."""
    view = np.arange(len(carted))
    session_of_view = np.repeat(np.arange(len(views)), views)
    row_number = positions_within(rows)
    session = np.concatenate([session_of_view, session_of_view[carted], np.repeat(payer, rows)])
    kind = np.repeat([VIEW, CART, TRANSACTION], [len(view), int(carted.sum()), len(row_number)])
    # Place in the chain: a cart directly behind its view, payments behind all of them.
    place = np.concatenate([2 * view, 2 * view[carted] + 1, 2 * len(view) + np.arange(len(row_number))])
    delay = np.concatenate(
        [
            np.where(positions_within(views) == 0, 0, rates.view_delay.draw(rng, len(view))),
            rates.cart_delay.draw(rng, int(carted.sum())),
            np.where(row_number == 0, np.repeat(rates.payment_delay.draw(rng, len(rows)), rows), 1),
        ]
    )
    order = np.lexsort((place, session))
    counts = np.bincount(session, minlength=len(views))
    elapsed = np.cumsum(delay[order])
    number = np.concatenate([np.full(len(view) + int(carted.sum()), -1), np.repeat(payment, rows)])
    return SessionEvents(
        counts=counts,
        kind=kind[order],
        offset=elapsed - np.repeat(elapsed[group_starts(counts)], counts),
        payment=number[order],
    )
