"""Sessions as columns: the items clicked, one after another, and where each session starts.

Belongs here: the form that all models and measurements share, cutting it, the pairs of prefix and next item, the
numbers of items. Does not belong here: where sessions come from, statistics of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions in compressed rows.

    Attributes
    ----------
    items
        Item ids, session after session, each in the order of its clicks; shape (clicks,).
    offsets
        Where each session starts in ``items``, and the end of the last one; shape (sessions + 1,).
    ended_at
        Time of each session's last click in seconds, shape (sessions,); None where no times are known.
    """

    items: NDArray[np.int32]
    offsets: NDArray[np.int64]
    ended_at: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together.

        Raises
        ------
        ValueError
            If offsets do not lead from 0 to the number of clicks without a step back, or times are not one a session.
        """
        starts_well = len(self.offsets) > 0 and self.offsets[0] == 0 and self.offsets[-1] == len(self.items)
        if not starts_well or (np.diff(self.offsets) < 0).any():
            raise ValueError(
                f"Offsets of sessions must rise from 0 to the number of clicks, {len(self.items)}; build sessions "
                "with Sessions.of_lists or Sessions.of_columns."
            )
        if self.ended_at is not None and len(self.ended_at) != len(self):
            raise ValueError(f"{len(self)} sessions need as many times of their ends, not {len(self.ended_at)}.")

    @classmethod
    def of_lists(cls, lists: Sequence[Sequence[int]], ended_at: ArrayLike | None = None) -> Self:
        """Return sessions from one list of item ids each.

        Parameters
        ----------
        lists
            Item ids in click order; a list may be empty.
        ended_at
            Time of each session's last click in seconds.
        """
        lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        clicks = [np.asarray(items, dtype=np.int32) for items in lists]
        return cls(
            items=np.concatenate(clicks) if clicks else np.empty(0, dtype=np.int32),
            offsets=offsets_of(lengths),
            ended_at=None if ended_at is None else np.asarray(ended_at, dtype=np.float64),
        )

    @classmethod
    def of_columns(cls, session: ArrayLike, item: ArrayLike, clicked_at: ArrayLike | None = None) -> Self:
        """Return sessions from one row a click, as a frame has them.

        Parameters
        ----------
        session
            Key of the session of each click. Rows of a session stand together and in click order.
        item
            Item id of each click.
        clicked_at
            Time of each click in seconds; the last one of a session becomes the time of its end.

        Raises
        ------
        ValueError
            If the rows of a session do not stand together.
        """
        keys, items = np.asarray(session), np.asarray(item, dtype=np.int32)
        starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.empty(0, dtype=np.int64)
        if len(np.unique(keys[starts])) != len(starts):
            raise ValueError("Clicks of one session stand apart: sort the rows by session and time first.")
        offsets = np.append(starts, len(items)).astype(np.int64)
        ended_at = None if clicked_at is None else np.asarray(clicked_at, dtype=np.float64)[offsets[1:] - 1]
        return cls(items=items, offsets=offsets, ended_at=ended_at)

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        """Return the items of a session, in click order."""
        return self.items[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of clicks of each session."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Number of the session of each click."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def positions(self) -> NDArray[np.int64]:
        """Position of each click in its session, from 0 on."""
        return np.arange(len(self.items)) - np.repeat(self.offsets[:-1], self.lengths)

    def take(self, rows: ArrayLike) -> Sessions:
        """Return some sessions, in the given order.

        Parameters
        ----------
        rows
            Numbers of sessions, or one truth value a session.
        """
        wanted = np.asarray(rows)
        chosen = np.flatnonzero(wanted) if wanted.dtype == np.bool_ else wanted.astype(np.int64)
        lengths = self.lengths[chosen]
        return Sessions(
            items=self.items[spans(self.offsets[chosen], lengths)],
            offsets=offsets_of(lengths),
            ended_at=None if self.ended_at is None else self.ended_at[chosen],
        )

    def keep(self, is_kept: NDArray[np.bool_]) -> Sessions:
        """Return the sessions without some clicks; a session may become empty, none goes away.

        Parameters
        ----------
        is_kept
            One truth value a click.
        """
        before = np.append(0, np.cumsum(is_kept))
        return Sessions(self.items[is_kept], before[self.offsets].astype(np.int64), self.ended_at)

    def last(self, count: int) -> Sessions:
        """Return the sessions with their last clicks only, at most so many."""
        from_end = np.repeat(self.offsets[1:], self.lengths) - np.arange(len(self.items))
        return self.keep(from_end <= count)


@dataclass(frozen=True, slots=True)
class NextItems:
    """Pairs of a session's beginning and the item that came next.

    Attributes
    ----------
    prefixes
        Beginnings of sessions, one click or more.
    targets
        The item that came next, shape (pairs,).
    session
        Number of the session each pair was cut from, shape (pairs,).
    """

    prefixes: Sessions
    targets: NDArray[np.int32]
    session: NDArray[np.int64]

    @classmethod
    def of(cls, sessions: Sessions) -> NextItems:
        """Return all pairs of all sessions: a session of n clicks gives n - 1."""
        is_target = sessions.positions > 0
        target_at = np.flatnonzero(is_target)
        session, lengths = sessions.rows[target_at], sessions.positions[target_at]
        return cls(
            prefixes=Sessions(
                items=sessions.items[spans(sessions.offsets[session], lengths)],
                offsets=offsets_of(lengths),
                ended_at=None if sessions.ended_at is None else sessions.ended_at[session],
            ),
            targets=sessions.items[target_at],
            session=session,
        )

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.targets)

    def take(self, rows: ArrayLike) -> NextItems:
        """Return some pairs, by number or by one truth value a pair."""
        chosen = np.asarray(rows)
        return NextItems(self.prefixes.take(chosen), self.targets[chosen], self.session[chosen])


@dataclass(frozen=True, slots=True)
class ItemIndex:
    """Numbers 0 to n - 1 for item ids, so that matrices have a row for each; a lower id has a lower number.

    Attributes
    ----------
    ids
        Item ids, ascending, each once; shape (n,).
    """

    ids: NDArray[np.int32]

    @classmethod
    def of(cls, sessions: Sessions) -> ItemIndex:
        """Return the numbers of all items of some sessions."""
        return cls(np.unique(sessions.items))

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    def numbers(self, items: ArrayLike) -> NDArray[np.int32]:
        """Return the number of each item, -1 for an item that is not known."""
        asked = np.asarray(items)
        if not len(self.ids):
            return np.full(asked.shape, -1, dtype=np.int32)
        at = np.minimum(np.searchsorted(self.ids, asked), len(self.ids) - 1)
        return np.where(self.ids[at] == asked, at, -1).astype(np.int32)

    def renumbered(self, sessions: Sessions) -> Sessions:
        """Return the sessions with numbers instead of ids, without items that are not known."""
        numbers = self.numbers(sessions.items)
        return Sessions(numbers, sessions.offsets, sessions.ended_at).keep(numbers >= 0)


def offsets_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where rows of these lengths start when they stand one after another, and the end of the last."""
    return np.append(0, np.cumsum(lengths)).astype(np.int64)


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of some stretches, one stretch after another.

    Parameters
    ----------
    starts, lengths
        First position and number of positions of each stretch, shape (stretches,).
    """
    ends = np.cumsum(lengths)
    positions: NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(starts - (ends - lengths), lengths)
    return positions
