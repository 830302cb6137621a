"""Rules of serving: what they leave out, in which order, and what popular items may fill."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ml_assets.recommender.serving_rules import (
    ItemFacts,
    Pairs,
    Popular,
    Ranked,
    ServingRules,
    filled,
    recommended,
    served,
)

ITEMS, CONTEXTS = 8, 4
Row = tuple[int, int, float, bool]


def ranked_of(rows: list[Row]) -> Ranked:
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    types = (np.int64, np.int64, np.float64, np.bool_)
    return Ranked(*(np.array(column, dtype=type_) for column, type_ in zip(columns, types, strict=True)))


def rows_of(ranked: Ranked) -> list[Row]:
    return list(zip(*(column.tolist() for column in astuple(ranked)), strict=True))


def lists_of(ranked: Ranked) -> dict[int, list[int]]:
    lists: dict[int, list[int]] = {}
    for context, item, _, _ in rows_of(ranked):
        lists.setdefault(context, []).append(item)
    return lists


def lists(**items: list[int]) -> Ranked:
    """Return lists by context, written as c0=[...]; scores fall from 1 on."""
    return ranked_of(
        [
            (int(name[1:]), item, 1.0 - 0.1 * place, False)
            for name, listed in items.items()
            for place, item in enumerate(listed)
        ]
    )


def pairs_of(pairs: list[tuple[int, int]]) -> Pairs:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


# Items 0 to 7: the first four are of two categories, the next two of no known one; 3 and 6 are gone.
FACTS = ItemFacts(
    is_available=np.array([True, True, True, False, True, True, False, True]),
    category=np.array([0, 0, 1, 1, -1, -1, 0, 0]),
)
NOBODY = pairs_of([])
POPULAR = Popular(np.array([6, 0, 1, 7, 2, 4]), np.array([90.0, 80.0, 70.0, 60.0, 50.0, 40.0]))
EVERYTHING = ServingRules(count=1000, drop_unavailable=False)


def test_by_default_twenty_are_shown_that_can_be_bought() -> None:
    assert ServingRules() == ServingRules(count=20, drop_unavailable=True, max_per_category=None, drop_bought=False)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 1001}, {"max_per_category": 0}], ids=str)
def test_rules_that_show_nothing_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ServingRules(**wrong)  # type: ignore[arg-type]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="equal lengths"):
        Ranked(np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(2), np.zeros(2, dtype=np.bool_))


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ({"drop_unavailable": False}, {0: [6, 0, 3, 1, 7, 4, 5], 2: [3, 2]}),
        ({}, {0: [0, 1, 7, 4, 5], 2: [2]}),
        ({"count": 2}, {0: [0, 1], 2: [2]}),
        ({"count": 2, "drop_unavailable": False}, {0: [6, 0], 2: [3, 2]}),
        # What is gone takes no place under the cap; items without category are not counted.
        ({"max_per_category": 1}, {0: [0, 4, 5], 2: [2]}),
        ({"max_per_category": 2}, {0: [0, 1, 4, 5], 2: [2]}),
        ({"max_per_category": 1, "drop_unavailable": False}, {0: [6, 3, 4, 5], 2: [3]}),
        # Nor does what is bought; what another has bought is not.
        ({"drop_bought": True}, {0: [1, 7, 4, 5], 2: [2]}),
        ({"drop_bought": True, "max_per_category": 1}, {0: [1, 4, 5], 2: [2]}),
        ({"drop_bought": True, "count": 1}, {0: [1], 2: [2]}),
    ],
    ids=str,
)
def test_each_rule_leaves_out_what_it_names(rules: dict[str, Any], left: dict[int, list[int]]) -> None:
    ranked = lists(c0=[6, 0, 3, 1, 7, 4, 5], c2=[3, 2])
    bought = pairs_of([(0, 0), (1, 2), (2, 0)])
    assert lists_of(served(ranked, FACTS, bought, ServingRules(**rules))) == left


def test_rows_keep_scores_flags_and_order_even_if_contexts_alternate() -> None:
    rows = [(1, 0, 0.5, False), (0, 1, -2.0, True), (1, 3, 0.4, False), (1, 2, 0.3, True), (0, 0, -3.0, True)]
    found = served(ranked_of(rows), FACTS, NOBODY, ServingRules(max_per_category=1))
    assert rows_of(found) == [rows[0], rows[1], rows[3]]


def test_nothing_ranked_is_nothing_served() -> None:
    nothing = ranked_of([])
    assert rows_of(served(nothing, FACTS, NOBODY, ServingRules(max_per_category=1, drop_bought=True))) == []
    no_facts = ItemFacts(np.empty(0, dtype=np.bool_), np.empty(0, dtype=np.int64))
    assert rows_of(served(nothing, no_facts, NOBODY, ServingRules(max_per_category=1))) == []
    assert rows_of(filled(nothing, POPULAR, np.empty(0, dtype=np.int64), 3)) == []


def test_short_lists_get_popular_items_that_they_do_not_have_and_say_so() -> None:
    ranked = lists(c2=[1, 6], c0=[5, 4, 2, 7])
    found = filled(ranked, POPULAR, np.array([3, 2, 0]), 3)
    # Of a list that is long enough nothing goes away, and none that was not asked for comes.
    assert rows_of(found) == [
        (0, 5, 1.0, False),
        (0, 4, 0.9, False),
        (0, 2, 0.8, False),
        (0, 7, 0.7, False),
        (2, 1, 1.0, False),
        (2, 6, 0.9, False),
        (2, 0, 80.0, True),
        (3, 6, 90.0, True),
        (3, 0, 80.0, True),
        (3, 1, 70.0, True),
    ]


def test_a_list_that_is_not_asked_for_stays_as_it_is() -> None:
    assert lists_of(filled(lists(c0=[1], c1=[2]), POPULAR, np.array([1]), 2)) == {0: [1], 1: [2, 6]}


def test_a_list_is_short_when_popular_items_run_out() -> None:
    assert lists_of(filled(lists(c0=[1, 3]), POPULAR, np.array([0, 1]), 100)) == {
        0: [1, 3, 6, 0, 7, 2, 4],
        1: [6, 0, 1, 7, 2, 4],
    }


def test_rules_hold_for_popular_items_too() -> None:
    ranked = lists(c0=[3, 1], c1=[2, 4, 5, 0])
    rules = ServingRules(count=3, max_per_category=2, drop_bought=True)
    found = recommended(ranked, POPULAR, np.array([0, 1, 2]), FACTS, pairs_of([(0, 0), (2, 4)]), rules)
    # 3 and 6 are gone; the first has bought 0, so 7 stands for it; the last has bought 4 and is left with three.
    assert lists_of(found) == {0: [1, 7, 2], 1: [2, 4, 5], 2: [0, 1, 2]}
    assert found.is_fallback.tolist() == [False, True, True, False, False, False, True, True, True]


rows = st.dictionaries(
    st.integers(0, CONTEXTS - 1), st.lists(st.integers(0, ITEMS - 1), max_size=ITEMS, unique=True), max_size=CONTEXTS
).map(lambda each: lists(**{f"c{context}": items for context, items in each.items()}))
facts = st.tuples(
    st.lists(st.booleans(), min_size=ITEMS, max_size=ITEMS),
    st.lists(st.integers(-1, 2), min_size=ITEMS, max_size=ITEMS),
).map(lambda each: ItemFacts(np.array(each[0]), np.array(each[1])))
purchases = st.lists(st.tuples(st.integers(0, CONTEXTS - 1), st.integers(0, ITEMS - 1)), max_size=8).map(pairs_of)
all_rules = st.builds(
    ServingRules,
    count=st.integers(1, ITEMS),
    drop_unavailable=st.booleans(),
    max_per_category=st.none() | st.integers(1, 3),
    drop_bought=st.booleans(),
)
populars = st.lists(st.integers(0, ITEMS - 1), max_size=ITEMS, unique=True).map(
    lambda items: Popular(np.array(items, dtype=np.int64), -np.arange(len(items), dtype=np.float64))
)


def one_by_one(ranked: Ranked, facts: ItemFacts, bought: Pairs, rules: ServingRules) -> list[Row]:
    """Return what is served, by a look at each row after the other."""
    has_bought = set(zip(bought[0].tolist(), bought[1].tolist(), strict=True))
    shown: list[Row] = []
    for row in rows_of(ranked):
        context, item = row[:2]
        before = [other[1] for other in shown if other[0] == context]
        category = facts.category[item]
        of_category = sum(bool(facts.category[other] == category) for other in before)
        is_out = (
            len(before) >= rules.count
            or (rules.drop_unavailable and not facts.is_available[item])
            or (rules.drop_bought and (context, item) in has_bought)
            or (rules.max_per_category is not None and category >= 0 and of_category >= rules.max_per_category)
        )
        if not is_out:
            shown.append(row)
    return shown


@given(rows, facts, purchases, all_rules)
def test_columns_say_the_same_as_a_look_at_each_row(
    ranked: Ranked, facts: ItemFacts, bought: Pairs, rules: ServingRules
) -> None:
    found = served(ranked, facts, bought, rules)
    assert rows_of(found) == one_by_one(ranked, facts, bought, rules)
    assert rows_of(served(found, facts, bought, rules)) == rows_of(found)
    for context, items in lists_of(found).items():
        assert len(items) <= rules.count
        if rules.drop_unavailable:
            assert facts.is_available[items].all()
        if rules.max_per_category is not None:
            known = facts.category[items][facts.category[items] >= 0]
            assert np.bincount(known, minlength=1).max() <= rules.max_per_category
        if rules.drop_bought:
            assert not set(items) & set(bought[1][bought[0] == context].tolist())


@given(rows, populars, st.integers(0, 2 * ITEMS))
def test_lists_are_filled_as_far_as_popular_items_go(ranked: Ranked, popular: Popular, count: int) -> None:
    contexts = np.arange(CONTEXTS)
    had, now = lists_of(ranked), lists_of(filled(ranked, popular, contexts, count))
    for context in contexts.tolist():
        own = had.get(context, [])
        new = [item for item in popular.item.tolist() if item not in own]
        assert now.get(context, []) == own + new[: max(count - len(own), 0)]


@given(rows, populars, facts, purchases, all_rules)
def test_recommended_is_what_the_rules_leave_of_lists_with_all_popular_items_behind(
    ranked: Ranked, popular: Popular, facts: ItemFacts, bought: Pairs, rules: ServingRules
) -> None:
    contexts = np.arange(CONTEXTS)
    long = filled(ranked, popular, contexts, 2 * ITEMS)
    assert rows_of(recommended(ranked, popular, contexts, facts, bought, rules)) == one_by_one(
        long, facts, bought, rules
    )


@given(rows, populars, facts)
def test_without_rules_nothing_ranked_is_lost(ranked: Ranked, popular: Popular, facts: ItemFacts) -> None:
    found = recommended(ranked, popular, np.arange(CONTEXTS), facts, NOBODY, EVERYTHING)
    assert rows_of(found.take(~found.is_fallback)) == sorted(rows_of(ranked), key=lambda row: row[0])
