"""Who is asked: the platform's recommender and the published baselines, by name.

Belongs here: names, and how each is fitted on a split. Does not belong here: formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.retailrocket_protocols.answers import ListScores, NextItem
from benchmarks.retailrocket_protocols.neighbours import S_KNN, STAN, PublishedNeighbours
from benchmarks.retailrocket_protocols.rules import LastItemRules
from benchmarks.retailrocket_protocols.split import Split
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.session_model import SessionRecommender

Fit = Callable[[Split], NextItem]

# Length of the lists that are asked of those who list items; the longest that any figure looks at.
LENGTH = 20


def _association(split: Split) -> NextItem:
    return LastItemRules.association(split.train, len(split.items))


def _sequential(split: Split) -> NextItem:
    return LastItemRules.sequential(split.train, len(split.items))


def _s_knn(split: Split) -> NextItem:
    return PublishedNeighbours.fit(split.train, len(split.items), S_KNN)


def _stan(split: Split) -> NextItem:
    return PublishedNeighbours.fit(split.train, len(split.items), STAN)


def _recommender(split: Split) -> NextItem:
    return ListScores(SessionRecommender.fit(split.train, SessionConfig()), min(LENGTH, len(split.items)))


ALGORITHMS: Mapping[str, Fit] = MappingProxyType(
    {"two-stage": _recommender, "AR": _association, "SR": _sequential, "S-KNN": _s_knn, "STAN": _stan}
)
