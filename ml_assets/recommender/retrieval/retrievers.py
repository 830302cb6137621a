"""All retrievers of a set of sessions, and the candidates that they agree on.

Belongs here: which retrievers there are, asking all of them, fusing their lists. Does not belong here: each retriever.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.item_graph import ItemGraph, largest
from ml_assets.recommender.retrieval.neighbours import SessionNeighbours
from ml_assets.recommender.retrieval.transitions import next_items, row_shares
from ml_assets.recommender.retrieval.vectors import ItemVectors
from ml_assets.recommender.retrieval.walk import RandomWalk, seen_together
from ml_assets.recommender.scores import Groups, Scores
from ml_assets.recommender.session_config import RetrievalConfig
from ml_assets.recommender.sessions import Sessions

NEIGHBOURS, NEXT, PREVIOUS = "neighbours", "next", "previous"
WALK, LAST_WALK, VECTORS = "walk", "last_walk", "vectors"
# Whose items vectors are asked about.
_REACHING = (WALK, NEIGHBOURS)
# Between the name of a retriever and that of its array, where arrays are saved.
_DOT = "."


class Named(Protocol):
    """What scores items."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the columns of its scores."""


class Retriever(Named, Protocol):
    """Names items for prefixes, with scores."""

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
    """Retrievers fitted to the same sessions.

    Attributes
    ----------
    neighbours, following, preceding, walk
        The retrievers.
    vectors
        They order what walk and neighbours reach; None where the settings have none.
    n_items
        Number of items of the catalogue.
    config
        Settings.
    """

    neighbours: SessionNeighbours
    following: ItemGraph
    preceding: ItemGraph
    walk: RandomWalk
    vectors: ItemVectors | None
    n_items: int
    config: RetrievalConfig

    @classmethod
    def fit(cls, sessions: Sessions, n_items: int, config: RetrievalConfig) -> Retrievers:
        """Return all retrievers of sessions of item numbers, the oldest first."""
        settings = config.transitions
        counted = next_items(sessions, n_items, settings.distance_decay, settings.session_decay)
        following, preceding = (
            ItemGraph.of_matrix(largest(row_shares(matrix, settings.prior), settings.width), settings)
            for matrix in (counted, counted.T.tocsr())
        )
        return cls(
            neighbours=SessionNeighbours.fit(sessions, n_items, config.neighbours),
            following=following,
            preceding=preceding,
            walk=RandomWalk.fit(sessions, n_items, config.walk),
            vectors=(
                None
                if config.vectors is None
                else ItemVectors.fit(seen_together(sessions, n_items, config.walk), config.vectors)
            ),
            n_items=n_items,
            config=config,
        )

    @property
    def by_name(self) -> dict[str, Named]:
        """All that scores items, by name."""
        return self._asked | ({} if self.vectors is None else {VECTORS: self.vectors})

    @property
    def _asked(self) -> dict[str, Retriever]:
        """The retrievers that are asked; one walk is asked twice, from the whole prefix and from its last item."""
        return {
            NEIGHBOURS: self.neighbours,
            NEXT: self.following,
            PREVIOUS: self.preceding,
            WALK: self.walk,
            LAST_WALK: dataclasses.replace(self.walk, config=self.config.last_walk),
        }

    def retrieve(self, query: Query) -> Retrieved:
        """Ask all retrievers and fuse their lists by reciprocal ranks (Cormack et al., SIGIR 2009).

        The prefixes' own items are always candidates.
        """
        scores = {name: retriever.scores(query) for name, retriever in self._asked.items()}
        if self.vectors is not None:
            reached = np.unique(np.concatenate([scores[name].keys for name in _REACHING]))
            scores[VECTORS] = self.vectors.scores(query, reached)
        ranks = {name: found.ranks() for name, found in scores.items()}
        votes = self.config.votes
        # An own item gets a whole point, more than all lists together can give.
        keys = np.concatenate([query.keys, *(scores[name].keys for name in votes)])
        points = np.concatenate(
            [np.ones(len(query.keys)), *(vote / (self.config.fusion + 1 + ranks[name]) for name, vote in votes.items())]
        )
        groups = Groups.of(keys)
        fused = Scores(groups.keys, groups.sums(points)[:, None], self.n_items).best(self.config.candidates)
        return Retrieved(scores, ranks, fused.keys, fused.values[:, 0])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays that the retrievers consist of, by name."""
        return {
            f"{part}{_DOT}{field.name}": getattr(getattr(self, part), field.name)
            for part in _parts(self.config)
            for field in dataclasses.fields(getattr(self, part))
            if isinstance(getattr(getattr(self, part), field.name), np.ndarray)
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], n_items: int, config: RetrievalConfig) -> Retrievers:
        """Return the retrievers that consist of these arrays."""
        parts: dict[str, Any] = {
            part: kind(
                **{
                    name.removeprefix(f"{part}{_DOT}"): array
                    for name, array in arrays.items()
                    if name.startswith(f"{part}{_DOT}")
                },
                config=settings,
            )
            for part, (kind, settings) in _parts(config).items()
        }
        return cls(**{VECTORS: None} | parts, n_items=n_items, config=config)


def _parts(config: RetrievalConfig) -> dict[str, tuple[Any, Any]]:
    """Return kind and settings of each part that has arrays."""
    parts: dict[str, tuple[Any, Any]] = {
        NEIGHBOURS: (SessionNeighbours, config.neighbours),
        "following": (ItemGraph, config.transitions),
        "preceding": (ItemGraph, config.transitions),
        WALK: (RandomWalk, config.walk),
    }
    return parts if config.vectors is None else parts | {VECTORS: (ItemVectors, config.vectors)}
