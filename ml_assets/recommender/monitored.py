"""Sessions as rows that are compared: what a recommender is asked about, told without any item's name.

Belongs here: sessions of the clicks that were learned from, those of the newest complete week, their columns. Does not
belong here: how windows are compared (``ml_assets.monitoring``).

Lists are no column. A version that ranks by sessions it has seen remembers them: on what it learned from its scores are
higher than they ever are again, so that a comparison would always find a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.training_set import complete_until
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.decision.situation import LabelDelay
from ml_assets.monitoring.monitored import Settled
from ml_assets.monitoring.rows import day, window_of
from ml_assets.monitoring.window import Window
from ml_assets.recommender.clicks import AT, COLUMNS, SESSION, Clicks
from ml_assets.recommender.config import SplitConfig
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.methods import Method
from ml_assets.recommender.performance import judged_lists
from ml_assets.recommender.promise import promised
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.steps import TrainedRecommender
from ml_assets.warehouse import Warehouse

_DAY, _WEEK = np.timedelta64(1, "D"), np.timedelta64(7, "D")
# Whether an item or a visitor is new is told by so many days before each week.
HISTORY = np.timedelta64(28, "D")
# Weeks run from Monday to Sunday; this day is a Monday.
_MONDAY = np.datetime64("1970-01-05", "D")

_EVENTS, _TIME, _ITEM, _VISITOR = "events.event", "events.timestamp", "events.itemid", "events.visitorid"
# Each column of a session with its kind, and the raw columns that it descends from; sessions end by time.
SESSION_COLUMNS = {
    "views": (ColumnKind.NUMERIC, (_EVENTS, _TIME)),
    "distinct_items": (ColumnKind.NUMERIC, (_ITEM, _TIME)),
    "additions_to_cart": (ColumnKind.NUMERIC, (_EVENTS, _TIME)),
    "purchases": (ColumnKind.NUMERIC, (_EVENTS, _TIME)),
    "minutes": (ColumnKind.NUMERIC, (_TIME,)),
    "hour": (ColumnKind.NUMERIC, (_TIME,)),
    "weekday": (ColumnKind.CATEGORICAL, (_TIME,)),
    "share_of_new_items": (ColumnKind.NUMERIC, (_ITEM, _TIME)),
    "is_known_visitor": (ColumnKind.NUMERIC, (_VISITOR, _TIME)),
}
# Columns that are shown without being judged, each with the reason.
NOT_JUDGED = {"weekday": "Says how many sessions each day had: follows the volume of single days, seven in a week."}
_WEEKDAYS = np.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], dtype=object)


@dataclass(frozen=True, slots=True)
class MonitoredRecommender:
    """A recommender whose sessions are watched."""

    question: RecommenderQuestion

    def learned(self, trained: TrainedRecommender) -> Window | None:
        """Return the sessions of the whole weeks that were learned from, but for the first ones, which have no past."""
        clicks, until = trained.rows.clicks, trained.split.fitted_until
        if not len(clicks):
            return None
        return sessions_window(clicks.before(until), whole_weeks(clicks.occurred.min(), until))

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        """Return the Sundays until which clicks are complete, of weeks that have a past."""
        complete = complete_until(warehouse, self.question)
        if complete is None:
            return ()
        began = np.datetime64(warehouse.read(self.question.events, [AT])[AT].min(), "us")
        return tuple(day(week + _WEEK - _DAY) for week in whole_weeks(began, np.datetime64(complete, "D") + _DAY))

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        """Return the sessions of the week that ends on a Sunday."""
        week = week_of(np.datetime64(last, "D"))
        start, end = (pd.Timestamp(each) for each in (week - HISTORY, week + _WEEK))
        where = f"{AT} >= timestamp '{start}' and {AT} < timestamp '{end}'"
        return sessions_window(Clicks.of(warehouse.read(self.question.events, COLUMNS, where)), np.array([week]))

    @property
    def delay(self) -> LabelDelay:
        """The days whose views are foreseen, and as many times that as there are moments that judge."""
        split = SplitConfig()
        return LabelDelay(horizon=split.horizon_days, gap=0, test_window=split.horizon_days * (split.test_moments - 1))

    def matured_rows(self, warehouse: Warehouse, since: date) -> int:
        """Return how many sessions began after a day, in the days whose clicks are complete."""
        complete = complete_until(warehouse, self.question)
        if complete is None:
            return 0
        start, end = (pd.Timestamp(each) + pd.Timedelta(days=1) for each in (since, complete))
        where = f"{AT} >= timestamp '{start}' and {AT} < timestamp '{end}'"
        return int(warehouse.read(self.question.events, [SESSION], where)[SESSION].nunique())

    @property
    def observed(self) -> RecommenderQuestion:
        """The question names its kind of event."""
        return self.question

    def settled(self, warehouse: Warehouse, version: str, candidate: str, evaluation: str) -> Settled:
        """Return past lists of visitors beside what these viewed, by NDCG."""
        record, method = RecommenderRecord.model_validate_json(evaluation), Method(candidate)
        return Settled(judged_lists(self.question, warehouse, version, method, record), promised(record, method))

    def columns(self, model: Any) -> tuple[MonitoredColumn, ...]:
        """Return the columns of a session, all as important: a version says nothing of them."""
        del model
        share = 1.0 / len(SESSION_COLUMNS)
        return tuple(
            MonitoredColumn(name, kind, importance=share, excluded=NOT_JUDGED.get(name, ""), raw_columns=raw)
            for name, (kind, raw) in SESSION_COLUMNS.items()
        )

    def predictions(self, model: Any, features: pd.DataFrame) -> pd.DataFrame:
        """Return no column; see the module."""
        del model
        return pd.DataFrame(index=features.index)


def week_of(moment: np.datetime64) -> np.datetime64:
    """Return the Monday of a moment's week."""
    days = moment.astype("datetime64[D]") - _MONDAY
    return np.datetime64(_MONDAY + days // _WEEK * _WEEK, "D")


def whole_weeks(began: np.datetime64, until: np.datetime64) -> npt.NDArray[np.datetime64]:
    """Return the Mondays of the whole weeks that end by a moment, and before which the days of ``HISTORY`` were seen.

    Parameters
    ----------
    began
        Moment of the first event.
    until
        The moment.
    """
    first = week_of(began + HISTORY + _WEEK - np.timedelta64(1, "us"))
    return np.arange(first, week_of(until), _WEEK)


def sessions_window(clicks: Clicks, weeks: npt.NDArray[np.datetime64]) -> Window | None:
    """Return the sessions that began in some weeks; None if there are none.

    Parameters
    ----------
    clicks
        Events of the weeks and of the days of ``HISTORY`` before each of them.
    weeks
        Mondays, ascending.
    """
    if not len(weeks) or not len(clicks):
        return None
    frame = pd.concat([_sessions(clicks, week) for week in weeks], ignore_index=True)
    if frame.empty:
        return None
    period = frame.pop("week").to_numpy(dtype="datetime64[us]")
    visitors = pd.Series(clicks.visitors[frame.pop("visitor").to_numpy(dtype=np.int64)])
    return window_of(frame, visitors, period, day(weeks[0]), day(weeks[-1] + _WEEK - _DAY))


def _sessions(clicks: Clicks, week: np.datetime64) -> pd.DataFrame:
    """Return the sessions that began in a week; what of them lies behind its end is cut off."""
    past, now = clicks.between(week - HISTORY, week), clicks.between(week, week + _WEEK)
    seen_before = np.isin(now.session, past.session)
    now = now.take(~seen_before)
    events = pd.DataFrame(
        {
            "session": now.session,
            "visitor": now.visitor,
            "item": now.item,
            "at": now.occurred,
            "views": now.is_view,
            "purchases": now.is_purchase,
            "additions_to_cart": ~(now.is_view | now.is_purchase),
            "share_of_new_items": ~np.isin(now.item, past.item),
        }
    )
    by_session = events.groupby("session", sort=True)
    began, ended = by_session["at"].min(), by_session["at"].max()
    visitor = by_session["visitor"].first()
    counts = by_session[["views", "purchases", "additions_to_cart"]].sum()
    return pd.DataFrame(
        {
            "views": counts["views"].astype("float64"),
            "distinct_items": by_session["item"].nunique().astype("float64"),
            "additions_to_cart": counts["additions_to_cart"].astype("float64"),
            "purchases": counts["purchases"].astype("float64"),
            "minutes": (ended - began).dt.total_seconds() / 60.0,
            "hour": began.dt.hour.astype("float64"),
            "weekday": _WEEKDAYS[began.dt.weekday.to_numpy(dtype=np.intp)],
            "share_of_new_items": by_session["share_of_new_items"].mean(),
            "is_known_visitor": np.isin(visitor.to_numpy(), past.visitor).astype(np.float64),
            "week": week.astype("datetime64[us]"),
            "visitor": visitor,
        }
    ).reset_index(drop=True)
