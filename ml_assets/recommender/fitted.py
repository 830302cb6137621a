"""A recommender as it is registered: the method by which it ranks, what it has learned, what was counted for it.

Belongs here: lists for histories, the same version as of another moment, saving and loading. Does not belong here:
learning (``fitting``), counting (``as_of``), methods, rules of serving.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ml_assets.files import write_text
from ml_assets.recommender.as_of import AsOf
from ml_assets.recommender.clicks import Texts
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.counted import Counted, Part
from ml_assets.recommender.fitting import Learned
from ml_assets.recommender.lists import ranked_once
from ml_assets.recommender.methods import PLAIN, Method, said_of
from ml_assets.recommender.orders import Orders, load_orders, save_orders
from ml_assets.recommender.serving_rules import Popular, Ranked, filled
from ml_assets.recommender.sessions import Sessions, offsets_of
from ml_assets.registry.kinds import UnreadableModelError

MODEL_FILE = "recommender.json"
# Column of the histories that others ask about, and columns of what they get; JSON lists, one a row.
ITEMS, SCORES = "items", "scores"
# Items that others get, unless there are fewer.
SERVED = 20


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    method: Method
    learned_until: datetime
    config: RecommenderConfig
    orders: tuple[ContextKind, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FittedRecommender:
    """A method with all that it needs; items are numbered from 0 on, by ``ids``.

    What it has learned is the version. What was counted is that of a moment: ``refreshed`` gives the same version with
    what is counted before another one.

    Attributes
    ----------
    question
        Name of the registered model.
    method
        How it ranks.
    config
        Settings, by which it is counted too.
    learned_until
        No event at or after this moment taught it anything.
    orders
        Trees by kind of context; none for the plain methods.
    counted
        What was counted before a moment.
    """

    question: str
    method: Method
    config: RecommenderConfig
    learned_until: np.datetime64
    orders: Orders
    counted: Counted

    @classmethod
    def of(cls, question: str, method: Method, learned: Learned, as_of: AsOf) -> Self:
        """Return the recommender of a method, with no more than it needs, as of a moment."""
        return cls(
            question=question,
            method=method,
            config=as_of.config,
            learned_until=learned.until,
            orders={} if method in PLAIN else learned.orders,
            counted=as_of.counted(method),
        )

    def refreshed(self, as_of: AsOf) -> Self:
        """Return the same version with what is counted before a moment.

        Raises
        ------
        ValueError
            If it is counted by other settings than the version's own.
        """
        if as_of.config != self.config:
            raise ValueError("a version is counted by its own settings: make the timeline with the version's config")
        return replace(self, counted=as_of.counted(self.method))

    @property
    def ids(self) -> Texts:
        """Item ids by number."""
        return self.counted.ids

    @property
    def popular(self) -> Popular:
        """All items that were viewed of late, the most popular one first."""
        return self.counted.popular

    def numbers(self, ids: Texts) -> NDArray[np.int64]:
        """Return the number of each id, -1 for an item that is not in the catalogue."""
        return np.asarray(pd.Index(self.ids).get_indexer(pd.Index(ids)), dtype=np.int64)

    def known(self, histories: Sessions) -> Sessions:
        """Return histories whose items are numbers, -1 for unknown ones, as far as they are looked at."""
        return histories.keep(histories.items >= 0).last(self.config.split.longest_history)

    def ranked(self, histories: Sessions, kind: ContextKind, count: int) -> Ranked:
        """Return what the method says of histories, at most so many items each, and none that has nothing to go by.

        Parameters
        ----------
        histories
            Item numbers, the newest view last; -1 for items that are not known, which are passed over.
        kind
            Whom is asked about.
        count
            Items a history.
        """
        return ranked_once(
            self.known(histories), count, lambda asked: said_of(self.method, self.counted, self.orders, asked, kind)
        )

    def lists(self, histories: Sessions, kind: ContextKind, count: int) -> Ranked:
        """Return lists of ``count`` items: what the method says, then popular items, flagged as such."""
        return filled(self.ranked(histories, kind, count), self.popular, np.arange(len(histories)), count)

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return for each live session the ids of the items that come next most likely, with scores, as JSON lists.

        It answers by what was counted when the version was saved, which knows no later item; whoever has the events
        asks the version ``refreshed``.

        Parameters
        ----------
        features
            A column ``items``: JSON list of the ids of the items that were viewed, the newest one last. Unknown ids
            are passed over, and a list without a known one gets popular items.
        """
        asked = [json.loads(text) for text in features[ITEMS]]
        lengths = np.fromiter(map(len, asked), dtype=np.int64, count=len(asked))
        ids = np.array([str(each) for items in asked for each in items], dtype=object)
        histories = Sessions(self.numbers(ids).astype(np.int32), offsets_of(lengths))
        found = self.lists(histories, ContextKind.SESSION, SERVED)
        cuts = np.searchsorted(found.context, np.arange(1, len(asked)))
        return pd.DataFrame(
            {
                ITEMS: [json.dumps(part.tolist()) for part in np.split(self.ids[found.item], cuts)],
                SCORES: [json.dumps(part.tolist()) for part in np.split(found.score, cuts)],
            },
            index=features.index,
        )

    def save(self, folder: Path) -> None:
        """Write the recommender into a folder, in formats that execute nothing when they are read."""
        folder.mkdir(parents=True, exist_ok=True)
        self.counted.save(folder)
        save_orders(self.orders, folder)
        state = _State(
            question=self.question,
            method=self.method,
            learned_until=self.learned_until.astype("datetime64[us]").item(),
            config=self.config,
            orders=tuple(self.orders),
            parts=self.counted.parts,
        )
        write_text(folder / MODEL_FILE, state.model_dump_json(indent=1))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the recommender that ``save`` wrote.

        Raises
        ------
        FileNotFoundError
            If a file of it is not there.
        UnreadableModelError
            If the files are of another form.
        """
        try:
            state = _State.model_validate_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
            counted = Counted.load(folder, state.parts, state.config.sessions().retrieval)
        except (KeyError, ValueError) as error:
            raise UnreadableModelError.of(folder / MODEL_FILE, error) from error
        return cls(
            question=state.question,
            method=state.method,
            config=state.config,
            learned_until=np.datetime64(state.learned_until, "us"),
            orders=load_orders(folder, state.orders),
            counted=counted,
        )


def history_texts(ids: Texts, histories: Sessions) -> list[str]:
    """Return histories as ``served`` is asked about them."""
    texts: list[Any] = np.split(ids[histories.items], histories.offsets[1:-1]) if len(histories) else []
    return [json.dumps(part.tolist()) for part in texts]
