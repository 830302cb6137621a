"""Past lists of visitors beside what these viewed in the days that followed.

Belongs here: the losses of lists that are kept, beside those of the lists that a plain method would have shown to the
same visitors. Does not belong here: what was promised (``promise``), what is concluded
(``ml_assets.monitoring.performance``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.classification.training_set import complete_until
from ml_assets.contract import TableName
from ml_assets.monitoring.performance.skill import JudgedRows
from ml_assets.predictions import (
    AS_OF_DATE,
    CONTEXT,
    CONTEXT_ID,
    IS_BACKTEST,
    ITEM_ID,
    MODEL_VERSION,
    PREDICTION_TABLES,
    RANK,
)
from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.clicks import AT, COLUMNS, EVENT, VIEW, VISITOR, Clicks
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.item_facts import facts_at, read_item_rows
from ml_assets.recommender.judging import LENGTH, Judged
from ml_assets.recommender.methods import Method
from ml_assets.recommender.promise import joined, judged_rows, placed, reference_of, showable, shown_by
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.warehouse import Warehouse

_DAY = np.timedelta64(1, "D")
_CONFIG = RecommenderConfig()
_HORIZON = np.timedelta64(_CONFIG.split.horizon_days, "D")


def judged_lists(
    question: RecommenderQuestion, warehouse: Warehouse, version: str, method: Method, record: RecommenderRecord
) -> JudgedRows:
    """Return the losses of lists that a version gave visitors without hindsight, as far as the truth is complete.

    Lists whose days to come reach into the test window of the version's own training are left out: by these days it
    came to serve.

    Parameters
    ----------
    question
        The recommender.
    warehouse
        Where lists, events and items are.
    version, method
        Number of the version, and how it ranks.
    record
        Of its training.
    """
    complete = complete_until(warehouse, question)
    if complete is None or not warehouse.exists(PREDICTION_TABLES[question.name].name):
        return joined(())
    end = pd.Timestamp(complete) + pd.Timedelta(days=1)
    past = PastLists(
        question,
        warehouse,
        version,
        Clicks.of(warehouse.read(question.events, COLUMNS, f"{AT} < timestamp '{end}'")),
        read_item_rows(warehouse, question.items, complete),
    )
    first = date.min if record.window is None else record.window.last
    days = past.days(first, complete - timedelta(days=int(_HORIZON / _DAY)))
    return joined([past.judged(day, reference_of(method)) for day in days])


@dataclass(frozen=True)
class PastLists:
    """Lists that a version gave visitors without hindsight, and all that tells how good they were.

    Attributes
    ----------
    question
        The recommender.
    warehouse
        Where lists, events and items are.
    version
        Number of the version: what another one showed is not its doing.
    clicks
        All events of the complete days.
    item_rows
        Rows of the table of items.
    """

    question: RecommenderQuestion
    warehouse: Warehouse
    version: str
    clicks: Clicks
    item_rows: pd.DataFrame

    @property
    def table(self) -> TableName:
        """Where the lists are kept."""
        return PREDICTION_TABLES[self.question.name].name

    def days(self, first: date, last: date) -> NDArray[np.datetime64]:
        """Return the days as of which there are lists, ascending; both ends are included."""
        where = f"{self._where} and {RANK} = 1 and {AS_OF_DATE} between date '{first}' and date '{last}'"
        days = self.warehouse.read(self.table, [AS_OF_DATE], where)[AS_OF_DATE]
        return np.unique(pd.to_datetime(days).to_numpy(dtype="datetime64[D]"))

    def judged(self, day: np.datetime64, reference: Method) -> JudgedRows:
        """Return the losses of a day's lists: those of each visitor who viewed anything in the days that followed.

        Parameters
        ----------
        day
            As of which the lists are.
        reference
            The plain method whose lists they are held against: by the same rules of serving, at the same moment.
        """
        clicks, moment = self.clicks, (day + _DAY).astype("datetime64[us]")
        listed, facts = self._listed(day), facts_at(self.item_rows, clicks.items, moment)
        as_of = AsOf(clicks, self._known_until(day, listed), _CONFIG)
        ahead = clicks.between(moment, moment + _HORIZON)
        visitors = np.intersect1d(np.intersect1d(listed, ahead.viewers()), as_of.past.viewers())
        histories = as_of.past.histories(visitors, _CONFIG.split.longest_history)
        asked = Contexts(visitors, np.full(len(visitors), moment), histories, ahead.viewed(visitors))
        contexts = showable(asked, facts)
        own, other = self._shown(day, contexts), shown_by(self._plain(reference, as_of), as_of, contexts, facts)
        return judged_rows(own, other, clicks.visitors)

    @property
    def _where(self) -> str:
        own = f"{MODEL_VERSION} = '{self.version}' and not {IS_BACKTEST}"
        return f"{CONTEXT} = '{ContextKind.VISITOR}' and {own}"

    @cached_property
    def _visitor_index(self) -> pd.Index[str]:
        return pd.Index(self.clicks.visitors)

    @cached_property
    def _item_index(self) -> pd.Index[str]:
        return pd.Index(self.clicks.items)

    def _listed(self, day: np.datetime64) -> NDArray[np.int64]:
        """Return the visitors who got a list on a day, ascending."""
        where = f"{self._where} and {RANK} = 1 and {AS_OF_DATE} = date '{day}'"
        found = _numbers(self._visitor_index, self.warehouse.read(self.table, [CONTEXT_ID], where)[CONTEXT_ID])
        return np.unique(found[found >= 0]).astype(np.int64)

    def _known_until(self, day: np.datetime64, listed: NDArray[np.int64]) -> np.datetime64:
        """Return the moment by which a day's lists were made; what came later on that day they could not know.

        The event clock of the time is not kept. Everybody who had come by then got a list, so it was before the first
        event of somebody without one; where there is nobody, the day was over.
        """
        events = self.clicks.between(day.astype("datetime64[us]"), (day + _DAY).astype("datetime64[us]"))
        unknown = events.occurred[~np.isin(events.visitor, listed)]
        moment: np.datetime64 = unknown.min() if len(unknown) else (day + _DAY).astype("datetime64[us]")
        return moment

    def _shown(self, day: np.datetime64, contexts: Contexts) -> Judged:
        """Return the lists that were shown."""
        seen = (
            f"select 1 from {self.question.events} as later where later.{VISITOR} = {CONTEXT_ID} and "
            f"later.{EVENT} = '{VIEW}' and later.{AT} >= timestamp '{day + _DAY}' "
            f"and later.{AT} < timestamp '{day + _DAY + _HORIZON}'"
        )
        where = f"{self._where} and {AS_OF_DATE} = date '{day}' and {RANK} <= {LENGTH} and exists ({seen})"
        rows = self.warehouse.read(self.table, [CONTEXT_ID, RANK, ITEM_ID], where)
        visitor, item = _numbers(self._visitor_index, rows[CONTEXT_ID]), _numbers(self._item_index, rows[ITEM_ID])
        place = rows[RANK].to_numpy(dtype=np.int64) - 1
        is_asked = np.isin(visitor, contexts.visitor)
        row = np.searchsorted(contexts.visitor, visitor[is_asked])
        return placed(contexts, row, place[is_asked], item[is_asked])

    def _plain(self, method: Method, as_of: AsOf) -> FittedRecommender:
        """Return the recommender of a method that learns nothing."""
        counted = as_of.counted(method)
        return FittedRecommender(self.question.name, method, as_of.config, as_of.moment, orders={}, counted=counted)


def _numbers(ids: pd.Index[str], texts: pd.Series[Any]) -> NDArray[np.int64]:
    """Return the number of each text, -1 for one that has none."""
    return np.asarray(ids.get_indexer(pd.Index(texts)), dtype=np.int64)
