"""The clicks that a recommender learns from, as they are stored between two steps.

Belongs here: reading them, the stored rows and their facts, what is wrong with them. Does not belong here: how they are
divided by time (``split``), fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.training_set import complete_until, fingerprint
from ml_assets.files import ModelFiles, write_frame, write_text
from ml_assets.recommender.clicks import AT, COLUMNS, EVENT, EVENTS, ITEM, SESSION, VISITOR, Clicks
from ml_assets.recommender.item_facts import read_item_rows
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")


class ClicksFacts(BaseModel):
    """What a stored training set was made from.

    Attributes
    ----------
    complete_until
        Last day until which clicks are complete; None where no day is.
    fingerprint
        Of the rows and of that day.
    rows, visitors, sessions, items
        How many there are.
    first, last
        Moments of the first and of the last event; None without events.
    """

    model_config = ConfigDict(frozen=True)

    complete_until: date | None
    fingerprint: str
    rows: int
    visitors: int
    sessions: int
    items: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class StoredClicks:
    """A training set as it was stored."""

    facts: ClicksFacts
    clicks: Clicks

    @property
    def start(self) -> np.datetime64:
        """Moment of the first event; not a time without events."""
        return np.datetime64("NaT") if self.facts.first is None else np.datetime64(self.facts.first, "us")


def make_training_set(
    question: RecommenderQuestion, warehouse: Warehouse, files: ModelFiles
) -> tuple[ClicksFacts, list[str]]:
    """Store the events of the complete days; return what they are, and what is wrong with them."""
    until = complete_until(warehouse, question)
    end = np.datetime64(0, "us") if until is None else np.datetime64(until, "us") + _DAY
    where = f"{AT} < timestamp '{pd.Timestamp(end)}'"
    frame = warehouse.read(question.events, COLUMNS, where=where)
    frame = frame.sort_values([AT, VISITOR, SESSION, ITEM, EVENT], kind="stable", ignore_index=True)
    facts = ClicksFacts(
        complete_until=until,
        fingerprint=fingerprint(frame, str(until)),
        rows=len(frame),
        visitors=frame[VISITOR].nunique(),
        sessions=frame[SESSION].nunique(),
        items=frame[ITEM].nunique(),
        first=pd.Timestamp(frame[AT].min()).to_pydatetime() if len(frame) else None,
        last=pd.Timestamp(frame[AT].max()).to_pydatetime() if len(frame) else None,
    )
    store_training_set(question, files, facts, frame, read_item_rows(warehouse, question.items, until or date.min))
    return facts, click_problems(frame, end)


def store_training_set(
    question: RecommenderQuestion, files: ModelFiles, facts: ClicksFacts, frame: pd.DataFrame, items: pd.DataFrame
) -> None:
    """Write a training set where the next steps read it.

    Parameters
    ----------
    question, files
        Whose it is, and where.
    facts, frame
        The events, and what they are.
    items
        Rows of the table of items that were known on the last complete day, columns ``ITEM_COLUMNS``; without any,
        each item can be bought.
    """
    write_frame(files.training_set(question.name), frame)
    write_frame(_items_file(question, files), items)
    write_text(files.training_set_facts(question.name), facts.model_dump_json(indent=2))


def stored_clicks(question: RecommenderQuestion, files: ModelFiles) -> StoredClicks:
    """Return the training set that was stored last."""
    facts = ClicksFacts.model_validate_json(files.training_set_facts(question.name).read_text())
    return StoredClicks(facts, Clicks.of(pd.read_parquet(files.training_set(question.name))))


def stored_items(question: RecommenderQuestion, files: ModelFiles) -> pd.DataFrame:
    """Return the rows of the table of items as they were known on the last complete day.

    Nothing is learned from them: what is served by them is measured by them too.
    """
    return pd.read_parquet(_items_file(question, files))


def _items_file(question: RecommenderQuestion, files: ModelFiles) -> Path:
    return files.training_set(question.name).with_name("items.parquet")


def click_problems(frame: pd.DataFrame, end: np.datetime64) -> list[str]:
    """Return what makes events unfit to learn from.

    Parameters
    ----------
    frame
        The events.
    end
        Moment by which the complete days end.
    """
    problems = [f"{int(frame[name].isna().sum())} events lack {name}" for name in COLUMNS if frame[name].isna().any()]
    odd = int((~frame[EVENT].isin(EVENTS)).sum())
    if odd:
        problems.append(f"{odd} events are none of {', '.join(EVENTS)}")
    late = int((pd.to_datetime(frame[AT]) >= pd.Timestamp(end)).sum())
    if late:
        problems.append(f"{late} events are later than the complete days")
    shared = frame[[SESSION, VISITOR]].drop_duplicates()[SESSION].duplicated()
    if shared.any():
        problems.append(f"{int(shared.sum())} sessions have several visitors")
    return problems
