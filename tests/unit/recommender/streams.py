"""Made click streams in which items that stand beside each other are viewed one after another.

Belongs here: streams and a home of them. Does not belong here: what is asserted.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.recommender.config import RankerConfig, RecommenderConfig, SplitConfig
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET as QUESTION
from ml_assets.recommender.retrieval.als import ALSConfig
from tests.fixtures.question_home import QuestionHome

START = pd.Timestamp("2015-05-04")
WEEKS = 12
UNTIL = (START + pd.Timedelta(weeks=WEEKS) - pd.Timedelta(days=1)).date()
CLOCK = START + pd.Timedelta(weeks=WEEKS) + pd.Timedelta(hours=2)
ITEMS = 60
QUICK = RecommenderConfig(
    split=SplitConfig(test_moments=2, choice_moments=1, lesson_moments=2),
    ranker=RankerConfig(max_lessons=400, max_rounds=20, patience=5),
    als=ALSConfig(factors=8, iterations=3, width=30, threads=1),
    candidates=30,
    popular_candidates=5,
    min_lessons=20,
    rolling_moments=1,
)


def event(visitor: str, session: str, item: int, at: str, kind: str = "view") -> dict[str, object]:
    """Return one event."""
    return {
        "visitor_id": visitor,
        "session_id": session,
        "item_id": str(item),
        "event_type": kind,
        "occurred_at": pd.Timestamp(at),
    }


def stream(visitors: int = 300, *, is_chained: bool = True, seed: int = 5) -> pd.DataFrame:
    """Return two sessions of three views for each visitor, in any weeks.

    In a chain each next item is the next number, and a visitor begins the second time where the first one began; else
    each view is of any item, and nothing tells of anything.
    """
    rng = np.random.default_rng(seed)
    first = rng.integers(0, ITEMS, visitors)
    weeks = np.sort(rng.integers(0, WEEKS, (visitors, 2)), axis=1)
    visitor = np.repeat(np.arange(visitors), 6)
    visit = np.tile(np.repeat([0, 1], 3), visitors)
    step = np.tile([0, 1, 2], 2 * visitors)
    any_item = rng.integers(0, ITEMS, len(step))
    item = (first[visitor] + step) % ITEMS if is_chained else any_item
    begins = START + pd.to_timedelta(
        weeks[visitor, visit] * 7 * 24 * 60 + (visitor * 37) % (6 * 24 * 60) + visit * 60, unit="m"
    )
    return pd.DataFrame(
        {
            "visitor_id": [f"v{number}" for number in visitor],
            "session_id": [f"s{number}-{which}" for number, which in zip(visitor, visit, strict=True)],
            "item_id": item.astype(str),
            "event_type": "view",
            "occurred_at": begins + pd.to_timedelta(step, unit="m"),
        }
    )


def fill(
    home: QuestionHome,
    events: pd.DataFrame,
    *,
    until: date | None = UNTIL,
    clock: pd.Timestamp = CLOCK,
    unavailable: tuple[str, ...] = (),
) -> None:
    """Put a stream into a home, with the clock and with items of which some cannot be bought."""
    items = pd.DataFrame({"item_id": events["item_id"].unique(), "as_of_date": pd.Timestamp(UNTIL)})
    items["category_id"] = "1"
    items["is_available"] = ~items["item_id"].isin(unavailable)
    windows = pd.DataFrame(
        {
            "source": [QUESTION.source],
            "event": [QUESTION.observed_event],
            "event_clock": [clock],
            "complete_until": [pd.Timestamp(until) if until else pd.NaT],
        }
    )
    tables = {QUESTION.events: events, QUESTION.items: items, OBSERVATION_WINDOWS: windows}
    with home.warehouse.connect() as connection:
        for table, rows in tables.items():
            connection.register("rows", rows)
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create or replace table {table} as select * from rows")
