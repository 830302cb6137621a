"""What is counted before a moment knows no event at or after it, is counted once, and is the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.contexts import ContextKind, asked_in
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import learned_by
from ml_assets.recommender.judging import asked_at, judged
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.methods import LEARNED, PLAIN, Method
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.split import Split, split_of
from tests.unit.recommender.streams import QUICK, START, UNTIL, event, stream

METHODS = (*LEARNED, *PLAIN)
WEEK = np.timedelta64(7, "D")


def split() -> Split:
    return split_of(np.datetime64(START.to_pydatetime(), "us"), UNTIL, QUICK.split)


def poisoned(events: pd.DataFrame, moment: np.datetime64) -> pd.DataFrame:
    """Return the events with an item of their own, and by a visitor of their own, from a moment on."""
    changed = events.copy()
    is_later = changed["occurred_at"] >= pd.Timestamp(moment)
    changed.loc[is_later, ["item_id", "visitor_id"]] = ["999", "poison"]
    return changed


def parts(found: AsOf) -> dict[str, Any]:
    """Return all that was counted as plain arrays."""
    stage, factors = found.stage, found.factors
    assert stage is not None
    assert factors is not None
    return {
        "ids": found.catalogue.ids.astype(str),
        "popularity": found.catalogue.popularity,
        "popular": stage.popular,
        "table": stage.table,
        "factors": factors.item_factors,
        "similar": found.similar.scores,
        **stage.retrievers.arrays(),
    }


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


def counted_pair(moment: np.datetime64) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is counted of a stream, and of one that is another from the moment on."""
    events = stream()
    one, other = (AsOf(Clicks.of(each), moment, QUICK) for each in (events, poisoned(events, moment)))
    assert one.last_event == other.last_event
    assert one.last_event is not None
    assert one.last_event < moment
    return parts(one), parts(other)


@pytest.mark.parametrize("number", [0, 1])
def test_what_comes_at_or_after_the_moment_changes_nothing_that_is_counted(number: int) -> None:
    assert_same(*counted_pair(split().test[number]))


def looks_too_far(clicks: Clicks, moment: np.datetime64) -> Clicks:
    return clicks.take(clicks.occurred < moment + WEEK)


def test_a_refresh_that_looks_one_week_too_far_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clicks, "before", looks_too_far)
    with pytest.raises(AssertionError):
        counted_pair(split().test[0])


def test_an_event_at_the_moment_is_not_counted_and_one_just_before_it_is() -> None:
    moment = np.datetime64("2015-05-11T00:00:00", "us")
    clicks = Clicks.of(
        pd.DataFrame(
            [event("a", "a1", 7, "2015-05-10 23:59:59.999999"), event("b", "b1", 8, "2015-05-11 00:00:00.000000")]
        )
    )
    assert AsOf(clicks, moment, QUICK).catalogue.ids.tolist() == ["7"]
    assert AsOf(clicks, moment + np.timedelta64(1, "us"), QUICK).catalogue.ids.tolist() == ["7", "8"]
    nothing = AsOf(clicks, moment - WEEK, QUICK)
    assert nothing.last_event is None
    assert (nothing.stage, nothing.factors, len(nothing.catalogue)) == (None, None, 0)


def test_items_of_who_asks_later_have_numbers_and_nothing_of_them_is_counted() -> None:
    moment = split().test[0]
    clicks = Clicks.of(poisoned(stream(), moment))
    alone, asked = AsOf(clicks, moment, QUICK), AsOf(clicks, moment, QUICK, moment + WEEK)
    assert set(asked.catalogue.ids) - set(alone.catalogue.ids) == {"999"}
    # The new item has the highest number, so that all others keep theirs.
    new = len(alone.catalogue)
    assert asked.catalogue.popularity[new] == 0
    np.testing.assert_array_equal(asked.catalogue.popularity[:new], alone.catalogue.popularity)
    learned = learned_by(Lessons(Timeline(clicks, QUICK, split().horizon), split()), moment)
    histories = Sessions.of_lists([[3, 4], [5], [], [7, 8, 7]])
    for method in METHODS:
        both = [FittedRecommender.of("q", method, learned, each) for each in (alone, asked)]
        lists = [model.lists(histories, ContextKind.SESSION, 20) for model in both]
        np.testing.assert_array_equal(lists[0].item, lists[1].item)
        np.testing.assert_array_equal(lists[0].is_fallback, lists[1].is_fallback)
        # Nobody but who has viewed it gets it.
        assert new not in lists[1].item
    own = FittedRecommender.of("q", Method.RE_VIEW, learned, asked).lists(
        Sessions.of_lists([[new]]), ContextKind.SESSION, 3
    )
    assert own.item[0] == new


def test_a_moment_is_counted_once_and_its_lessons_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[np.datetime64] = []
    init = AsOf.__init__

    def counting(self: AsOf, clicks: Clicks, moment: np.datetime64, *others: Any) -> None:
        made.append(moment)
        init(self, clicks, moment, *others)

    monkeypatch.setattr(AsOf, "__init__", counting)
    moments = split()
    timeline = Timeline(Clicks.of(stream()), QUICK, moments.horizon)
    lessons = Lessons(timeline, moments)
    first, again = lessons.before(moments.choice[0]), lessons.before(moments.choice[0])
    assert made == list(moments.lessons(moments.choice[0], 2, np.datetime64(START.to_pydatetime(), "us")))
    for kind, rows in first.items():
        np.testing.assert_array_equal(rows.matrix, again[kind].matrix)
    assert timeline.at(moments.test[0]) is timeline.at(moments.test[0])
    # Of older moments than the last few nothing is held.
    held = timeline.at(moments.test[0])
    for weeks in range(1, 5):
        timeline.at(moments.test[0] - weeks * WEEK)
    assert timeline.at(moments.test[0]) is not held


