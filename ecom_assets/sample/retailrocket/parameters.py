"""The rates of the click stream that shape what models can learn.

Belongs here: numbers that a scenario may change. Does not belong here: row counts that are facts of the files.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetailRocketParameters:
    """All rates of the click stream.

    Attributes
    ----------
    popularity_exponent, popularity_offset
        Weight of the item at a rank: ``(rank + offset) ** -exponent``.
    revisit_share
        Share of a session's later views that return to an item of the session.
    neighbour_share
        Share that goes to an item near the one before in its category.
    neighbour_reach
        Mean steps to such a neighbour.
    cart_of_viewed_share
        Share of additions to the cart whose item the visitor viewed before.
    transaction_from_cart_share
        Share of transactions whose item the visitor put into the cart before.
    """

    popularity_exponent: float = 0.92
    popularity_offset: float = 60.0
    revisit_share: float = 0.30
    neighbour_share: float = 0.45
    neighbour_reach: float = 4.0
    cart_of_viewed_share: float = 0.63
    transaction_from_cart_share: float = 0.89
