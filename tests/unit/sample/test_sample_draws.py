"""The shared draws, by hand-made cases and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_assets.sample import draws


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_groups_are_numbered_and_start_where_the_ones_before_end() -> None:
    counts = np.array([2, 1, 3])
    assert draws.positions_within(counts).tolist() == [0, 1, 0, 0, 1, 2]
    assert draws.group_starts(counts).tolist() == [0, 2, 3]


def test_largest_remainders_get_the_rest() -> None:
    # 10 * (0.5, 0.3, 0.2) with two already given to each: 4 left, exact 2.0, 1.2, 0.8.
    assert draws.apportion([0.5, 0.3, 0.2], 10, minimum=2).tolist() == [4, 3, 3]


def test_too_small_a_total_is_refused() -> None:
    with pytest.raises(ValueError, match="3 cannot be split into 2 parts of at least 2"):
        draws.apportion([1.0, 1.0], 3, minimum=2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40),
    st.integers(0, 5),
    st.integers(0, 10_000),
)
def test_parts_always_add_up(weights: list[float], minimum: int, more: int) -> None:
    total = minimum * len(weights) + more
    parts = draws.apportion(weights, total, minimum=minimum)
    assert int(parts.sum()) == total
    assert int(parts.min()) >= minimum


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_a_pick_stays_within_its_own_slice(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.array(sizes)
    starts = draws.group_starts(counts)
    weights = rng.random(int(counts.sum())) + 1e-9
    uniform = rng.random(len(counts))
    uniform[0] = 0.0
    found = draws.pick_within(uniform, weights, starts, starts + counts)
    assert (found >= starts).all()
    assert (found < starts + counts).all()


def test_picks_follow_the_weights_and_skip_zeros() -> None:
    uniform = np.array([0.0, 0.24, 0.26, 0.99])
    assert draws.pick_at(uniform, [1, 0, 3]).tolist() == [0, 0, 2, 2]


def test_chosen_ones_are_distinct_and_never_more_than_there_are(rng: np.random.Generator) -> None:
    candidates = np.arange(10, 20)
    assert len(set(draws.choose(rng, candidates, 4).tolist())) == 4
    assert draws.choose(rng, candidates, 99).tolist() == candidates.tolist()
    assert draws.choose(rng, candidates, 0).tolist() == []


def test_weightless_candidates_are_chosen_last(rng: np.random.Generator) -> None:
    weights = np.where(np.arange(10) < 3, 1.0, 0.0)
    assert set(draws.choose(rng, np.arange(10), 3, weights).tolist()) == {0, 1, 2}


def test_identifiers_are_32_lower_hexadecimal_digits(rng: np.random.Generator) -> None:
    ids = draws.hex_ids(rng, 500).tolist()
    assert len(set(ids)) == 500
    assert all(len(text) == 32 and set(text) <= set("0123456789abcdef") for text in ids)


def test_times_of_day_keep_the_day_and_the_hours_with_weight(rng: np.random.Generator) -> None:
    times = np.full(200, np.datetime64("2018-03-04T23:59:59", "s"))
    weights = [0.0] * 24
    weights[5] = weights[9] = 1.0
    drawn = draws.at_hours(rng, times, weights)
    assert set(drawn.astype("datetime64[h]").astype(str).tolist()) == {"2018-03-04T05", "2018-03-04T09"}


def test_days_between_keeps_missing_times_missing() -> None:
    later = np.array(["2018-01-02T12:00:00", "NaT"], dtype="datetime64[s]")
    earlier = np.array(["2018-01-01T00:00:00", "2018-01-01T00:00:00"], dtype="datetime64[s]")
    result = draws.days_between(later, earlier)
    assert result[0] == 1.5
    assert np.isnan(result[1])


def test_after_adds_fractions_of_days() -> None:
    start = np.array(["2018-01-01T00:00:00"], dtype="datetime64[s]")
    assert draws.after(start, [0.25]).astype(str).tolist() == ["2018-01-01T06:00:00"]
