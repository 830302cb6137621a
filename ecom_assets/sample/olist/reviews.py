"""Reviews: who answered, with which score, when.

Belongs here: scores and dates of surveys. Does not belong here: the texts' wording.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, Times, choose, hex_ids, lognormal, pick, pick_at, seconds
from ecom_assets.sample.olist import phrases
from ecom_assets.sample.olist.people import ORDERS

# Of 99,441 orders.
REVIEWED_ORDERS = 98_673
REPEATED_IDS = 814
# Orders with two reviews.
SECOND_REVIEWS = 551
# Shares of scores 1 to 5 by days between promise and delivery (edges below); the last row is for parcels not delivered.
_LATENESS_EDGES = (-10, 0.5, 3.5, 7.5)
_SCORES = (
    (6.3, 2.3, 7.6, 19.8, 64.0),
    (7.1, 3.1, 9.8, 22.0, 58.0),
    (25.4, 6.9, 15.1, 20.3, 32.3),
    (56.0, 10.0, 12.0, 8.4, 13.6),
    (68.0, 11.0, 9.5, 4.5, 7.0),
    (71.2, 7.6, 8.1, 4.9, 8.2),
)
_UNDELIVERED = len(_SCORES) - 1
_MESSAGE_SHARE = (0.76, 0.65, 0.46, 0.31, 0.36)
_TITLE_SHARE = (0.42, 0.40, 0.31, 0.26, 0.36)
_TITLES_FROM = np.datetime64("2018-04-15", "s")
_LAST_SURVEY = np.datetime64("2018-08-31", "D")
_LAST_ANSWER = np.datetime64("2018-10-29T12:27:35", "s")
# Days from the promised date to the survey of a parcel that had not arrived by then.
_REMINDER_DAYS = ((1, 6), (2, 66), (3, 14), (4, 6), (5, 4), (6, 4))
_SLOW_ANSWER_SHARE = 0.02


def build_reviews(config: SampleConfig, orders: pd.DataFrame) -> pd.DataFrame:
    """Return one row per review and order: ids, score, texts, survey and answer times.

    Parameters
    ----------
    config
        Size and seed.
    orders
        Orders with their final dates and ``since_previous``, the days since the person's order before.
    """
    rng = config.stream("olist.reviews")
    reviewed = _reviewed(config, rng, orders)
    score = _scores(rng, _lateness(orders)[reviewed])
    survey = _surveys(rng, orders)[reviewed]
    frame = pd.DataFrame({"order": reviewed, "score": score})
    again = frame["order"].duplicated().to_numpy()
    survey = survey + np.where(again, np.rint(lognormal(rng, 3.0, 1.0, len(frame))), 0).astype("timedelta64[D]")
    survey = np.minimum(survey, _LAST_SURVEY)
    delay = 0.09 + lognormal(rng, 1.55, 0.85, len(frame))
    slow = rng.random(len(frame)) < _SLOW_ANSWER_SHARE
    delay += np.where(slow, rng.exponential(40.0, len(frame)), 0.0)
    frame["survey"] = survey.astype("datetime64[s]")
    frame["answered"] = np.minimum(frame["survey"].to_numpy() + seconds(delay), _LAST_ANSWER)
    frame["review_id"] = hex_ids(config.stream("olist.review_ids"), len(frame))
    return _shared(config, orders, _with_texts(config, frame))


def _reviewed(config: SampleConfig, rng: np.random.Generator, orders: pd.DataFrame) -> Integers:
    """Choose the orders with a review, some of them twice."""
    second = config.rows(SECOND_REVIEWS)
    once = round(len(orders) * REVIEWED_ORDERS / ORDERS)
    weight = np.where(orders["status"].to_numpy() == "shipped", 1 / 6, 1.0)
    chosen = choose(rng, np.arange(len(orders)), once, weight)
    return np.sort(np.concatenate([chosen, choose(rng, chosen, second)]))


def _lateness(orders: pd.DataFrame) -> Integers:
    """Return the row of the score table for each order."""
    days = orders["delivered"].to_numpy().astype("datetime64[D]") - orders["promised"].to_numpy().astype(
        "datetime64[D]"
    )
    late = np.where(np.isnat(days), 0, days.astype(np.int64))
    band = np.searchsorted(np.array(_LATENESS_EDGES), late, side="right")
    return np.where(np.isnat(days), _UNDELIVERED, band)


def _scores(rng: np.random.Generator, lateness: Integers) -> Integers:
    """Draw a score from the table's row."""
    score = np.zeros(len(lateness), dtype=np.int64)
    uniform: Floats = rng.random(len(lateness))
    for row, weights in enumerate(_SCORES):
        members = lateness == row
        score[members] = pick_at(uniform[members], weights) + 1
    return score


