"""What is known at a moment, whom is asked about, and that nothing fitted knows what comes after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml_assets.recommender.catalogue import Catalogue
from ml_assets.recommender.clicks import Clicks, numbered
from ml_assets.recommender.config import SplitConfig
from ml_assets.recommender.contexts import contexts_at, contexts_within
from ml_assets.recommender.split import split_of
from ml_assets.recommender.training_set import click_problems
from tests.unit.recommender.streams import START, event

MOMENT = np.datetime64("2015-05-11T00:00:00", "us")
WEEK = np.timedelta64(7, "D").astype("timedelta64[us]")


@pytest.fixture
def clicks() -> Clicks:
    return Clicks.of(
        pd.DataFrame(
            [
                event("a", "a1", 7, "2015-05-05 10:00"),
                event("a", "a1", 8, "2015-05-05 10:01"),
                event("a", "a1", 8, "2015-05-05 10:02", "addtocart"),
                event("a", "a2", 9, "2015-05-11 00:00"),
                event("a", "a2", 7, "2015-05-12 00:01"),
                event("a", "a2", 7, "2015-05-12 00:02"),
                event("b", "b1", 10, "2015-05-12 10:00"),
                event("c", "c1", 10, "2015-05-06 10:00"),
                event("c", "c2", 11, "2015-05-18 00:00"),
            ]
        )
    )


def ids(clicks: Clicks, numbers: np.ndarray) -> list[str]:
    return [str(each) for each in clicks.items[numbers]]


def test_ids_that_are_numbers_ascend_as_numbers() -> None:
    codes, texts = numbered(pd.Series(["10", "9", "100", "9"]))
    assert texts.tolist() == ["9", "10", "100"]
    assert codes.tolist() == [1, 0, 2, 0]


def test_visitors_are_asked_about_at_a_moment(clicks: Clicks) -> None:
    found = contexts_at(clicks, np.asarray([MOMENT]), WEEK, 20)
    # b has no history, and what c views lies a week after the moment, no longer within it.
    assert clicks.visitors[found.visitor].tolist() == ["a"]
    assert ids(clicks, found.histories[0]) == ["7", "8"]
    assert ids(clicks, found.targets[0]) == ["9", "7"]


def test_an_event_at_the_moment_itself_is_no_history(clicks: Clicks) -> None:
    found = contexts_at(clicks, np.asarray([MOMENT]), WEEK, 20)
    assert "9" not in ids(clicks, found.histories.items)
    assert clicks.before(MOMENT).occurred.max() < MOMENT


def test_sessions_are_asked_about_after_their_first_view(clicks: Clicks) -> None:
    found = contexts_within(clicks, MOMENT, MOMENT + WEEK, 2)
    assert len(found) == 1
    # The newest two views: that of the session before, and the first of this one.
    assert ids(clicks, found.histories[0]) == ["8", "9"]
    assert ids(clicks, found.targets[0]) == ["7"]


def test_only_views_are_known_items_and_popularity_is_of_late(clicks: Clicks) -> None:
    catalogue = Catalogue.of(clicks.before(MOMENT), MOMENT, popular_days=5)
    assert catalogue.ids.tolist() == ["7", "8", "10"]
    np.testing.assert_allclose(catalogue.popularity, [0, 0, 1])


@pytest.mark.parametrize(("days", "tests", "choices"), [(84, 2, 1), (27, 0, 0), (0, 0, 0)])
def test_a_short_log_has_fewer_moments(days: int, tests: int, choices: int) -> None:
    start = np.datetime64(START.to_pydatetime(), "us")
    until = (START + pd.Timedelta(days=days - 1)).date()
    split = split_of(start, until, SplitConfig(test_moments=2, choice_moments=1))
    assert (len(split.test), len(split.choice)) == (tests, choices)
    assert split.fitted_until <= split.end
    if tests:
        assert split.choice[-1] + split.horizon == split.test[0]
        assert split.test[-1] + split.horizon == split.end


def test_problems_of_events_are_named() -> None:
    frame = pd.DataFrame([event("a", "s", 1, "2015-05-05"), event("b", "s", 1, "2015-06-05", "click")])
    frame.loc[0, "item_id"] = None
    found = click_problems(frame, MOMENT)
    assert [problem.split(" ", 1)[1] for problem in found] == [
        "events lack item_id",
        "events are none of view, addtocart, transaction",
        "events are later than the complete days",
        "sessions have several visitors",
    ]
    assert click_problems(frame.iloc[:0], MOMENT) == []
