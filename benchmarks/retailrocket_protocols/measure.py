"""Algorithms on splits: figures, their intervals, and what it cost.

Belongs here: asking algorithms for the pairs of splits and putting splits together. Does not belong here: figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols.algorithms import ALGORITHMS, LENGTH
from benchmarks.retailrocket_protocols.answers import answers
from benchmarks.retailrocket_protocols.evaluate import RECIPROCAL_RANK, Figures, at, mean_over_slices
from benchmarks.retailrocket_protocols.protocols import Protocol
from benchmarks.retailrocket_protocols.split import Split
from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate

_RESAMPLES = 1_000
_CONFIDENCE = 0.95
_SEED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """An algorithm on a split.

    Attributes
    ----------
    algorithm, split
        Which.
    figures
        By name.
    ranks
        Of the item that came next, shape (pairs,); infinite where it is not ranked.
    session
        Number of the session of each pair.
    fit_seconds, ask_seconds
        Wall time of fitting, and of all pairs one after another.
    """

    algorithm: str
    split: str
    figures: Figures
    ranks: NDArray[np.float64]
    session: NDArray[np.int64]
    fit_seconds: float
    ask_seconds: float


@dataclass(frozen=True, slots=True)
class Overall:
    """An algorithm over all splits.

    Attributes
    ----------
    algorithm
        Which.
    figures
        Plain means over the splits.
    intervals
        Of the figures that goals are set for.
    pairs
        Number of pairs asked.
    fit_seconds
        Mean wall time of fitting.
    ask_ms
        Mean wall time of one pair.
    """

    algorithm: str
    figures: Figures
    intervals: dict[str, Estimate]
    pairs: int
    fit_seconds: float
    ask_ms: float


def measured(protocol: Protocol, split: Split, algorithm: str) -> Measured:
    """Fit an algorithm on a split and ask for all of its pairs, of which there must be some."""
    pairs = split.pairs()
    start = perf_counter()
    model = ALGORITHMS[algorithm](split)
    fitted = perf_counter()
    given = answers(model, pairs, len(split.items), LENGTH)
    asked = perf_counter()
    return Measured(
        algorithm=algorithm,
        split=split.name,
        figures=protocol.figures(given, pairs, split),
        ranks=protocol.ranks(given, pairs.targets),
        session=pairs.session,
        fit_seconds=fitted - start,
        ask_seconds=asked - fitted,
    )


def overall(protocol: Protocol, parts: Sequence[Measured]) -> Overall:
    """Return an algorithm's figures over its splits, one part each."""
    pairs = sum(len(part.ranks) for part in parts)
    return Overall(
        algorithm=parts[0].algorithm,
        figures=mean_over_slices([part.figures for part in parts]),
        intervals=intervals(parts, protocol.hit_name),
        pairs=pairs,
        fit_seconds=float(np.mean([part.fit_seconds for part in parts])),
        ask_ms=1_000 * sum(part.ask_seconds for part in parts) / pairs,
    )


def intervals(parts: Sequence[Measured], hit_name: str) -> dict[str, Estimate]:
    """Return hit rate and mean reciprocal rank with intervals: sessions drawn with all their pairs, within each split.

    Parameters
    ----------
    parts
        One algorithm on each split.
    hit_name
        What the protocol calls the hit rate.
    """
    part = np.repeat(np.arange(len(parts)), [len(each.ranks) for each in parts])
    ranks = np.concatenate([each.ranks for each in parts])
    session = np.concatenate([each.session for each in parts])
    _, entity = np.unique(np.column_stack([part, session]), axis=0, return_inverse=True)
    # A pair's share in the plain mean over splits.
    share = 1 / (len(parts) * np.bincount(part)[part])
    is_hit = ranks <= LENGTH
    values = {at(hit_name, LENGTH): is_hit * share, at(RECIPROCAL_RANK, LENGTH): is_hit / ranks * share}
    bootstrap = EntityBootstrap.of(entity, part, _RESAMPLES, _SEED)
    columns = np.column_stack(list(values.values()))
    rows = np.arange(len(ranks))
    draws = [np.empty((0, len(values)))] + [block.of_rows(rows) @ columns for block in bootstrap.blocks()]
    drawn = np.concatenate(draws)
    return {
        name: estimate(float(value.sum()), drawn[:, column], _CONFIDENCE)
        for column, (name, value) in enumerate(values.items())
    }
