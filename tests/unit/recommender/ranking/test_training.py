"""No session counts in the statistics that score it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ml_assets.recommender.ranking import training
from ml_assets.recommender.ranking.features import feature_names
from ml_assets.recommender.ranking.training import (
    NothingToLearnError,
    Rows,
    known_pairs,
    rolling_stretches,
    training_rows,
)
from ml_assets.recommender.ranking.trees import grown
from ml_assets.recommender.retrieval.retrievers import Retrievers
from ml_assets.recommender.session_config import RankingConfig, SessionConfig
from ml_assets.recommender.sessions import NextItems, Sessions
from tests.unit.recommender.made_sessions import FAMILY, made_sessions, small_config


def bridged_sessions(count: int) -> Sessions:
    """Return sessions of two items each that met before over a third one only, so that no pair is seen twice."""
    bridges = [[pair, 2 * count + pair] for pair in range(count)] + [[2 * count + p, count + p] for p in range(count)]
    return Sessions.of_lists([*bridges, *([pair, count + pair] for pair in range(count))])


def told_directly(rows: Rows) -> float:
    """Return the share of targets of which the counts of pairs know that they follow the last item."""
    names = feature_names(Retrievers.fit(Sessions.of_lists([[0]]), 1, SessionConfig().retrieval).by_name)
    return float((rows.matrix[rows.is_target, names.index("next_from_last")] > 0).mean())


def test_the_newest_stretches_come_after_what_scores_them() -> None:
    config = RankingConfig(folds=3, fold_sessions=10)
    assert rolling_stretches(100, config) == [(70, 80), (80, 90), (90, 100)]
    assert rolling_stretches(30, config) == [(15, 20), (20, 25), (25, 30)]
    assert rolling_stretches(0, config) == [(0, 0)] * 3


def test_a_session_tells_nothing_of_its_own_next_items() -> None:
    rows = training_rows(bridged_sessions(40), 120, small_config(fold_sessions=15))
    assert rows.is_target.sum() == 30
    assert told_directly(rows) == 0


def test_the_same_is_seen_to_fail_where_sessions_count_in_their_own_statistics(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = bridged_sessions(40)

    class Leaking:
        @staticmethod
        def fit(past: Sessions, n_items: int, config: Any) -> Retrievers:
            return Retrievers.fit(sessions, n_items, config)

    monkeypatch.setattr(training, "Retrievers", Leaking)
    assert told_directly(training_rows(sessions, 120, small_config(fold_sessions=15))) == 1


def test_items_that_earlier_sessions_do_not_know_leave_the_pairs() -> None:
    past = Sessions.of_lists([[1, 2], [3]])
    pairs = known_pairs(Sessions.of_lists([[1, 9, 2], [9, 3], [8, 9]]), past)
    assert [pairs.prefixes[row].tolist() for row in range(len(pairs))] == [[1]]
    assert pairs.targets.tolist() == [2]


def test_a_pair_has_its_target_once_and_all_other_candidates() -> None:
    rows = training_rows(made_sessions(300, families=5, seed=1), 200, small_config())
    per_pair = np.bincount(rows.pair)
    assert (np.bincount(rows.pair, rows.is_target) == 1).all()
    assert per_pair.max() <= small_config().retrieval.candidates
    assert per_pair[per_pair > 0].min() >= FAMILY
    assert (np.diff(rows.pair) >= 0).all()
    assert set(rows.session.tolist()) <= set(range(180, 300))


def test_the_same_seed_draws_the_same_rows() -> None:
    sessions = made_sessions(200, families=5, seed=1)
    first, second = (training_rows(sessions, 200, small_config(max_pairs=50)) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, second.matrix)
    assert len(np.unique(first.pair)) <= 50


@pytest.mark.parametrize("lists", [[], [[1]] * 20, [[1, 2]]], ids=["none", "no pairs", "one session"])
def test_sessions_without_anything_to_learn_are_refused(lists: list[list[int]]) -> None:
    with pytest.raises(NothingToLearnError, match="give more sessions"):
        training_rows(Sessions.of_lists(lists), 5, small_config())


def test_trees_grow_without_sessions_that_stop_them() -> None:
    pairs = NextItems.of(Sessions.of_lists([[0, 1]]))
    rows = Rows(
        matrix=np.array([[0.0], [1.0]] * 8, dtype=np.float32),
        is_target=np.array([False, True] * 8),
        pair=np.repeat(np.arange(8), 2),
        session=np.repeat(pairs.session, 16),
    )
    booster = grown(rows, ["it"], small_config())
    assert booster.num_boosted_rounds() == 20
    low, high = booster.inplace_predict(np.array([[0.0], [1.0]], dtype=np.float32), predict_type="margin")
    assert high > low
