"""Recommendations for everybody who was there of late, as rows of their table.

Belongs here: whom is asked about at the event clock, how lists become rows. Does not belong here: which answers stay,
writing them (``ml_assets.family.scoring``), rules of serving, the columns of the table (``predictions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.family.records import Answers, Judgement, Standing
from ml_assets.predictions import AS_OF_DATE, CONTEXT, CONTEXT_ID, IS_FALLBACK, ITEM_ID, RANK, SCORE
from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.clicks import AT, COLUMNS, SESSION, VISITOR, Clicks
from ml_assets.recommender.config import RecommenderScoringConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.item_facts import facts_of, read_item_rows
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.served import Served, served_lists
from ml_assets.recommender.serving_rules import ItemFacts
from ml_assets.warehouse import Warehouse

UNSEEN_CHECK, UNAVAILABLE_CHECK = "no_unseen_item", "no_unavailable_item"


@dataclass(frozen=True, slots=True)
class AskedNow:
    """All that is known at the event clock.

    Attributes
    ----------
    clock
        Moment of the newest event.
    clicks
        All events until then.
    item_rows
        Rows of the table of items as of that day and before.
    """

    clock: np.datetime64
    clicks: Clicks
    item_rows: pd.DataFrame

    @property
    def known_until(self) -> np.datetime64:
        """Moment before which all is known: an event at the clock itself is."""
        until: np.datetime64 = self.clock + np.timedelta64(1, "us")
        return until

    @property
    def day(self) -> np.datetime64:
        """Day of the clock."""
        day: np.datetime64 = self.clock.astype("datetime64[D]").astype("datetime64[us]")
        return day


def asked_now(question: RecommenderQuestion, warehouse: Warehouse) -> AskedNow:
    """Return what is known at the event clock.

    Raises
    ------
    LookupError
        If the source has no event clock.
    """
    clock = event_clock(question, warehouse)
    clicks = Clicks.of(warehouse.read(question.events, COLUMNS, where=f"{AT} <= timestamp '{pd.Timestamp(clock)}'"))
    return AskedNow(clock, clicks, read_item_rows(warehouse, question.items, pd.Timestamp(clock).date()))


def event_clock(question: RecommenderQuestion, warehouse: Warehouse) -> np.datetime64:
    """Return the moment of the newest event.

    Raises
    ------
    LookupError
        If the source has none.
    """
    where = f"source = '{question.source}' and event = '{question.observed_event}'"
    found = warehouse.read(OBSERVATION_WINDOWS, ["event_clock"], where=where)["event_clock"].dropna()
    if found.empty:
        raise LookupError(
            f"{OBSERVATION_WINDOWS} has no event clock of {question.observed_event} of {question.source}; build the "
            "marts on data with events first"
        )
    return np.datetime64(pd.Timestamp(found.iloc[0]).to_pydatetime(), "us")


def served_now(asked: AskedNow, config: RecommenderScoringConfig) -> tuple[Served, ...]:
    """Return the visitors who were active of late, and the sessions that are still open."""
    clicks = asked.clicks
    active = np.unique(clicks.visitor[clicks.occurred >= asked.clock - np.timedelta64(config.active_days, "D")])
    late = clicks.occurred > asked.clock - np.timedelta64(config.session_timeout_minutes, "m")
    # An open session is its visitor's last one, so that of its visitor nobody else asks.
    session, first = np.unique(clicks.session[late], return_index=True)
    visitor = clicks.visitor[late][first]
    order = np.argsort(visitor, kind="stable")
    return (
        Served(ContextKind.VISITOR, active, clicks.visitors[active]),
        Served(ContextKind.SESSION, visitor[order], clicks.session_ids[session[order]]),
    )


def answers(
    question: RecommenderQuestion, model: FittedRecommender, asked: AskedNow, config: RecommenderScoringConfig
) -> Answers:
    """Return the lists of all contexts that are served, as rows, and what is to be said of them.

    The version is refreshed: it ranks by what it has learned, and by what is counted until the clock.
    """
    as_of = AsOf(asked.clicks, asked.known_until, model.config)
    now = model.refreshed(as_of)
    facts = facts_of(asked.item_rows, now.ids)
    frame = pd.concat(
        [_rows(now, as_of, asked.day, each, facts, config) for each in served_now(asked, config)], ignore_index=True
    )
    return Answers(
        frame,
        np.full(len(frame), asked.clock),
        judgements_of(frame[ITEM_ID], asked, config),
        standing_lists(question, asked.clock, config.keep_days),
    )


def standing_lists(question: RecommenderQuestion, clock: np.datetime64, keep_days: int) -> Standing:
    """Return which lists that stand already are to go: what was shown can be judged once the truth is known.

    New lists stand in the place of those of their own day. Older ones go after some days; and those of a day that has
    not come yet, and of visitors or sessions that the events do not know, as after a sample made way for data.

    Parameters
    ----------
    question
        The recommender, for its table of events.
    clock
        Moment of the newest event.
    keep_days
        Days before the clock whose lists stay.
    """
    day = clock.astype("datetime64[D]")
    known = {
        ContextKind.VISITOR: f"select 1 from {question.events} as known where known.{VISITOR} = {CONTEXT_ID}",
        ContextKind.SESSION: f"select 1 from {question.events} as known where known.{SESSION} = {CONTEXT_ID}",
    }
    strangers = (f"({CONTEXT} = '{kind}' and not exists ({events}))" for kind, events in known.items())
    oldest = day - np.timedelta64(keep_days, "D")
    too_far = f"{AS_OF_DATE} > date '{day}' or {AS_OF_DATE} < date '{oldest}'"
    return Standing(replaced=f"{AS_OF_DATE} = date '{day}'", dropped=" or ".join((too_far, *strangers)))


def judgements_of(shown: pd.Series[Any], asked: AskedNow, config: RecommenderScoringConfig) -> dict[str, Judgement]:
    """Judge whether all items of lists were viewed before, and can be bought.

    Parameters
    ----------
    shown
        Ids of the items of all lists.
    asked
        What is known at the clock.
    config
        By which rules lists were made.
    """
    clicks = asked.clicks
    is_unseen = clicks.first_viewed() > asked.clock
    known = clicks.items[~is_unseen]
    unseen = int((~shown.isin(known)).sum())
    items = np.unique(shown.astype(object))
    gone_items = items[~facts_of(asked.item_rows, items).is_available] if config.rules.drop_unavailable else items[:0]
    gone = int(shown.isin(gone_items).sum())
    return {
        UNSEEN_CHECK: Judgement(not unseen, f"{unseen} rows have an item that nobody had viewed by {asked.clock}"),
        UNAVAILABLE_CHECK: Judgement(not gone, f"{gone} rows have an item that is known to be unavailable"),
    }


def _rows(
    model: FittedRecommender,
    as_of: AsOf,
    day: np.datetime64,
    served: Served,
    facts: ItemFacts,
    config: RecommenderScoringConfig,
) -> pd.DataFrame:
    ranked = served_lists(model, as_of, served, facts, config)
    return pd.DataFrame(
        {
            CONTEXT: np.full(len(ranked), served.kind.value, dtype=object),
            CONTEXT_ID: served.ids[ranked.context],
            AS_OF_DATE: np.full(len(ranked), day),
            RANK: ranked.places + 1,
            ITEM_ID: model.ids[ranked.item],
            SCORE: ranked.score,
            IS_FALLBACK: ranked.is_fallback,
        }
    )
