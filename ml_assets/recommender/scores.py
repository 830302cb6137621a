"""What retrievers answer: items with scores for each of some prefixes, few of the many that there are.

Belongs here: their sparse form, sums by key, the best ones of each prefix. Does not belong here: where scores
come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scores:
    """Scored items of prefixes.

    Attributes
    ----------
    keys
        Number of the prefix times number of items plus number of the item; ascending, each once; shape (entries,).
    values
        One row an entry, one column a channel; the first channel is what items are ranked by, more is better.
    n_items
        Number of items of the catalogue.
    """

    keys: NDArray[np.int64]
    values: NDArray[np.float64]
    n_items: int

    @property
    def rows(self) -> NDArray[np.int64]:
        """Number of the prefix of each entry."""
        return self.keys // self.n_items

    @property
    def items(self) -> NDArray[np.int64]:
        """Number of the item of each entry."""
        return self.keys % self.n_items

    def ranks(self) -> NDArray[np.int64]:
        """Return the rank of each entry among those of its prefix, from 0 on; of equals the lower item is first.

        Equal means in single precision: what differs less is told apart by the order of sums alone.
        """
        rows = self.rows
        # Keys ascend, so entries with equal scores keep the order of their items.
        order = falling_order(rows, self.values[:, 0])
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order)) - first_of_row(rows)
        return ranks

    def best(self, count: int) -> Scores:
        """Return the entries with the highest scores of each prefix, at most so many of each."""
        kept = self.ranks() < count
        return Scores(self.keys[kept], self.values[kept], self.n_items)

    def at(self, keys: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the values of some entries, one row a key; zeros for a key that has no entry."""
        return looked_up(self.keys, self.values, keys)


def looked_up(
    known: NDArray[np.int64], values: NDArray[np.float64], wanted: NDArray[np.int64], missing: float = 0.0
) -> NDArray[np.float64]:
    """Return the values of wanted keys, and another value for keys that are not known.

    Parameters
    ----------
    known
        Ascending keys.
    values
        Of the known keys, shape (known,) or (known, channels).
    wanted
        Keys in any order.
    missing
        For keys that are not known.
    """
    found = np.full((len(wanted), *values.shape[1:]), missing)
    if len(known):
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        is_known = known[at] == wanted
        found[is_known] = values[at[is_known]]
    return found


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows put together by an equal key, in order to add them up.

    Attributes
    ----------
    keys
        Each key once, ascending.
    order
        Positions of the rows, by key; rows of a key keep their order, so that a sum never depends on other keys.
    starts
        Where the rows of each key start in that order.
    """

    keys: NDArray[np.int64]
    order: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> Groups:
        """Return the groups of rows with these keys."""
        order = stable_order(keys)
        ordered = keys[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else order
        return cls(ordered[starts], order, starts)

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of each group's values."""
        return added_up(values[self.order], self.starts)

    def firsts(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of each group's first row."""
        return values[self.order[self.starts]]

    def sizes(self) -> NDArray[np.float64]:
        """Return the number of rows of each group."""
        return np.diff(np.append(self.starts, len(self.order))).astype(np.float64)


def added_up(values: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sums of stretches of values; each starts where the one before it ends."""
    return np.add.reduceat(values, starts) if len(starts) else np.empty(0)


def stable_order(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions that bring keys from 0 on into order; of equals the first stays first.

    Key and position go into one number where they fit: plain sorting is several times as fast as ``argsort``.
    """
    bits = len(keys).bit_length()
    if not len(keys) or int(keys.max()).bit_length() + bits > 62:
        return np.argsort(keys, kind="stable")
    packed = (keys << bits) | np.arange(len(keys))
    packed.sort()
    return packed & ((1 << bits) - 1)


def falling_order(rows: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions that bring entries into the order of their rows, in each the greatest value first.

    Of values that are equal in single precision the first stays first. Row, value and position go into one number where
    they fit: plain sorting is several times as fast as sorting by two keys.

    Parameters
    ----------
    rows
        From 0 on, ascending.
    values
        Any finite numbers.
    """
    # The bits of floats, with those of negative ones but the sign turned over, ascend as the floats do; 0 has one form.
    bits = (values.astype(np.float32) + np.float32(0.0)).view(np.int32)
    falling = -(bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64) + (1 << 31)
    n_bits = len(rows).bit_length()
    if not len(rows) or int(rows[-1]).bit_length() + 33 + n_bits > 62:
        return np.lexsort((falling, rows))
    packed = (((rows << 33) | falling) << n_bits) | np.arange(len(rows))
    packed.sort()
    return packed & ((1 << n_bits) - 1)


def first_of_row(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each entry the position of the first one of its row; rows ascend."""
    starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1])[: len(rows)])
    return np.repeat(starts, np.diff(np.append(starts, len(rows))))
