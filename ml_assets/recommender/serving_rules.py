"""What may be shown of what was ranked: rules that are data, and popular items where too little is left.

Belongs here: the settings of the rules, applying them to lists, filling up. Does not belong here: how items are ranked
(``session_model``), where facts of items come from (``item_facts``), which items are popular.

Rules only ever leave rows out, from the first of a list to its last, so that what was ranked higher is never given up
for what was ranked lower, and applying them twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dagster import Config
from numpy.typing import NDArray
from pydantic import Field

from ml_assets.recommender.scores import Groups
from ml_assets.recommender.sessions import spans

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


class ServingRules(Config):
    """Which ranked items are shown.

    Attributes
    ----------
    count
        Items of a list, at most.
    drop_unavailable
        Whether items stay out of which is known that they cannot be bought.
    max_per_category
        Items of one category in a list, at most; None for no cap. Items of unknown category are not counted.
    drop_bought
        Whether items stay out that the visitor has bought before. Some are bought again and again, so that is no
        matter of course.
    """

    count: int = Field(default=20, ge=1, le=1_000)
    drop_unavailable: bool = True
    max_per_category: int | None = Field(default=None, ge=1)
    drop_bought: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """Lists of items, one a context, in rows; best first within each context.

    Attributes
    ----------
    context
        Number of the context of each row, from 0 on; shape (rows,).
    item
        Number of the item; none stands twice in a context.
    score
        What the items are ordered by, more is better.
    is_fallback
        Whether the item stands there for being popular only.
    """

    context: NDArray[np.int64]
    item: NDArray[np.int64]
    score: NDArray[np.float64]
    is_fallback: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse columns of different lengths.

        Raises
        ------
        ValueError
            If a column has more or fewer rows than another.
        """
        lengths = {len(column) for column in (self.context, self.item, self.score, self.is_fallback)}
        if len(lengths) > 1:
            raise ValueError(f"Columns of ranked items must have equal lengths, not {sorted(lengths)}.")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.context)

    @property
    def places(self) -> NDArray[np.int64]:
        """Place of each row in the list of its context, from 0 on."""
        return _places(self.context)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Ranked:
        """Return some rows, by number or by one truth value a row."""
        return Ranked(self.context[rows], self.item[rows], self.score[rows], self.is_fallback[rows])


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of each item, by its number.

    Attributes
    ----------
    is_available
        Whether it can be bought; unknown counts as available.
    category
        Number of its category, -1 where it is not known.
    """

    is_available: NDArray[np.bool_]
    category: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Popular:
    """Items that are shown to whom nothing better is known for, best first, each once.

    Attributes
    ----------
    item
        Numbers of the items.
    score
        How popular each is, such as its clicks in the last days; never more than that of the one before.
    """

    item: NDArray[np.int64]
    score: NDArray[np.float64]


def served(ranked: Ranked, facts: ItemFacts, bought: Pairs, rules: ServingRules) -> Ranked:
    """Return the rows that the rules leave, in the order they had.

    Parameters
    ----------
    ranked
        What was ranked; longer lists than are shown, or the rules make them short.
    facts
        Of all items.
    bought
        Context and item of each purchase.
    rules
        What is left out.
    """
    is_kept = np.ones(len(ranked), dtype=np.bool_)
    if rules.drop_unavailable:
        is_kept &= facts.is_available[ranked.item]
    if rules.drop_bought:
        n_items = len(facts.category)
        is_kept &= ~np.isin(ranked.context * n_items + ranked.item, bought[0] * n_items + bought[1])
    left = ranked.take(is_kept)
    if rules.max_per_category is not None:
        left = left.take(_is_within_cap(left, facts.category, rules.max_per_category))
    return left.take(left.places < rules.count)


def filled(ranked: Ranked, popular: Popular, contexts: NDArray[np.int64], count: int) -> Ranked:
    """Fill short lists up with popular items that they do not have, flagged as such.

    Rules are not looked at: ``served`` comes afterwards, or both through ``recommended``.

    Parameters
    ----------
    ranked
        Lists, some of them short.
    popular
        What they are filled up with.
    contexts
        Numbers of all contexts that shall have a list, each once; one without a row in ``ranked`` gets popular items
        only.
    count
        Rows that each of them gets; fewer only if the popular items run out.

    Returns
    -------
    Ranked
        Rows by context, ascending; within each the rows that it had, then the new ones.
    """
    had = np.bincount(ranked.context, minlength=int(contexts.max(initial=-1)) + 1)
    missing = np.maximum(count - had[contexts], 0)
    # A list of n items can hold at most n of the popular ones, so so many more of them are enough.
    asked = np.where(missing > 0, np.minimum(missing + had[contexts], len(popular.item)), 0)
    place = spans(np.zeros(len(asked), dtype=np.int64), asked)
    context = np.repeat(contexts, asked)
    n_items = int(max(ranked.item.max(initial=0), popular.item.max(initial=0))) + 1
    is_new = ~np.isin(context * n_items + popular.item[place], ranked.context * n_items + ranked.item)
    context, place = context[is_new], place[is_new]
    is_asked = _places(context) < np.maximum(count - had, 0)[context]
    context, place = context[is_asked], place[is_asked]
    new = Ranked(context, popular.item[place], popular.score[place], np.ones(len(place), dtype=np.bool_))
    return _joined(ranked, new)


def recommended(
    ranked: Ranked, popular: Popular, contexts: NDArray[np.int64], facts: ItemFacts, bought: Pairs, rules: ServingRules
) -> Ranked:
    """Return full lists that keep the rules: what was ranked, then popular items as far as something is missing.

    The same as one look at each list with all popular items behind it, without making lists that long: only lists that
    are short after the rules are filled up, and if the rules take too many of those items, with twice as many.

    Parameters
    ----------
    ranked, facts, bought, rules
        As for ``served``.
    popular, contexts
        As for ``filled``.

    Returns
    -------
    Ranked
        Rows by context, ascending. A list is short only if the rules leave no more of the popular items.
    """
    kept = served(ranked, facts, bought, rules)
    kept = kept.take(np.argsort(kept.context, kind="stable"))
    short, count = _short(kept, contexts, rules.count), rules.count
    # Beyond this a list has all popular items.
    longest = rules.count + len(popular.item)
    while len(short) and count < longest:
        count = min(2 * count, longest)
        is_short = np.isin(kept.context, short)
        longer = served(filled(kept.take(is_short), popular, short, count), facts, bought, rules)
        kept = _joined(kept.take(~is_short), longer)
        short = _short(kept, short, rules.count)
    return kept


def _is_within_cap(ranked: Ranked, category: NDArray[np.int64], cap: int) -> NDArray[np.bool_]:
    """Return of each row whether fewer than so many of its category stand before it in its list, or it has none."""
    of_item = category[ranked.item]
    n_categories = int(category.max(initial=-1)) + 2
    return (of_item < 0) | (_places(ranked.context * n_categories + of_item + 1) < cap)


def _short(ranked: Ranked, contexts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the contexts, of some, that have fewer than so many rows."""
    had = np.bincount(ranked.context, minlength=int(contexts.max(initial=-1)) + 1)
    return contexts[had[contexts] < count]


def _joined(first: Ranked, second: Ranked) -> Ranked:
    """Return the rows of two sets of lists by context, in each those of the first before those of the second."""
    together = Ranked(
        context=np.concatenate((first.context, second.context)),
        item=np.concatenate((first.item, second.item)),
        score=np.concatenate((first.score, second.score)),
        is_fallback=np.concatenate((first.is_fallback, second.is_fallback)),
    )
    return together.take(np.argsort(together.context, kind="stable"))


def _places(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many rows with the same key stand before each row."""
    groups = Groups.of(keys)
    lengths = np.diff(np.append(groups.starts, len(keys)))
    places = np.empty(len(keys), dtype=np.int64)
    places[groups.order] = spans(np.zeros(len(lengths), dtype=np.int64), lengths)
    return places
