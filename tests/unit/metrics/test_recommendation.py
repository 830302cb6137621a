"""Measures of ranked lists against hand-made lists, at their limits, and against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.metrics.recommendation import (
    NO_ITEM,
    RankedLists,
    coverage,
    mean_estimate,
    mean_estimates,
    popularity_bias,
)

# Wanted of the first list: 7 and 3; of the second: 5; of the third: nothing.
RANKED = np.array([[3, 9, 7, 1], [8, 5, 5, NO_ITEM], [1, 2, 3, 4]])
LISTS = RankedLists.of(RANKED, np.array([7, 3, 3, 5]), np.array([0, 3, 4, 4]))


def test_hand_made_lists_have_their_measures() -> None:
    nan = float("nan")
    np.testing.assert_allclose(LISTS.hit_rate(1), [1, 0, nan])
    np.testing.assert_allclose(LISTS.recall(2), [0.5, 1, nan])
    np.testing.assert_allclose(LISTS.reciprocal_rank(4), [1, 0.5, nan])
    np.testing.assert_allclose(LISTS.average_precision(4), [(1 + 2 / 3) / 2, 0.5, nan])
    ideal = 1 + 1 / math.log2(3)
    np.testing.assert_allclose(LISTS.ndcg(4), [(1 + 1 / math.log2(4)) / ideal, 1 / math.log2(3), nan])


def test_what_is_wanted_twice_counts_once() -> None:
    assert LISTS.wanted.tolist() == [2, 1, 0]


def test_an_item_that_is_shown_twice_hits_once() -> None:
    lists = RankedLists.of_single(np.array([[5, 5, 5]]), np.array([5]))
    assert lists.recall(3).tolist() == [1]
    assert lists.average_precision(3).tolist() == [1]


def test_the_end_of_a_list_hits_nothing() -> None:
    lists = RankedLists.of_single(np.full((1, 3), NO_ITEM), np.array([NO_ITEM]))
    assert lists.hit_rate(3).tolist() == [0]


def test_a_place_behind_k_counts_nothing() -> None:
    lists = RankedLists.of_single(np.array([[1, 2, 3]]), np.array([3]))
    assert lists.reciprocal_rank(2).tolist() == [0]
    assert lists.reciprocal_rank(3).tolist() == pytest.approx([1 / 3])


def test_k_beyond_the_list_counts_the_whole_list() -> None:
    for measure in ("hit_rate", "recall", "reciprocal_rank", "average_precision", "ndcg"):
        np.testing.assert_array_equal(getattr(LISTS, measure)(4), getattr(LISTS, measure)(4000))


def test_the_ideal_order_is_that_of_k_places_even_if_lists_are_shorter() -> None:
    lists = RankedLists.of(np.array([[1]]), np.array([1, 2]), np.array([0, 2]))
    assert lists.ndcg(5).tolist() == pytest.approx([1 / (1 + 1 / math.log2(3))])


def test_lists_without_places_hit_nothing() -> None:
    lists = RankedLists.of_single(np.empty((2, 0), dtype=np.int64), np.array([1, 2]))
    for measure in ("hit_rate", "recall", "reciprocal_rank", "average_precision", "ndcg"):
        assert getattr(lists, measure)(3).tolist() == [0, 0]


def test_offsets_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="3 lists need 4 offsets"):
        RankedLists.of(RANKED, np.array([7]), np.array([0, 1]))


def _loop(ranked: list[int], wanted: set[int], k: int) -> dict[str, float]:
    """Return the measures of one list by a plain loop."""
    seen: set[int] = set()
    hits, precisions, gain, first = 0, 0.0, 0.0, 0.0
    for place, item in enumerate(ranked[:k], start=1):
        if item in wanted and item not in seen:
            hits += 1
            precisions += hits / place
            gain += 1 / math.log2(place + 1)
            first = first or 1 / place
        seen.add(item)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(wanted)) + 1))
    return {
        "hit_rate": float(hits > 0),
        "recall": hits / len(wanted),
        "reciprocal_rank": first,
        "average_precision": precisions / min(k, len(wanted)),
        "ndcg": gain / best,
    }


@given(
    lists=st.lists(
        st.tuples(
            st.lists(st.integers(0, 8), min_size=6, max_size=6), st.lists(st.integers(0, 8), min_size=1, max_size=5)
        ),
        min_size=1,
        max_size=6,
    ),
    k=st.integers(1, 8),
)
def test_measures_equal_those_of_a_plain_loop(lists: list[tuple[list[int], list[int]]], k: int) -> None:
    ranked = np.array([shown for shown, _ in lists])
    wanted = [items for _, items in lists]
    offsets = np.cumsum([0, *map(len, wanted)])
    found = RankedLists.of(ranked, np.concatenate([np.array(items) for items in wanted]), offsets)
    for row, (shown, items) in enumerate(lists):
        for measure, value in _loop(shown, set(items), k).items():
            assert getattr(found, measure)(k)[row] == pytest.approx(value), measure


@given(st.permutations(list(range(6))), st.integers(0, 5))
def test_measures_lie_between_0_and_1_and_grow_with_k(shown: list[int], target: int) -> None:
    lists = RankedLists.of_single(np.array([shown]), np.array([target]))
    for measure in ("hit_rate", "recall", "reciprocal_rank", "average_precision", "ndcg"):
        values = [float(getattr(lists, measure)(k)[0]) for k in range(1, 7)]
        assert values == sorted(values)
        assert 0 <= values[0] <= values[-1] <= 1


def test_coverage_counts_each_shown_item_once() -> None:
    assert coverage(RANKED, 2, n_items=10) == pytest.approx(6 / 10)
    assert coverage(np.full((2, 3), NO_ITEM), 3, n_items=10) == 0
    assert math.isnan(coverage(RANKED, 2, n_items=0))


def test_popularity_bias_compares_shown_with_wanted() -> None:
    popularity = np.array([10.0, 1.0, 1.0])
    assert popularity_bias(np.array([[0, NO_ITEM], [0, 1]]), np.array([1, 2]), 1, popularity) == pytest.approx(10)
    assert popularity_bias(np.array([[0, 1]]), np.array([0]), 2, popularity) == pytest.approx(0.55)
    assert math.isnan(popularity_bias(np.full((1, 2), NO_ITEM), np.array([0]), 2, popularity))
    assert math.isnan(popularity_bias(np.array([[0, 1]]), np.array([], dtype=np.int64), 2, popularity))


def test_the_mean_leaves_out_what_is_undefined() -> None:
    found = mean_estimate(np.array([1.0, np.nan, 0.0, 0.0]), np.array([1, 1, 2, 3]), resamples=200, seed=1)
    assert found.value == pytest.approx(1 / 3)
    assert found.low is not None and found.high is not None
    assert 0 <= found.low <= 1 / 3 <= found.high <= 1


def test_lists_of_one_session_are_drawn_together() -> None:
    values = np.tile([0.0, 1.0], 200).repeat(5)
    apart = mean_estimate(values, np.arange(2000), resamples=400, seed=1)
    together = mean_estimate(values, np.arange(2000) // 5, resamples=400, seed=1)
    assert apart.low is not None and together.low is not None
    assert 0.5 - together.low > 1.8 * (0.5 - apart.low)


def test_equal_values_have_no_width_and_nothing_has_no_value() -> None:
    equal = mean_estimate(np.ones(6), np.arange(6), resamples=50, seed=1)
    assert (equal.value, equal.low, equal.high) == (1, 1, 1)
    assert mean_estimate(np.array([np.nan]), np.array([1]), resamples=50, seed=1).value is None
    alone = mean_estimate(np.array([1.0, 0.0]), np.array([4, 4]), resamples=50, seed=1)
    assert (alone.value, alone.low) == (0.5, None)


def test_several_figures_have_the_intervals_that_each_has_alone() -> None:
    random = np.random.default_rng(3)
    values, entity = random.random((60, 3)), random.integers(0, 25, 60)
    together = mean_estimates(values, entity, resamples=80, seed=5, confidence=0.9)
    alone = [mean_estimate(column, entity, resamples=80, seed=5, confidence=0.9) for column in values.T]
    for each, other in zip(together, alone, strict=True):
        assert each.value == pytest.approx(other.value)
        assert each.low == pytest.approx(other.low)
        assert each.high == pytest.approx(other.high)


def test_a_figure_that_some_lists_lack_is_the_mean_of_the_others() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [0.0, np.nan], [0.5, np.nan]])
    some, nothing = mean_estimates(values, np.arange(4), resamples=200, seed=1)
    assert some.value == pytest.approx(0.5)
    assert some.low is not None and some.high is not None
    assert 0 <= some.low < 0.5 < some.high <= 1
    assert nothing.value is None
    assert [each.value for each in mean_estimates(values[:0], np.arange(0), resamples=5, seed=1)] == [None, None]
