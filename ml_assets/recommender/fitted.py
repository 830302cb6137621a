"""A recommender as it is registered: catalogue, popularity, similar items, and the method by which it ranks.

Belongs here: lists for histories, saving and loading. Does not belong here: fitting (``fitting``), methods, rules of
serving.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ml_assets.files import write_text
from ml_assets.recommender.clicks import Texts
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.fitting import Fitted
from ml_assets.recommender.lists import ranked_once
from ml_assets.recommender.methods import PLAIN, Method, said_of
from ml_assets.recommender.serving_rules import Popular, Ranked, filled
from ml_assets.recommender.sessions import Sessions, offsets_of
from ml_assets.recommender.similar import SimilarItems
from ml_assets.recommender.two_stages import TwoStages
from ml_assets.registry.kinds import UnreadableModelError

MODEL_FILE = "recommender.json"
_CATALOGUE, _SIMILAR, _CORE = "catalogue.npz", "similar.npz", "core"
# Column of the histories that others ask about, and columns of what they get; JSON lists, one a row.
ITEMS, SCORES = "items", "scores"
# Items that others get, unless there are fewer.
SERVED = 20


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    method: Method
    longest_history: int
    fitted_until: datetime


@dataclass(frozen=True, slots=True)
class FittedRecommender:
    """A method with all that it needs; items are numbered from 0 on, by ``ids``.

    Attributes
    ----------
    question
        Name of the registered model.
    method
        How it ranks.
    longest_history
        Views of a history that are looked at, the newest ones.
    fitted_until
        It knows no event at or after this moment.
    ids
        Item ids by number.
    popularity
        Share of the views of the last days before that moment, by number.
    similar
        Similar items.
    core
        What methods rank by that are fitted; None for the plain ones.
    """

    question: str
    method: Method
    longest_history: int
    fitted_until: np.datetime64
    ids: Texts
    popularity: NDArray[np.float64]
    similar: SimilarItems
    core: TwoStages | None

    @classmethod
    def of(
        cls, question: str, method: Method, fitted: Fitted, fitted_until: np.datetime64, longest_history: int
    ) -> Self:
        """Return the recommender of a method, with no more of what was fitted than it needs."""
        return cls(
            question=question,
            method=method,
            longest_history=longest_history,
            fitted_until=fitted_until,
            ids=fitted.catalogue.ids,
            popularity=fitted.catalogue.popularity,
            similar=fitted.similar,
            core=None if method in PLAIN else fitted.core,
        )

    @property
    def popular(self) -> Popular:
        """All items that were viewed of late, the most popular one first; of equals the lower number."""
        order = np.argsort(-self.popularity, kind="stable")
        order = order[self.popularity[order] > 0]
        return Popular(order, self.popularity[order])

    def numbers(self, ids: Texts) -> NDArray[np.int64]:
        """Return the number of each id, -1 for an item that is not in the catalogue."""
        return np.asarray(pd.Index(self.ids).get_indexer(pd.Index(ids)), dtype=np.int64)

    def known(self, histories: Sessions) -> Sessions:
        """Return histories whose items are numbers, -1 for unknown ones, as far as they are looked at."""
        return histories.keep(histories.items >= 0).last(self.longest_history)

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
            self.known(histories), count, lambda asked: said_of(self.method, self.core, asked, kind, len(self.ids))
        )

    def lists(self, histories: Sessions, kind: ContextKind, count: int) -> Ranked:
        """Return lists of ``count`` items: what the method says, then popular items, flagged as such."""
        return filled(self.ranked(histories, kind, count), self.popular, np.arange(len(histories)), count)

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return for each live session the ids of the items that come next most likely, with scores, as JSON lists.

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
        np.savez_compressed(folder / _CATALOGUE, ids=self.ids.astype(np.str_), popularity=self.popularity)
        self.similar.save(folder / _SIMILAR)
        if self.core is not None:
            self.core.save(folder / _CORE)
        state = _State(
            question=self.question,
            method=self.method,
            longest_history=self.longest_history,
            fitted_until=self.fitted_until.astype("datetime64[us]").item(),
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
            with np.load(folder / _CATALOGUE, allow_pickle=False) as arrays:
                ids, popularity = arrays["ids"].astype(object), arrays["popularity"]
            similar = SimilarItems.load(folder / _SIMILAR)
            core = None if state.method in PLAIN else TwoStages.load(folder / _CORE)
        except (KeyError, ValueError) as error:
            raise UnreadableModelError.of(folder / MODEL_FILE, error) from error
        return cls(
            question=state.question,
            method=state.method,
            longest_history=state.longest_history,
            fitted_until=np.datetime64(state.fitted_until, "us"),
            ids=ids,
            popularity=popularity,
            similar=similar,
            core=core,
        )


def history_texts(ids: Texts, histories: Sessions) -> list[str]:
    """Return histories as ``served`` is asked about them."""
    texts: list[Any] = np.split(ids[histories.items], histories.offsets[1:-1]) if len(histories) else []
    return [json.dumps(part.tolist()) for part in texts]
