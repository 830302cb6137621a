"""Past lists beside what visitors viewed, worked out by hand; and what a version is held to."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import realised
from ml_assets.monitoring.performance.skill import JudgedRows
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.predictions import PREDICTION_TABLES, SESSION, VISITOR
from ml_assets.recommender.as_of import Timeline
from ml_assets.recommender.clicks import CART, Clicks
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import contexts_at
from ml_assets.recommender.evaluation import RecommenderRecord, WindowRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.methods import PLAIN, RULE, Method
from ml_assets.recommender.monitored import MonitoredRecommender
from ml_assets.recommender.promise import skills
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET as QUESTION
from tests.unit.recommender.streams import event

TABLE = PREDICTION_TABLES[QUESTION.name]
LAST_TESTED = date(2015, 6, 1)
DAY = "2015-06-07"
COMPLETE = "2015-06-14"
SECOND, THIRD = 1 / np.log2(3), 1 / 2
PROMISED = Estimate(value=0.5, low=0.45, high=0.55)
CONFIG = PerformanceConfig(resamples=200)

# Who has viewed items 1 and then 2, and who has viewed item 3 twice; what they view in the week after the day.
PAST = (
    event("a", "a1", 1, "2015-06-01 10:00"),
    event("a", "a1", 2, "2015-06-01 10:05"),
    event("b", "b1", 3, "2015-06-03 10:00"),
    event("b", "b1", 3, "2015-06-03 10:05"),
)
LATER = (
    event("a", "a9", 2, "2015-06-08 00:00"),
    event("a", "a9", 9, "2015-06-14 23:59"),
    event("b", "b9", 3, "2015-06-10 10:00"),
)
LISTS: dict[str, tuple[str, ...]] = {"a": ("9", "2"), "b": ("5", "3")}


def listed(
    lists: dict[str, tuple[str, ...]],
    *,
    day: str = DAY,
    context: str = VISITOR,
    version: str = "4",
    is_backtest: bool = False,
) -> pd.DataFrame:
    """Return rows of lists."""
    rows = [(who, rank, item) for who, items in lists.items() for rank, item in enumerate(items, start=1)]
    frame = pd.DataFrame(rows, columns=["context_id", "rank", "item_id"])
    return frame.assign(
        context=context,
        as_of_date=pd.Timestamp(day),
        score=1.0,
        is_fallback=False,
        model_version=version,
        scored_at=pd.Timestamp(day),
        is_backtest=is_backtest,
    )


def home(
    folder: Path,
    *lists: pd.DataFrame,
    events: tuple[dict[str, object], ...] = (*PAST, *LATER),
    complete: str = COMPLETE,
    unavailable: tuple[str, ...] = (),
) -> DuckDBWarehouse:
    """Return a warehouse of events and lists."""
    warehouse = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    items = pd.DataFrame({"item_id": [str(number) for number in range(1, 10)], "as_of_date": pd.Timestamp(DAY)})
    items = items.assign(category_id="1", is_available=~items["item_id"].isin(unavailable))
    windows = {"source": QUESTION.source, "event": QUESTION.observed_event, "event_clock": pd.Timestamp(complete)}
    clock = pd.DataFrame([windows | {"complete_until": pd.Timestamp(complete)}])
    tables = {QUESTION.events: pd.DataFrame(events), QUESTION.items: items, OBSERVATION_WINDOWS: clock}
    for table, rows in tables.items():
        warehouse.replace(table, rows.reset_index(names="row_number"), ["row_number"])
    for rows in lists:
        warehouse.replace(TABLE.name, rows, TABLE.key)
    return warehouse


def record(last: date | None = LAST_TESTED) -> str:
    """Return the stored record of a training whose test window ended on a day."""
    window = None if last is None else WindowRecord(first=last, last=last, moments=(), counts={})
    return RecommenderRecord(
        version="4",
        fingerprint="f",
        chosen=Method.TWO_STAGE,
        complete_until=last,
        events=4,
        visitors=2,
        items=3,
        fitted_until=datetime(2015, 5, 25),
        last_click=None,
        counted=(),
        lessons={},
        choice=(),
        window=window,
        methods=(),
        stages=(),
        course=(),
        skills={Method.TWO_STAGE: PROMISED},
    ).model_dump_json()


def rows_of(
    warehouse: DuckDBWarehouse, candidate: Method = Method.TWO_STAGE, last: date | None = LAST_TESTED
) -> JudgedRows:
    return MonitoredRecommender(QUESTION).settled(warehouse, "4", candidate, record(last)).rows


def losses(rows: JudgedRows) -> list[tuple[float, float]]:
    """Return both losses of each row, ascending."""
    return sorted(zip(rows.loss.tolist(), rows.reference_loss.tolist(), strict=True))


def test_lists_are_judged_beside_what_was_viewed_last(tmp_path: Path) -> None:
    rows = rows_of(home(tmp_path, listed(LISTS)))
    # Both views of a stand first; b's stands second. Re-viewing names a's 2 at once, never the new 9, and b's 3.
    expected = [(0.0, 1 - 1 / (1 + SECOND)), (1 - SECOND, 0.0)]
    assert losses(rows) == [pytest.approx(each) for each in expected]
    assert rows.period.astype(str).tolist() == [DAY, DAY]
    assert len(set(rows.entity)) == 2
    assert rows.events is None


def test_re_viewing_is_judged_beside_popularity(tmp_path: Path) -> None:
    rows = rows_of(home(tmp_path, listed(LISTS)), RULE)
    # Everybody's most viewed is 3, then 1 and 2, each viewed once.
    expected = [(0.0, 1 - THIRD / (1 + SECOND)), (1 - SECOND, 0.0)]
    assert losses(rows) == [pytest.approx(each) for each in expected]


@pytest.mark.parametrize(
    "other",
    [
        listed(LISTS, is_backtest=True),
        listed(LISTS, version="3"),
        listed(LISTS, context=SESSION),
        # Its last day to come is not complete, and the days to come of the other one reach into the test window.
        listed(LISTS, day="2015-06-08"),
        listed(LISTS, day="2015-05-31"),
    ],
    ids=["hindsight", "another version", "a session", "immature", "by which it came to serve"],
)
def test_other_lists_are_left_out(tmp_path: Path, other: pd.DataFrame) -> None:
    assert len(rows_of(home(tmp_path, other))) == 0


def test_days_to_come_right_behind_the_test_window_are_judged(tmp_path: Path) -> None:
    warehouse = home(tmp_path, listed(LISTS), listed(LISTS, day="2015-06-06"))
    found = {day: rows_of(warehouse, last=date(2015, 6, day)).period.astype(str).tolist() for day in (6, 7)}
    assert found == {6: ["2015-06-06"] * 2 + [DAY] * 2, 7: [DAY] * 2}
    assert len(rows_of(warehouse, last=None)) == 4


def test_who_viewed_nothing_is_not_judged(tmp_path: Path) -> None:
    late = event("a", "a9", 2, "2015-06-15 00:00")
    only_cart = event("a", "a9", 2, "2015-06-09 00:00", CART)
    events = (*PAST, LATER[2], only_cart, late)
    assert losses(rows_of(home(tmp_path, listed(LISTS), events=events))) == [pytest.approx((1 - SECOND, 0.0))]


def test_what_cannot_be_bought_is_no_target_and_in_no_list(tmp_path: Path) -> None:
    rows = rows_of(home(tmp_path, listed({"a": ("9", "1"), "b": ("5", "3")}), unavailable=("2", "3")))
    # Of a's views 9 is left, which re-viewing does not know; of b's nothing is.
    assert losses(rows) == [pytest.approx((0.0, 1.0))]


def test_the_other_method_knows_no_more_than_the_list_did(tmp_path: Path) -> None:
    afternoon = event("b", "b5", 4, f"{DAY} 13:00")
    newcomer = event("c", "c1", 6, f"{DAY} 12:00")
    whole_day = home(tmp_path, listed(LISTS), events=(*PAST, *LATER, afternoon))
    assert losses(rows_of(whole_day))[1] == pytest.approx((1 - SECOND, 1 - SECOND))
    folder = tmp_path / "half a day"
    folder.mkdir()
    # Somebody came at noon and got no list: the lists had been made before.
    half_day = home(folder, listed(LISTS), events=(*PAST, *LATER, afternoon, newcomer))
    assert losses(rows_of(half_day))[1] == pytest.approx((1 - SECOND, 0.0))


def test_without_lists_no_label_is_known(tmp_path: Path) -> None:
    settled = MonitoredRecommender(QUESTION).settled(home(tmp_path), "4", Method.TWO_STAGE, record())
    assert realised(settled.rows, settled.promised, CONFIG).verdict is RealisedVerdict.IMMATURE


def verdict_on(folder: Path, first: tuple[str, ...], second: tuple[str, ...]) -> PerformanceVerdict:
    """Judge lists of 120 visitors, half of whom got the first one; each viewed 1, then 2, and 1 in the week after."""
    events = [
        event(f"v{number}", f"{number}-{session}", item, at)
        for number in range(120)
        for session, item, at in (("x", 1, "2015-06-01"), ("x", 2, "2015-06-02"), ("y", 1, "2015-06-09"))
    ]
    lists = {f"v{number}": second if number % 2 else first for number in range(120)}
    warehouse = home(folder, listed(lists), events=tuple(events))
    settled = MonitoredRecommender(QUESTION).settled(warehouse, "4", Method.TWO_STAGE, record())
    assert settled.promised.skill == PROMISED
    return realised(settled.rows, settled.promised, CONFIG)


def test_lists_that_are_as_good_as_promised_hold(tmp_path: Path) -> None:
    # Half of the lists have no loss, and half have that of re-viewing.
    found = verdict_on(tmp_path, ("1", "2"), ("2", "1"))
    assert (found.verdict, found.rows, found.entities) == (RealisedVerdict.HELD, 120, 120)
    assert found.skill.value == pytest.approx(0.5)


def test_lists_that_got_worse_have_decayed(tmp_path: Path) -> None:
    found = verdict_on(tmp_path, ("2", "1"), ("2", "5", "1"))
    assert found.verdict is RealisedVerdict.DECAY
    assert found.skill.value == pytest.approx(1 - (1 - (SECOND + THIRD) / 2) / (1 - SECOND))
    assert found.last == date(2015, 6, 7)


def test_a_method_that_was_not_measured_promises_nothing(tmp_path: Path) -> None:
    settled = MonitoredRecommender(QUESTION).settled(home(tmp_path), "4", Method.ALS, record())
    assert settled.promised.skill == Estimate(value=None)


def test_a_promise_is_of_lists_as_they_are_served() -> None:
    """Only of who was there of late, and without what cannot be bought."""
    long_ago = (event("c", "c1", 2, "2015-04-01"), event("c", "c9", 1, "2015-06-09"))
    clicks = Clicks.of(pd.DataFrame([*PAST, *LATER, *long_ago]))
    moment, config = np.datetime64("2015-06-08", "us"), RecommenderConfig()
    horizon = np.timedelta64(7, "D").astype("timedelta64[us]")
    timeline = Timeline(clicks, config, horizon)
    as_of = timeline.at(moment)
    models = {
        method: FittedRecommender(QUESTION.name, method, config, moment, {}, as_of.counted(method)) for method in PLAIN
    }
    moments = np.array([moment])
    none = pd.DataFrame({"item_id": [], "as_of_date": [], "category_id": [], "is_available": []})
    gone = pd.DataFrame({"item_id": ["9"], "as_of_date": pd.Timestamp(DAY), "category_id": "1", "is_available": False})
    asked = contexts_at(clicks, moments, horizon, 20)
    assert len(asked) == 3
    values = [skills(models, [RULE], timeline, moments, asked, items)[RULE].value for items in (none, gone)]
    # Popularity (3, then 1, then 2) names a's 2 third and b's 3 first; re-viewing has both at once. Nobody names 9.
    assert values == pytest.approx([1 - (1 - 1 / (1 + SECOND)) / (1 - THIRD / (1 + SECOND)), 1.0])
