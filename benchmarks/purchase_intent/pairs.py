"""Pairs of a visitor and an item with what was known of them when the question was asked, and the answer.

Belongs here: from the events file to a frame. Does not belong here: models, figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.purchase_intent.protocol import Window

_KEY = ("visitor_id", "item_id")
_ANSWER = "is_bought"

_EVENTS = """
create or replace table events as
select distinct make_timestamp(cast("timestamp" as bigint) * 1000) as occurred_at, visitorid as visitor_id,
    itemid as item_id, event, coalesce(transactionid, '') as transaction_id
from read_csv(?, header = true, all_varchar = true)
"""

# One row per pair that was put into the cart, or viewed twice, in the days observed. Whatever is added of visitor and
# item comes from the same days. Ages are counted to the moment of the question.
_PAIRS = """
with observed as (
    select *, extract(epoch from (cast(? as timestamp) - occurred_at)) / 86400.0 as age_days
    from events where occurred_at >= cast(? as timestamp) and occurred_at < cast(? as timestamp)
),

pair as (
    select visitor_id, item_id,
        count(*) filter (where event = 'view') as pair_views,
        count(*) filter (where event = 'view' and age_days <= 7) as pair_views_7_days,
        count(*) filter (where event = 'view' and age_days <= 1) as pair_views_1_day,
        count(*) filter (where event = 'addtocart') as pair_carts,
        count(*) filter (where event = 'addtocart' and age_days <= 7) as pair_carts_7_days,
        count(*) filter (where event = 'transaction') as pair_purchases,
        count(distinct cast(occurred_at as date)) as pair_active_days,
        min(age_days) as pair_last_age_days,
        max(age_days) as pair_first_age_days,
        min(age_days) filter (where event = 'addtocart') as pair_last_cart_age_days,
        min(age_days) filter (where event = 'transaction') as pair_last_purchase_age_days
    from observed group by visitor_id, item_id
),

visitor as (
    select visitor_id,
        count(*) as visitor_events,
        count(*) filter (where age_days <= 7) as visitor_events_7_days,
        count(*) filter (where event = 'addtocart') as visitor_carts,
        count(*) filter (where event = 'transaction') as visitor_purchases,
        count(distinct item_id) as visitor_items,
        count(distinct cast(occurred_at as date)) as visitor_active_days,
        min(age_days) as visitor_last_age_days,
        max(age_days) as visitor_first_age_days,
        min(age_days) filter (where event = 'transaction') as visitor_last_purchase_age_days
    from observed group by visitor_id
),

item as (
    select item_id,
        count(*) as item_events,
        count(*) filter (where age_days <= 7) as item_events_7_days,
        count(*) filter (where event = 'addtocart') as item_carts,
        count(*) filter (where event = 'transaction') as item_purchases,
        count(distinct visitor_id) as item_visitors
    from observed group by item_id
),

bought as (
    select distinct visitor_id, item_id from events
    where event = 'transaction' and occurred_at >= cast(? as timestamp) and occurred_at < cast(? as timestamp)
)

select pair.*, visitor.* exclude (visitor_id), item.* exclude (item_id),
    pair_views / visitor_events as pair_share_of_visitor,
    (item_carts + 1) / (item_visitors + 20.0) as item_cart_rate,
    (item_purchases + 0.2) / (item_visitors + 20.0) as item_purchase_rate,
    bought.item_id is not null as is_bought
from pair
inner join visitor using (visitor_id)
inner join item using (item_id)
left join bought using (visitor_id, item_id)
where pair_carts >= 1 or pair_views >= 2
order by visitor_id, item_id
"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of one window, or of several.

    Attributes
    ----------
    visitor
        Identifier of whom each row is about.
    features
        Numbers, NaN where there was nothing to count from.
    is_bought
        The answer.
    """

    visitor: npt.NDArray[np.object_]
    features: pd.DataFrame
    is_bought: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.visitor)


class Events:
    """The events of a folder, read once.

    Raises
    ------
    FileNotFoundError
        If the folder holds no events.
    """

    def __init__(self, folder: Path) -> None:
        found = sorted((folder / "retailrocket").glob("events.csv*"))
        if not found:
            raise FileNotFoundError(f"{folder} holds no retailrocket/events.csv; name the folder above it with --raw")
        self._connection = duckdb.connect()
        self._connection.execute(_EVENTS, [str(found[0])])

    def visitors(self) -> int:
        """Return the number of different visitors."""
        [(count,)] = self._connection.execute("select count(distinct visitor_id) from events").fetchall()
        return int(count)

    def pairs(self, *windows: Window) -> Pairs:
        """Return the rows of the windows, one window after the other."""
        frame = pd.concat([self._rows(window) for window in windows], ignore_index=True)
        features = frame.drop(columns=[*_KEY, _ANSWER]).astype("Float64").astype(np.float32)
        return Pairs(
            visitor=frame["visitor_id"].to_numpy(dtype=object),
            features=features,
            is_bought=frame[_ANSWER].to_numpy(dtype=bool),
        )

    def _rows(self, window: Window) -> pd.DataFrame:
        asked = window.asked_on
        return self._connection.execute(_PAIRS, [asked, window.observed_from, asked, asked, window.answered_on]).df()
