"""What must never be in a list, each held against a variant that is broken on purpose: the same assertion then fails.

No session counts in its own statistics, no event of the future in anything fitted, no item that the version has not
seen, no item that cannot be bought. The sessions' own recommender has the first and the third beside its tests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ml_assets.recommender import lessons, serving_rules
from ml_assets.recommender.catalogue import Catalogue
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import fit_at
from ml_assets.recommender.lessons import lessons_before, stages_of
from ml_assets.recommender.methods import Method
from ml_assets.recommender.ranking.features import feature_names
from ml_assets.recommender.serving_rules import ItemFacts, Popular, Ranked, ServingRules
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.split import Split, split_of
from tests.unit.recommender.streams import QUICK, START, UNTIL, event, stream

MOMENT = np.datetime64((START + pd.Timedelta(weeks=8)).to_pydatetime(), "us")
LATE_ITEM = 999


@pytest.fixture
def split() -> Split:
    return split_of(np.datetime64(START.to_pydatetime(), "us"), UNTIL, QUICK.split)


def everything_is_past(clicks: Clicks, moment: np.datetime64) -> Clicks:
    """Return what a broken ``before`` would: all events, whenever they were."""
    del moment
    return clicks


# No session in its own statistics.


def bridged_stream(pairs: int = 40) -> pd.DataFrame:
    """Return sessions of two items that met over a third one only before; each pair is viewed once, in the end."""
    rows = []
    for pair in range(pairs):
        first, second, bridge = pair, pairs + pair, 2 * pairs + pair
        early = START + pd.Timedelta(weeks=2, minutes=pair)
        late = START + pd.Timedelta(weeks=7, hours=1, minutes=pair)
        for session, (one, other), at in (("a", (first, bridge), early), ("b", (bridge, second), early)):
            rows += views(f"{session}{pair}", one, other, at)
        rows += views(f"late{pair}", first, second, late)
    return pd.DataFrame(rows)


def views(visitor: str, one: int, other: int, at: pd.Timestamp) -> list[dict[str, object]]:
    """Return two views of one visitor in one session."""
    return [
        event(visitor, visitor, one, str(at)),
        event(visitor, visitor, other, str(at + pd.Timedelta(seconds=30))),
    ]


def told_directly(split: Split) -> float:
    """Return the share of sessions' next items of which lessons know from counts that they follow the last item."""
    clicks = Clicks.of(bridged_stream())
    past = clicks.before(MOMENT)
    catalogue = Catalogue.of(past, MOMENT, QUICK.popular_days)
    rows = lessons_before(past, MOMENT, catalogue, split, QUICK)[ContextKind.SESSION]
    names = feature_names(stages_of(past, MOMENT, catalogue, QUICK)[0].by_name)
    return float((rows.matrix[rows.is_target, names.index("next_from_last")] > 0).mean())


def test_no_session_counts_in_the_statistics_that_score_it(split: Split) -> None:
    assert told_directly(split) == 0


def test_a_session_in_its_own_statistics_is_seen(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Clicks.of(bridged_stream()).before(MOMENT)
    monkeypatch.setattr(
        lessons,
        "stages_of",
        lambda past, moment, catalogue, config: stages_of(whole, moment, catalogue, config),
    )
    assert told_directly(split) == 1


# No event of the future.


def with_late_item() -> pd.DataFrame:
    """Return a stream in whose last weeks one new item is viewed by everybody."""
    late = [
        row
        for number in range(40)
        for row in views(f"late{number}", LATE_ITEM, 1, START + pd.Timedelta(weeks=11, minutes=number))
    ]
    return pd.concat([stream(), pd.DataFrame(late)], ignore_index=True)


def known_items(split: Split) -> set[str]:
    """Return what a version knows and lists: catalogue, popular items, similar items."""
    fitted = fit_at(Clicks.of(with_late_item()), split.fitted_until, split, QUICK)
    model = FittedRecommender.of("it", Method.TWO_STAGE, fitted, split.fitted_until, 20)
    found = model.lists(Sessions.of_lists([[1], [2, 3], []]), ContextKind.VISITOR, len(model.ids))
    return {*model.ids[found.item], *model.ids[model.popular.item], *model.ids[model.similar.items]}


def test_no_item_of_the_future_is_known_or_listed(split: Split) -> None:
    assert str(LATE_ITEM) not in known_items(split)


def test_an_item_of_the_future_is_seen(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clicks, "before", everything_is_past)
    assert str(LATE_ITEM) in known_items(split)


# No item that the version has not seen.


def lists_with_and_without_a_stranger(split: Split) -> tuple[list[int], list[int]]:
    """Return the list of a history, and that of the same history with an unknown item behind it."""
    fitted = fit_at(Clicks.of(stream()), split.fitted_until, split, QUICK)
    model = FittedRecommender.of("it", Method.CO_VISITATION, fitted, split.fitted_until, 20)
    found = model.lists(Sessions.of_lists([[5], [5, -1]]), ContextKind.SESSION, 20)
    return tuple(found.item[found.context == context].tolist() for context in (0, 1))  # type: ignore[return-value]


def test_an_item_that_the_version_has_not_seen_is_passed_over(split: Split) -> None:
    known, with_stranger = lists_with_and_without_a_stranger(split)
    assert known == with_stranger


def test_an_unseen_item_that_counts_is_seen(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    # An unknown item takes the number of the last one.
    monkeypatch.setattr(
        FittedRecommender,
        "known",
        lambda model, histories: dataclasses.replace(histories, items=histories.items % len(model.ids)),
    )
    known, with_stranger = lists_with_and_without_a_stranger(split)
    assert known != with_stranger


# No item that cannot be bought.

Served = Callable[[Ranked, ItemFacts, tuple[np.ndarray, np.ndarray], ServingRules], Ranked]


def gone_items_shown() -> int:
    """Return how many rows of full lists have an item that cannot be bought."""
    facts = ItemFacts(np.arange(30) % 3 != 0, np.zeros(30, dtype=np.int64))
    ranked = Ranked(
        np.repeat([0, 1], 6), np.tile(np.arange(6), 2), np.tile(np.arange(6.0, 0, -1), 2), np.zeros(12, bool)
    )
    popular = Popular(np.arange(30), np.arange(30.0, 0, -1))
    nothing = np.empty(0, dtype=np.int64)
    found = serving_rules.recommended(ranked, popular, np.arange(3), facts, (nothing, nothing), ServingRules(count=10))
    assert np.bincount(found.context).tolist() == [10, 10, 10]
    return int((~facts.is_available[found.item]).sum())


def test_no_item_is_shown_that_cannot_be_bought() -> None:
    assert gone_items_shown() == 0


def test_an_item_that_cannot_be_bought_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right: Served = serving_rules.served
    monkeypatch.setattr(
        serving_rules,
        "served",
        lambda ranked, facts, bought, rules: right(
            ranked, facts, bought, rules.model_copy(update={"drop_unavailable": False})
        ),
    )
    assert gone_items_shown() > 0
