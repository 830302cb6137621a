"""Who is asked: the published baselines by name.

Belongs here: names, and how each is fitted on a split. Does not belong here: formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.retailrocket_protocols.answers import NextItem
from benchmarks.retailrocket_protocols.neighbours import S_KNN, STAN, SessionNeighbours
from benchmarks.retailrocket_protocols.rules import LastItemRules
from benchmarks.retailrocket_protocols.split import Split

Fit = Callable[[Split], NextItem]


def _association(split: Split) -> NextItem:
    return LastItemRules.association(split.train, len(split.items))


def _sequential(split: Split) -> NextItem:
    return LastItemRules.sequential(split.train, len(split.items))


def _s_knn(split: Split) -> NextItem:
    return SessionNeighbours.fit(split.train, len(split.items), S_KNN)


def _stan(split: Split) -> NextItem:
    return SessionNeighbours.fit(split.train, len(split.items), STAN)


ALGORITHMS: Mapping[str, Fit] = MappingProxyType(
    {"AR": _association, "SR": _sequential, "S-KNN": _s_knn, "STAN": _stan}
)