def test_all_candidates_of_a_context_teach() -> None:
    moments = split()
    clicks = Clicks.of(stream())
    timeline = Timeline(clicks, QUICK, moments.horizon)
    [moment] = moments.choice
    stage = timeline.at(moment).stage
    assert stage is not None
    for kind, rows in Lessons(timeline, moments).of(moment).items():
        assert rows.is_target.any()
        per_context = np.bincount(rows.pair)
        per_context = per_context[per_context > 0]
        # Popular items stand among them too, more or less of which retrievers have named.
        assert per_context.min() >= QUICK.popular_candidates, kind
        assert per_context.max() <= QUICK.candidates + QUICK.popular_candidates
        targets = np.bincount(rows.pair, rows.is_target)
        assert (targets[np.unique(rows.pair)] > 0).all()


def test_nothing_at_or_after_a_moment_teaches() -> None:
    until = split().fitted_until
    events = stream()
    one, other = (
        learned_by(Lessons(Timeline(Clicks.of(each), QUICK, split().horizon), split()), until)
        for each in (events, poisoned(events, until))
    )
    assert one.last_click == other.last_click
    assert one.lessons == other.lessons
    assert set(one.orders) == set(ContextKind)
    for kind, trees in one.orders.items():
        assert trees.save_raw("json") == other.orders[kind].save_raw("json")


def test_learned_and_counted_twice_it_is_the_same_to_the_bit() -> None:
    until = split().fitted_until
    found = []
    for _ in range(2):
        clicks = Clicks.of(stream())
        learned = learned_by(Lessons(Timeline(clicks, QUICK, split().horizon), split()), until)
        found.append((learned, parts(AsOf(clicks, until, QUICK))))
    (one, counted), (other, again) = found
    assert_same(counted, again)
    for kind, trees in one.orders.items():
        assert trees.save_raw("json") == other.orders[kind].save_raw("json")


def test_each_moment_is_asked_of_what_was_counted_before_it() -> None:
    moments, events = split(), stream()
    # A new item in the first week of the test window: it can be named in the second one, and not in the first.
    week = pd.Timestamp(moments.test[0])
    fresh = [
        event(f"f{number}", f"f{number}", item, str(week + pd.Timedelta(hours=number, minutes=item)))
        for number in range(60)
        for item in (100, 101)
    ]
    clicks = Clicks.of(pd.concat([events, pd.DataFrame(fresh)], ignore_index=True))
    timeline = Timeline(clicks, QUICK, moments.horizon)
    learned = learned_by(Lessons(timeline, moments), moments.fitted_until)
    model = FittedRecommender.of("q", Method.POPULARITY, learned, AsOf(clicks, moments.fitted_until, QUICK))
    asked = asked_in(clicks, moments.test, moments.horizon, QUICK.split, QUICK.seed)
    [lists] = judged({Method.POPULARITY: model}, timeline, moments.test, asked).values()
    new = np.flatnonzero(np.isin(clicks.items, ["100", "101"]))
    for moment, kind, rows in asked_at(asked, moments.test):
        assert len(rows)
        is_named = np.isin(lists[kind].items[rows], new).any(axis=1)
        assert is_named.all() if moment == moments.test[1] else not is_named.any()
    assert not set(model.ids) & {"100", "101"}


def test_every_context_is_asked_once_and_never_before_what_was_counted_for_it() -> None:
    moments, clicks = split(), Clicks.of(stream())
    asked = asked_in(clicks, moments.test, moments.horizon, QUICK.split, QUICK.seed)
    seen: dict[ContextKind, list[int]] = {kind: [] for kind in asked}
    for moment, kind, rows in asked_at(asked, moments.test):
        assert (asked[kind].asked_at[rows] >= moment).all()
        assert (asked[kind].asked_at[rows] < moment + 2 * moments.horizon).all()
        seen[kind] += rows.tolist()
    assert {kind: sorted(rows) for kind, rows in seen.items()} == {
        kind: list(range(len(contexts))) for kind, contexts in asked.items()
    }


def test_a_refreshed_version_keeps_what_it_has_learned_and_its_settings() -> None:
    moments, clicks = split(), Clicks.of(stream())
    learned = learned_by(Lessons(Timeline(clicks, QUICK, moments.horizon), moments), moments.fitted_until)
    model = FittedRecommender.of("q", Method.TWO_STAGE, learned, AsOf(clicks, moments.fitted_until, QUICK))
    later = model.refreshed(AsOf(clicks, moments.end, QUICK))
    assert (later.orders, later.learned_until, later.config) == (model.orders, model.learned_until, model.config)
    assert later.counted.until == moments.end
    assert model.counted.until == moments.fitted_until
    assert later.popular.item.tolist() != model.popular.item.tolist()
    with pytest.raises(ValueError, match="its own settings"):
        model.refreshed(AsOf(clicks, moments.end, QUICK.model_copy(update={"popular_days": 3})))
