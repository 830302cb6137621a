"""What is learnt from and what is asked, as both protocols hand it over.

Belongs here: the type, items as numbers. Does not belong here: which sessions go where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ml_assets.recommender.sessions import ItemIndex, NextItems, Sessions


class TooFewEventsError(ValueError):
    """A file leaves nothing to learn from, or nothing to ask, after a protocol's filters."""


@dataclass(frozen=True, slots=True)
class Split:
    """Sessions to learn from and sessions to ask about, with items as numbers 0 to ``len(items)`` - 1.

    Attributes
    ----------
    name
        How tables call it.
    train
        Ordered by their end; equal ends keep the order of visitors.
    test
        Sessions of known items only.
    items
        Ids of the items of ``train``.
    """

    name: str
    train: Sessions
    test: Sessions
    items: ItemIndex

    @classmethod
    def of(cls, name: str, train: Sessions, test: Sessions, *, fewest_views: int) -> Self:
        """Return a split; in the sessions to ask about, items that training does not know are left out.

        Parameters
        ----------
        name
            How tables call it.
        train, test
            Sessions with item ids; those of ``train`` know their ends.
        fewest_views
            Sessions to ask about go if fewer known items are left.

        Raises
        ------
        ValueError
            If the sessions to learn from have no ends.
        """
        if train.ended_at is None:
            raise ValueError("Sessions to learn from must know when they ended; build them with their times.")
        items = ItemIndex.of(train)
        known = items.renumbered(test)
        return cls(
            name=name,
            train=items.renumbered(train.take(np.argsort(train.ended_at, kind="stable"))),
            test=known.take(known.lengths >= fewest_views),
            items=items,
        )

    def pairs(self) -> NextItems:
        """Return what is asked: each beginning of each session, and the item that came next."""
        return NextItems.of(self.test)
