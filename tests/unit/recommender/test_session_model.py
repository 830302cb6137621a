"""The recommender as it is asked: lists, fallbacks, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml_assets.metrics.recommendation import NO_ITEM, RankedLists
from ml_assets.recommender.ranking.training import NothingToLearnError, known_pairs
from ml_assets.recommender.retrieval.walk import RandomWalk
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.session_model import SessionRecommender, UnreadableRecommenderError
from ml_assets.recommender.sessions import ItemIndex, Sessions
from tests.unit.recommender.made_sessions import FAMILY, made_sessions, small_config, unrelated_sessions

SESSIONS = made_sessions(400, families=8, seed=3)
UNKNOWN = 7


@pytest.fixture(scope="module")
def model() -> SessionRecommender:
    return SessionRecommender.fit(SESSIONS, small_config())


def test_it_finds_planted_families_and_popularity_does_not(model: SessionRecommender) -> None:
    pairs = known_pairs(made_sessions(60, families=8, seed=4), SESSIONS)
    ranked = RankedLists.of_single(model.rank_many(pairs.prefixes, FAMILY), pairs.targets)
    popular = np.tile(model.index.ids[model.popular[:FAMILY]], (len(pairs), 1))
    assert ranked.hit_rate(FAMILY).mean() > 0.9
    assert ranked.reciprocal_rank(FAMILY).mean() > 0.5
    assert RankedLists.of_single(popular, pairs.targets).hit_rate(FAMILY).mean() < 0.3


def test_many_are_ranked_as_one_by_one(model: SessionRecommender) -> None:
    prefixes = Sessions.of_lists([[100, 101], [], [UNKNOWN], [UNKNOWN, 112], [103] * 40, [100, 110, 120, 130]])
    together = model.rank_many(prefixes, 15)
    assert together.shape == (6, 15)
    for row in range(len(prefixes)):
        assert model.rank(prefixes[row].tolist(), 15).tolist() == together[row].tolist()


def test_an_item_is_listed_once(model: SessionRecommender) -> None:
    for row in model.rank_many(Sessions.of_lists([[100], [], [100, 106]]), 48):
        assert len(set(row.tolist())) == 48


def test_without_a_known_item_popular_ones_are_shown_and_told_apart(model: SessionRecommender) -> None:
    newest = SESSIONS.take(np.arange(300, 400)).items
    items, clicks = np.unique(newest, return_counts=True)
    popular = items[np.argsort(-clicks, kind="stable")][:10].tolist()
    found = model.recommend(Sessions.of_lists([[], [UNKNOWN], [100]]), 10)
    assert found.items[0].tolist() == found.items[1].tolist() == popular
    assert found.is_fallback[:2].all()
    assert np.isnan(found.margins[:2]).all()
    assert not found.is_fallback[2, 0]
    assert (np.diff(found.margins[2][~found.is_fallback[2]]) <= 0).all()


def test_an_unknown_item_is_passed_over(model: SessionRecommender) -> None:
    assert model.rank([100, UNKNOWN]).tolist() == model.rank([100]).tolist()


def offered(model: SessionRecommender) -> set[int]:
    """Return what is offered after known and unknown items."""
    return set(model.rank_many(Sessions.of_lists([[100], [UNKNOWN], [106, UNKNOWN]]), 60).ravel().tolist())


def test_no_item_is_offered_that_was_never_seen(model: SessionRecommender) -> None:
    assert offered(model) - {NO_ITEM} == set(model.index.ids.tolist())
    assert UNKNOWN not in offered(model)


def test_the_same_is_seen_to_fail_where_an_unknown_item_takes_a_number(
    model: SessionRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ItemIndex, "renumbered", lambda index, sessions: sessions)
    with pytest.raises((IndexError, ValueError)):
        offered(model)


def test_a_catalogue_smaller_than_the_list_ends_it() -> None:
    sessions = Sessions.of_lists([[5, 6], [6, 5], [5, 6, 5]] * 10)
    ranked = SessionRecommender.fit(sessions, small_config()).rank([5], 4)
    assert sorted(ranked[:2].tolist()) == [5, 6]
    assert ranked[2:].tolist() == [NO_ITEM, NO_ITEM]


def test_unrelated_items_give_no_better_lists_than_popularity() -> None:
    sessions = unrelated_sessions(600, items=80, seed=5)
    past, newest = sessions.take(np.arange(500)), sessions.take(np.arange(500, 600))
    pairs = known_pairs(newest, past)
    fitted = SessionRecommender.fit(past, small_config())
    hits = RankedLists.of_single(fitted.rank_many(pairs.prefixes, 8), pairs.targets).hit_rate(8)
    # A tenth of the items are shown.
    assert hits.mean() == pytest.approx(0.1, abs=3 * np.sqrt(0.09 / len(hits)))


def test_two_fits_are_equal(model: SessionRecommender) -> None:
    prefixes = made_sessions(30, families=8, seed=6)
    again = SessionRecommender.fit(SESSIONS, small_config())
    np.testing.assert_array_equal(again.recommend(prefixes).margins, model.recommend(prefixes).margins)


def test_a_saved_recommender_answers_as_before(model: SessionRecommender, tmp_path: Path) -> None:
    model.save(tmp_path / "it")
    loaded = SessionRecommender.load(tmp_path / "it")
    prefixes = made_sessions(30, families=8, seed=6)
    np.testing.assert_array_equal(loaded.recommend(prefixes).items, model.recommend(prefixes).items)
    np.testing.assert_array_equal(loaded.recommend(prefixes).margins, model.recommend(prefixes).margins)
    assert loaded.config == model.config
    with np.load(tmp_path / "it" / "session_recommender.npz", allow_pickle=False) as arrays:
        assert all(array.dtype.kind in "if" for array in arrays.values())


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecommenderError, match=r"lacks session_recommender\.json"):
        SessionRecommender.load(tmp_path)


def test_no_sessions_are_refused() -> None:
    with pytest.raises(NothingToLearnError):
        SessionRecommender.fit(Sessions.of_lists([]), SessionConfig())


def test_a_walk_with_fewer_steps_than_it_shows_is_refused() -> None:
    assert len(RandomWalk.channels) == 4
    with pytest.raises(ValueError, match="greater than or equal to 3"):
        SessionConfig.model_validate({"retrieval": {"walk": {"steps": 2}}})
