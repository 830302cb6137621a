"""What is asked of retrievers: the items of some prefixes, each once, with how long ago and how often.

Belongs here: the columns made from prefixes. Does not belong here: sessions (``sessions``), answers (``scores``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Query:
    """Distinct items of prefixes; rows of one prefix stand together, its latest item first.

    Attributes
    ----------
    row
        Number of the prefix, ascending; shape (entries,).
    item
        Number of the item.
    age
        Clicks since the item was last seen: 0 for the last click of the prefix.
    count
        How often the prefix has the item.
    length
        Clicks of each prefix, shape (prefixes,).
    n_items
        Number of items of the catalogue.
    """

    row: NDArray[np.int64]
    item: NDArray[np.int64]
    age: NDArray[np.int64]
    count: NDArray[np.int64]
    length: NDArray[np.int64]
    n_items: int

    @classmethod
    def of(cls, prefixes: Sessions, n_items: int, max_age: int) -> Query:
        """Return what the last clicks of prefixes ask.

        Parameters
        ----------
        prefixes
            Sessions of item numbers.
        n_items
            Number of items of the catalogue.
        max_age
            Clicks longer ago than this many are not looked at, so that an endless session costs no more than a long
            one.
        """
        recent = prefixes.last(max_age)
        row = recent.rows
        age = np.repeat(recent.offsets[1:], recent.lengths) - 1 - np.arange(len(recent.items))
        keys = (row * n_items + recent.items) * max_age + age
        keys.sort()
        entry = keys // max_age
        starts = np.flatnonzero(np.append(True, entry[1:] != entry[:-1])) if len(keys) else np.empty(0, dtype=np.int64)
        count = np.diff(np.append(starts, len(keys)))
        entry, age = entry[starts], keys[starts] % max_age
        order = np.argsort(entry // n_items * max_age + age)
        entry = entry[order]
        return cls(
            row=entry // n_items,
            item=entry % n_items,
            age=age[order],
            count=count[order],
            length=prefixes.lengths,
            n_items=n_items,
        )

    def __len__(self) -> int:
        """Return the number of prefixes."""
        return len(self.length)

    @property
    def keys(self) -> NDArray[np.int64]:
        """Key of each entry, as ``Scores`` has them."""
        return self.row * self.n_items + self.item

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the entries of each prefix start, and the end of the last one; shape (prefixes + 1,)."""
        return np.searchsorted(self.row, np.arange(len(self) + 1))
