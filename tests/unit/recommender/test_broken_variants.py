"""What must never be in a list, each held against a variant that is broken on purpose: the same assertion then fails.

No session in its own statistics, no item of the future, no item that a version has not seen, no item that cannot be
bought. The sessions' own recommender has the first and the third beside its tests.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ml_assets.recommender import serving_rules
from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import learned_by
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.methods import LEARNED, PLAIN, Method
from ml_assets.recommender.serving_rules import ItemFacts, Pairs, Popular, Ranked, ServingRules
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.split import Split, split_of
from tests.unit.recommender.streams import QUICK, START, UNTIL, event, stream

# A moment whose lessons are the sessions of the week that follows.
MOMENT = np.datetime64((START + pd.Timedelta(weeks=7)).to_pydatetime(), "us")
LATE_ITEM = 999
METHODS = (*LEARNED, *PLAIN)


def moments() -> Split:
    return split_of(np.datetime64(START.to_pydatetime(), "us"), UNTIL, QUICK.split)


def everything_is_past(clicks: Clicks, moment: np.datetime64) -> Clicks:
    """Return what a broken ``before`` would: all events, whenever they were."""
    del moment
    return clicks


def views(visitor: str, one: int, other: int, at: pd.Timestamp) -> list[dict[str, object]]:
    """Return two views of one visitor in one session."""
    later = at + pd.Timedelta(seconds=30)
    return [event(visitor, visitor, one, str(at)), event(visitor, visitor, other, str(later))]


def bridged_stream(pairs: int = 40) -> pd.DataFrame:
    """Return sessions of two items that met over a third one only before; each pair is viewed once, in the end."""
    rows = []
    for pair in range(pairs):
        first, second, bridge = pair, pairs + pair, 2 * pairs + pair
        early = START + pd.Timedelta(weeks=2, minutes=pair)
        rows += views(f"a{pair}", first, bridge, early)
        rows += views(f"b{pair}", bridge, second, early)
        rows += views(f"late{pair}", first, second, pd.Timestamp(MOMENT) + pd.Timedelta(hours=1, minutes=pair))
    return pd.DataFrame(rows)


def told_directly() -> float:
    """Return the share of sessions' next items of which lessons know from counts that they follow the last item."""
    split = moments()
    lessons = Lessons(Timeline(Clicks.of(bridged_stream()), QUICK, split.horizon), split)
    rows = lessons.of(MOMENT)[ContextKind.SESSION]
    assert rows.is_target.sum() == 40
    return float((rows.matrix[rows.is_target, lessons.names.index("next_from_last")] > 0).mean())


def test_no_session_counts_in_the_statistics_that_score_it() -> None:
    assert told_directly() == 0


def test_a_session_in_its_own_statistics_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clicks, "before", everything_is_past)
    assert told_directly() == 1


def listed(method: Method) -> set[str]:
    """Return all that a version lists, of a stream in whose last week one new item is viewed beside item 1."""
    split, late = moments(), START + pd.Timedelta(weeks=11)
    rows = [
        row for number in range(40) for row in views(f"n{number}", 1, LATE_ITEM, late + pd.Timedelta(minutes=number))
    ]
    clicks = Clicks.of(pd.concat([stream(), pd.DataFrame(rows)], ignore_index=True))
    learned = learned_by(Lessons(Timeline(clicks, QUICK, split.horizon), split), split.choice[0])
    model = FittedRecommender.of("it", method, learned, AsOf(clicks, split.fitted_until, QUICK))
    histories = Sessions.of_lists([model.numbers(np.array(["1"], dtype=object)).tolist(), []])
    found = model.lists(histories, ContextKind.SESSION, len(model.ids))
    return set(model.ids[found.item].tolist())


@pytest.mark.parametrize("method", METHODS)
def test_no_item_of_the_future_is_listed(method: Method) -> None:
    assert str(LATE_ITEM) not in listed(method)


@pytest.mark.parametrize("method", METHODS)
def test_an_item_of_the_future_is_found(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clicks, "before", everything_is_past)
    assert str(LATE_ITEM) in listed(method)


def lists_with_and_without_a_stranger() -> list[list[int]]:
    """Return the list of a history, and that of the same history with an unknown item behind it."""
    split, clicks = moments(), Clicks.of(stream())
    learned = learned_by(Lessons(Timeline(clicks, QUICK, split.horizon), split), split.choice[0])
    model = FittedRecommender.of("it", Method.CO_VISITATION, learned, AsOf(clicks, split.fitted_until, QUICK))
    found = model.lists(Sessions.of_lists([[5], [5, -1]]), ContextKind.SESSION, 20)
    return [found.item[found.context == context].tolist() for context in (0, 1)]


def test_an_item_that_the_version_has_not_seen_is_passed_over() -> None:
    known, with_stranger = lists_with_and_without_a_stranger()
    assert known == with_stranger


def test_an_unseen_item_that_counts_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # An unknown item takes the number of the last one.
    monkeypatch.setattr(
        FittedRecommender,
        "known",
        lambda model, histories: dataclasses.replace(histories, items=histories.items % len(model.ids)),
    )
    known, with_stranger = lists_with_and_without_a_stranger()
    assert known != with_stranger


def gone_items_shown() -> int:
    """Return how many rows of full lists have an item that cannot be bought; every third one cannot."""
    facts = ItemFacts(np.arange(30) % 3 != 0, np.zeros(30, dtype=np.int64))
    ranked = Ranked(
        context=np.repeat([0, 1], 6),
        item=np.tile(np.arange(6), 2),
        score=np.tile(np.arange(6.0, 0, -1), 2),
        is_fallback=np.zeros(12, dtype=np.bool_),
    )
    popular = Popular(np.arange(30), np.arange(30.0, 0, -1))
    bought: Pairs = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    found = serving_rules.recommended(ranked, popular, np.arange(3), facts, bought, ServingRules(count=10))
    assert np.bincount(found.context).tolist() == [10, 10, 10]
    return int((~facts.is_available[found.item]).sum())


def test_no_item_is_shown_that_cannot_be_bought() -> None:
    assert gone_items_shown() == 0


def test_an_item_that_cannot_be_bought_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = serving_rules.served

    def forgetful(ranked: Ranked, facts: ItemFacts, bought: Pairs, rules: ServingRules) -> Ranked:
        return right(ranked, facts, bought, rules.model_copy(update={"drop_unavailable": False}))

    monkeypatch.setattr(serving_rules, "served", forgetful)
    assert gone_items_shown() > 0
