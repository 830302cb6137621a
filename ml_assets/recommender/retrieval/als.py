"""Factors of items by alternating least squares on how strongly visitors, or sessions, have dealt with items.

Belongs here: fitting by ``implicit``, asking with strengths, items like an item, saving. Does not belong here: where
strengths come from (``strengths``), the order of equals (``top_items``).

Formulas: Hu, Koren and Volinsky, Collaborative filtering for implicit feedback datasets (ICDM 2008). An item that was
dealt with is wanted with confidence 1 + ``alpha`` times its strength, all others are not wanted with confidence 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from dagster import Config
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse
from threadpoolctl import threadpool_limits

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.top_items import Found, TopItems, top_items, unit_length
from ml_assets.recommender.scores import Scores

_FACTORS, _CONFIG = "item_factors", "config"


class ALSConfig(Config):
    """Settings of the factors.

    Attributes
    ----------
    factors
        Numbers that describe an item.
    regularization
        Penalty of large factors.
    alpha
        Confidence that a strength of 1 adds.
    iterations
        Rounds of both halves.
    prefix_decay
        Clicks of a session after which an item counts 1/e.
    width
        Items that are named for a session.
    seed
        Of the factors that the first round starts from.
    threads
        That fit and answer; the factors do not depend on it.
    """

    factors: int = Field(default=128, ge=1, le=512)
    regularization: float = Field(default=0.1, ge=0)
    alpha: float = Field(default=500.0, gt=0)
    iterations: int = Field(default=5, ge=1)
    prefix_decay: float = Field(default=4.0, gt=0)
    width: int = Field(default=200, ge=1)
    seed: int = Field(default=7, ge=0)
    threads: int = Field(default=2, ge=1)


@dataclass(frozen=True, slots=True)
class ALSFactors:
    """Items as vectors, whose products say how much one is wanted by whom.

    Attributes
    ----------
    item_factors
        One row an item; zeros for one that nobody has dealt with.
    config
        Settings.
    """

    item_factors: NDArray[np.float32]
    config: ALSConfig

    channels: ClassVar[tuple[str, ...]] = ("score",)

    @classmethod
    def fit(cls, strengths: sparse.csr_array, config: ALSConfig) -> Self:
        """Return the factors of the items of a matrix.

        Parameters
        ----------
        strengths
            How strongly each visitor, or session (row), has dealt with each item (column); above 0 where at all.
        config
            Settings.

        Raises
        ------
        ValueError
            If a strength is not a finite number above 0.
        """
        confidence = _confidence(strengths, config.alpha)
        with threadpool_limits(1, "blas"):
            model = _implicit(config)
            model.fit(confidence, show_progress=False)
            # The last half once more and exactly: items with the same visitors get the same factors, bit for bit, so
            # that their order does not depend on where the first round started.
            factors = model.recalculate_item(np.arange(strengths.shape[1]), confidence.T.tocsr())
        return cls(factors, config)

    def recommended(self, strengths: sparse.csr_array, count: int, *, leave_out_own: bool = False) -> TopItems:
        """Return the items that visitors want most, whether they were among those fitted to or not.

        Parameters
        ----------
        strengths
            One row a visitor, as for ``fit``. For one without any nothing is known, and nothing is returned.
        count
            Items of a row.
        leave_out_own
            Whether items that the visitor has dealt with are left out.

        Raises
        ------
        ValueError
            If a strength is not a finite number above 0.
        """
        confidence = _confidence(strengths, self.config.alpha)
        with threadpool_limits(1, "blas"):
            model = self._model()
            vectors = model.recalculate_user(np.arange(strengths.shape[0]), confidence)
            model.user_factors = vectors

            def ask(rows: NDArray[np.int64], number: int) -> Found:
                found = model.recommend(
                    rows, confidence[rows], N=number, filter_already_liked_items=leave_out_own, recalculate_user=False
                )
                return _without_filtered(*found)

            return top_items(ask, vectors.astype(np.float64), self.item_factors.astype(np.float64), count)

    def similar(self, items: NDArray[np.int64], count: int) -> TopItems:
        """Return the items whose factors point most in the direction of an item's, by cosine; never the item itself.

        Parameters
        ----------
        items
            Numbers of the items that are asked about.
        count
            Items of a row.
        """
        unit = unit_length(self.item_factors.astype(np.float64))
        with threadpool_limits(1, "blas"):
            model = self._model()

            def ask(rows: NDArray[np.int64], number: int) -> Found:
                found, scores = model.similar_items(items[rows], N=number)
                return np.where(found == items[rows][:, None], -1, found), scores

            return top_items(ask, unit[items], unit, count)

    def scores(self, query: Query) -> Scores:
        """Return what the items of each prefix make wanted; older ones count less."""
        strength = query.count * np.exp(query.age / -self.config.prefix_decay)
        shape = (len(query), query.n_items)
        top = self.recommended(sparse.csr_array((strength, (query.row, query.item)), shape=shape), self.config.width)
        keys = np.arange(len(query))[:, None] * query.n_items + top.items
        is_item = top.items >= 0
        keys, values = keys[is_item], top.scores[is_item]
        order = np.argsort(keys)
        return Scores(keys[order], values[order, None], query.n_items)

    def save(self, path: Path) -> None:
        """Write the factors and the settings into an npz file."""
        content: dict[str, Any] = {_FACTORS: self.item_factors, _CONFIG: np.array(self.config.model_dump_json())}
        with path.open("wb") as file:
            np.savez(file, **content)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what ``save`` has written; nothing of it is executed."""
        with np.load(path, allow_pickle=False) as content:
            return cls(content[_FACTORS], ALSConfig(**json.loads(str(content[_CONFIG]))))

    def _model(self) -> Any:
        model = _implicit(self.config)
        model.item_factors = self.item_factors
        return model


def _implicit(config: ALSConfig) -> Any:
    # Imported here, because it takes a quarter of a second that most commands need not spend.
    from implicit.cpu.als import AlternatingLeastSquares

    return AlternatingLeastSquares(
        factors=config.factors,
        regularization=config.regularization,
        # Confidences are given, see ``_confidence``.
        alpha=1.0,
        iterations=config.iterations,
        random_state=config.seed,
        num_threads=config.threads,
    )


def _confidence(strengths: sparse.csr_array, alpha: float) -> sparse.csr_matrix:
    """Return the confidences of what was dealt with, in the form that ``implicit`` takes."""
    given = sparse.csr_matrix(strengths)
    if not (np.isfinite(given.data) & (given.data > 0)).all():
        raise ValueError("Strengths must be finite numbers above 0; leave out what nobody has dealt with.")
    data = (1.0 + alpha * given.data).astype(np.float32)
    return sparse.csr_matrix((data, given.indices.astype(np.int32), given.indptr.astype(np.int32)), shape=given.shape)


def _without_filtered(items: NDArray[np.int32], scores: NDArray[np.float32]) -> Found:
    """Return items with -1 in place of those that ``implicit`` has filtered, which come last with an absurd score."""
    is_filtered = np.abs(scores) == np.finfo(np.float32).max
    return np.where(is_filtered, -1, items), np.where(is_filtered, 0, scores)
