"""The ways that are timed against each other give the same lists, and the table tells which goal was missed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.recommendation_speed.__main__ import argument_parser, table
from benchmarks.recommendation_speed.clicks import views
from benchmarks.recommendation_speed.measure import Asked, Covered, Timed, asked, different, factors, neighbours
from benchmarks.recommendation_speed.plain_neighbours import PlainNeighbours
from ml_assets.recommender.retrieval.als import ALSConfig
from ml_assets.recommender.session_config import NeighbourConfig, RetrievalConfig
from ml_assets.recommender.sessions import Sessions


@pytest.fixture(scope="module")
def given() -> Asked:
    generator = np.random.default_rng(4)
    lengths = generator.integers(2, 9, 400)
    # Items of a session are near each other, and some are clicked again.
    lists = [(generator.integers(0, 40) + generator.integers(0, 6, length)).tolist() for length in lengths]
    return asked(Sessions.of_lists(lists), prefixes=60, seed=1)


def test_a_plain_neighbour_lends_its_items_by_hand() -> None:
    config = NeighbourConfig(newest=2, neighbours=1, prefix_decay=2.0, session_decay=4.0, reach=1.0)
    # Both share item 1 with the prefix; the second also item 2, and is newer.
    found = PlainNeighbours([[1, 3], [2, 1, 4, 1]], config).scores([2, 1])
    similarity = (1 + np.exp(-1 / 2)) * np.exp(-1 / 4) / np.sqrt(3)
    expected = {2: similarity * np.exp(-3), 1: similarity, 4: similarity * np.exp(-1)}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("has_index", [True, False])
def test_columns_and_loops_give_the_same_lists(given: Asked, has_index: bool) -> None:
    config = RetrievalConfig(neighbours=NeighbourConfig(newest=30, neighbours=20), max_age=4)
    found = neighbours(given, config, repetitions=2, has_index=has_index)
    assert found.same == 1.0
    assert found.times_as_fast == found.other_seconds / found.seconds


def test_a_loop_with_other_settings_gives_other_lists(given: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "benchmarks.recommendation_speed.measure.PlainNeighbours"
    monkeypatch.setattr(module, lambda sessions, _, has_index: PlainNeighbours(sessions, NeighbourConfig(reach=0.2)))
    assert neighbours(given, RetrievalConfig(), repetitions=1, has_index=True).same < 0.9


def test_histories_of_the_same_clicks_are_one() -> None:
    found = different(Sessions.of_lists([[0, 5], [5], [0, 5], [5, 0], [0], []]))
    assert [found[row].tolist() for row in range(len(found))] == [[0, 5], [5], [5, 0], [0], []]


def test_factors_name_much_the_same_as_those_of_the_library_alone(given: Asked) -> None:
    found = factors(given, ALSConfig(factors=8, alpha=10.0, iterations=20, threads=1), repetitions=1)
    assert found.same > 0.9


def test_prefixes_are_of_newer_sessions_than_those_learned_from(given: Asked) -> None:
    assert len(given.sessions) == 360
    assert len(given.prefixes) == 60
    assert given.prefixes.lengths.min() >= 1
    assert given.prefixes.items.max() < given.n_items


def test_views_of_a_sample_are_sessions_by_end_and_visitors_whole() -> None:
    found = views(0.005, 7)
    assert found.sessions.lengths.min() >= 2
    assert found.sessions.ended_at is not None
    assert (np.diff(found.sessions.ended_at) >= 0).all()
    assert found.visitors.lengths.min() >= 1
    assert len(found.visitors.items) > len(found.sessions.items)


def test_the_table_says_which_goal_was_missed() -> None:
    options = argument_parser().parse_args(["--scale", "0.5"])
    timed: list[tuple[Timed, float | None]] = [
        (Timed("quick", seconds=1.0, other_seconds=25.0, same=1.0), 20.0),
        (Timed("slow", seconds=3.0, other_seconds=2.0, same=0.95), 1 / 1.2),
    ]
    lists = Covered(1000, 900, 50, fit_seconds=4.0, rank_seconds=400.0, neighbour_seconds=30.0)
    text = table(timed, lists, options, 10, 5)
    assert "| quick | 1.00 | 25.00 | 25.00 | 100.0% | ≥ 20.00: met |" in text
    assert "| slow | 3.00 | 2.00 | 0.67 | 95.0% | ≥ 0.83: missed |" in text
    assert "for each of 1,000 visitors of a sample of scale 0.5, set as a batch is: 400 s from both" in text
    assert "(goal ≤ 300 s, missed)" in text
