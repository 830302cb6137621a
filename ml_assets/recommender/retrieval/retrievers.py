"""All retrievers of a set of sessions, and the candidates that they agree on.

Belongs here: which retrievers there are, asking all of them, fusing their lists. Does not belong here: each retriever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.item_graph import ItemGraph, largest
from ml_assets.recommender.retrieval.neighbours import SessionNeighbours
from ml_assets.recommender.retrieval.transitions import next_items, row_shares
from ml_assets.recommender.scores import Groups, Scores
from ml_assets.recommender.session_config import RetrievalConfig
from ml_assets.recommender.sessions import Sessions

NEIGHBOURS, NEXT, PREVIOUS = "neighbours", "next", "previous"


class Retriever(Protocol):
    """Names items for prefixes, with scores."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the columns of its scores."""

    def scores(self, query: Query) -> Scores:
        """Return scored items of each prefix; not all items, and never one that has nothing to do with the prefix."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the retrievers said of some prefixes.

    Attributes
    ----------
    scores, ranks
        Of each retriever, by its name.
    candidates
        Keys of the best candidates of all, ascending.
    fused
        Sum of reciprocal ranks of each candidate.
    """

    scores: Mapping[str, Scores]
    ranks: Mapping[str, NDArray[np.int64]]
    candidates: NDArray[np.int64]
    fused: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Retrievers:
    """Retrievers by name, fitted to the same sessions.

    Attributes
    ----------
    by_name
        The retrievers.
    n_items
        Number of items of the catalogue.
    config
        Settings.
    """

    by_name: Mapping[str, Retriever]
    n_items: int
    config: RetrievalConfig

    @classmethod
    def fit(cls, sessions: Sessions, n_items: int, config: RetrievalConfig) -> Retrievers:
        """Return all retrievers of sessions of item numbers, the oldest first."""
        counted = next_items(sessions, n_items, config.transitions)
        decay, prior, width = (
            config.transitions.prefix_decay,
            config.transitions.prior,
            config.transitions.width,
        )
        by_name: dict[str, Retriever] = {
            NEIGHBOURS: SessionNeighbours.fit(sessions, n_items, config.neighbours),
            NEXT: ItemGraph.of_matrix(largest(row_shares(counted, prior), width), decay),
            PREVIOUS: ItemGraph.of_matrix(largest(row_shares(counted.T.tocsr(), prior), width), decay),
        }
        return cls(by_name, n_items, config)

    def retrieve(self, query: Query) -> Retrieved:
        """Ask all retrievers and fuse their lists by reciprocal ranks (Cormack et al., SIGIR 2009).

        The prefixes' own items are always candidates.
        """
        scores = {name: retriever.scores(query) for name, retriever in self.by_name.items()}
        ranks = {name: found.ranks() for name, found in scores.items()}
        # An own item gets a whole point, more than all lists together can give.
        keys = np.concatenate([query.keys, *(found.keys for found in scores.values())])
        points = np.concatenate(
            [np.ones(len(query.keys)), *(1.0 / (self.config.fusion + 1 + rank) for rank in ranks.values())]
        )
        groups = Groups.of(keys)
        fused = Scores(groups.keys, groups.sums(points)[:, None], self.n_items).best(self.config.candidates)
        return Retrieved(scores, ranks, fused.keys, fused.values[:, 0])
