"""Lists of the methods: the rule by hand, equal histories asked once, unknown items never shown, saved and loaded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.config import RecommenderConfig, SplitConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.counted import Counted
from ml_assets.recommender.fitted import ITEMS, MODEL_FILE, SCORES, FittedRecommender
from ml_assets.recommender.fitting import learned_by
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.lists import distinct_histories, ranked_once
from ml_assets.recommender.methods import LEARNED, Method, said_of
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.similar import SimilarItems
from ml_assets.recommender.split import split_of
from ml_assets.registry.kinds import UnreadableModelError, kind_of
from tests.unit.recommender.streams import QUICK, START, UNTIL, stream


@pytest.fixture(scope="module")
def model() -> FittedRecommender:
    clicks = Clicks.of(stream())
    split = split_of(np.datetime64(START.to_pydatetime(), "us"), UNTIL, QUICK.split)
    until = split.fitted_until
    learned = learned_by(Lessons(Timeline(clicks, QUICK, split.horizon), split), until)
    as_of = AsOf(clicks, until, QUICK)
    model = FittedRecommender.of("q", Method.TWO_STAGE, learned, as_of)
    # What all methods need, so that each can be asked by the same fixture.
    return replace(model, counted=replace(model.counted, factors=as_of.factors))


def test_the_rule_shows_the_newest_items_first_then_popular_ones() -> None:
    rule = FittedRecommender(
        question="q",
        method=Method.RE_VIEW,
        config=RecommenderConfig(split=SplitConfig(longest_history=3)),
        learned_until=np.datetime64("2015-06-01", "us"),
        orders={},
        counted=Counted(
            until=np.datetime64("2015-06-01", "us"),
            ids=np.array(["10", "20", "30", "40"], dtype=object),
            popularity=np.array([0.1, 0.6, 0.3, 0.0]),
        ),
    )
    found = rule.lists(Sessions.of_lists([[3, 0, 3], [-1], [1, 0, 2, 0]]), ContextKind.VISITOR, 3)
    assert [found.item[found.context == row].tolist() for row in range(3)] == [[3, 0, 1], [1, 2, 0], [0, 2, 1]]
    # Item 3 was not viewed of late: it is nobody's fallback.
    assert [found.is_fallback[found.context == row].tolist() for row in range(3)] == [
        [False, False, True],
        [True, True, True],
        [False, False, True],
    ]
    # Without anything that goes with anything two stages keep to the rule, and the others have nothing to say.
    histories = Sessions.of_lists([[0]])
    for method in LEARNED:
        said = replace(rule, method=method).ranked(histories, ContextKind.SESSION, 3)
        assert said.item.tolist() == ([0] if method is Method.TWO_STAGE else [])


@pytest.mark.parametrize("method", LEARNED)
@pytest.mark.parametrize("kind", ContextKind)
def test_a_history_gets_the_same_alone_and_among_others(
    model: FittedRecommender, method: Method, kind: ContextKind
) -> None:
    other = replace(model, method=method)
    histories = Sessions.of_lists([[3, 4], [5], [3, 4], [], [8, 9, 10]])
    together = other.lists(histories, kind, 10)
    for row in range(len(histories)):
        alone = other.lists(histories.take([row]), kind, 10)
        is_row = together.context == row
        np.testing.assert_array_equal(together.item[is_row], alone.item)
        np.testing.assert_array_equal(together.score[is_row], alone.score)
        assert len(np.unique(alone.item)) == len(alone.item) == 10
    assert together.is_fallback[together.context == 3].all()


def test_equal_histories_are_asked_about_once() -> None:
    histories = Sessions.of_lists([[1, 2], [2, 1], [1, 2], [], [1]])
    distinct, same = distinct_histories(histories)
    assert len(distinct) == 4
    for row in range(len(histories)):
        assert distinct[same[row]].tolist() == histories[row].tolist()
    asked = []
    counted = Counted(np.datetime64("2015-06-01", "us"), np.array(["a", "b", "c"], dtype=object), np.ones(3) / 3)

    def said(some: Sessions):  # type: ignore[no-untyped-def]
        asked.append(len(some))
        return said_of(Method.RE_VIEW, counted, {}, some, ContextKind.VISITOR)

    found = ranked_once(histories, 5, said)
    assert sum(asked) == 4
    assert found.item[found.context == 2].tolist() == [2, 1]


def test_the_next_of_a_chain_is_found(model: FittedRecommender) -> None:
    starts = np.arange(10)
    # Items were numbered as they are called.
    assert model.ids.tolist() == [str(number) for number in range(len(model.ids))]
    found = model.ranked(Sessions.of_lists([[int(start)] for start in starts]), ContextKind.SESSION, 3)
    hits = [start + 1 in found.item[found.context == start] for start in starts]
    assert np.mean(hits) > 0.8


@pytest.mark.parametrize("method", Method)
def test_saved_and_loaded_it_answers_the_same(model: FittedRecommender, method: Method, tmp_path: Path) -> None:
    model = replace(model, method=method)
    model.save(tmp_path / "model")
    loaded = kind_of(tmp_path / "model").load(tmp_path / "model")
    asked = pd.DataFrame({ITEMS: ['["3", "4"]', "[]", '["nobody knows"]']}, index=[5, 6, 7])
    first, again = model.served(asked), loaded.served(asked)
    pd.testing.assert_frame_equal(first, again)
    items = [json.loads(text) for text in first[ITEMS]]
    assert all(len(each) == len(set(each)) == 20 for each in items)
    assert items[1] == items[2]
    assert all(set(each) <= set(model.ids) for each in items)
    assert [len(json.loads(text)) for text in first[SCORES]] == [20, 20, 20]
    # A version that lacks a part of it does not answer by what is left.
    for file in sorted(path for path in (tmp_path / "model").iterdir() if path.name != MODEL_FILE):
        moved = file.rename(tmp_path / file.name)
        with pytest.raises(FileNotFoundError, match=file.name):
            FittedRecommender.load(tmp_path / "model")
        moved.rename(file)
    (tmp_path / "model" / MODEL_FILE).write_text('{"method": "magic"}')
    with pytest.raises(UnreadableModelError, match=MODEL_FILE):
        FittedRecommender.load(tmp_path / "model")


def test_similar_items_by_hand() -> None:
    sessions = Sessions.of_lists([[0, 1, 1], [0, 1], [0, 2], [3]])
    found = SimilarItems.of(sessions, 4, count=1, min_support=2)
    # 0 is in three sessions, 1 in two; 2 has too little support. 2 / sqrt(4 * 3).
    assert found.items.tolist() == [1, 0]
    assert found.rows.tolist() == [0, 1]
    np.testing.assert_allclose(found.scores, [2 / np.sqrt(12)] * 2)