def _surveys(rng: np.random.Generator, orders: pd.DataFrame) -> Times:
    """Return when the survey was sent: the day after delivery, or soon after a promise that was broken."""
    reminder = np.array([day for day, _ in _REMINDER_DAYS])[
        pick(rng, [share for _, share in _REMINDER_DAYS], len(orders))
    ]
    promised = orders["promised"].to_numpy().astype("datetime64[D]") + reminder.astype("timedelta64[D]")
    arrived = orders["delivered"].to_numpy().astype("datetime64[D]") + np.timedelta64(1, "D")
    sent: Times = np.where(np.isnat(arrived), promised, np.minimum(arrived, promised))
    return sent


def _with_texts(config: SampleConfig, frame: pd.DataFrame) -> pd.DataFrame:
    """Add titles (only from spring 2018 on) and messages."""
    rng = config.stream("olist.review_texts")
    score = frame["score"].to_numpy()
    has_message = rng.random(len(frame)) < np.array(_MESSAGE_SHARE)[score - 1]
    is_asked = (frame["survey"].to_numpy() >= _TITLES_FROM) | (not config.olist.calendar.habits_change)
    has_title = is_asked & (rng.random(len(frame)) < np.array(_TITLE_SHARE)[score - 1])
    return frame.assign(
        title=_where(has_title, phrases.titles(rng, score[has_title])),
        message=_where(has_message, phrases.messages(rng, score[has_message])),
    )


def _where(mask: Flags, texts: np.ndarray[tuple[int], np.dtype[np.str_]]) -> pd.Series[str]:
    """Spread texts over the rows of a mask."""
    full = np.full(len(mask), None, dtype=object)
    full[mask] = texts
    return pd.Series(full, dtype="str")


def _shared(config: SampleConfig, orders: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Let orders of a split basket share one review: same id, score, texts and times."""
    rng = config.stream("olist.shared_reviews")
    row_of = pd.Series(frame.index, index=frame["order"])
    row_of = row_of[~row_of.index.duplicated()]
    pairs = _split_baskets(orders)
    both = pairs["order"].isin(row_of.index) & pairs["before"].isin(row_of.index)
    # In a chain of three only the first pair shares, so that nothing is copied from a row that is overwritten.
    pairs = pairs[both & ~pairs["before"].isin(pairs["order"])]
    chosen = choose(rng, np.arange(len(pairs)), config.rows(REPEATED_IDS))
    target = row_of.reindex(pairs["order"].iloc[chosen]).to_numpy()
    source = row_of.reindex(pairs["before"].iloc[chosen]).to_numpy()
    columns = [name for name in frame.columns if name != "order"]
    result = frame.copy()
    for name in columns:
        values = result[name].to_numpy(dtype=object) if name in ("title", "message") else result[name].to_numpy()
        values = values.copy()
        values[target] = values[source]
        result[name] = pd.Series(values, dtype="str") if name in ("title", "message") else values
    return result


def _split_baskets(orders: pd.DataFrame) -> pd.DataFrame:
    """Return orders placed within a day of the person's order before, with that order."""
    ordered = orders.sort_values(["person", "visit"])
    before = pd.Series(ordered.index, index=ordered.index).groupby(ordered["person"]).shift()
    near = ordered["since_previous"].to_numpy() < 1
    return pd.DataFrame({"order": ordered.index[near], "before": before.to_numpy()[near].astype(np.int64)})
