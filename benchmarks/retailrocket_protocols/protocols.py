"""The two protocols as values: how events are split, what is figured, which figures are published.

Belongs here: putting preprocessing, evaluation and published figures together. Does not belong here: their steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.retailrocket_protocols import p1, p2
from benchmarks.retailrocket_protocols.algorithms import LENGTH
from benchmarks.retailrocket_protocols.answers import Answers
from benchmarks.retailrocket_protocols.evaluate import (
    HIT_RATE,
    RECALL,
    RECIPROCAL_RANK,
    STANDARD,
    Figures,
    at,
    conservative_ranks,
    listed_ranks,
    next_item_figures,
    rest_figures,
    standard_ranks,
)
from benchmarks.retailrocket_protocols.events import Events
from benchmarks.retailrocket_protocols.published import (
    P1_COLUMNS,
    P1_GOALS,
    P1_PUBLISHED,
    P2_COLUMNS,
    P2_GOALS,
    P2_PUBLISHED,
)
from benchmarks.retailrocket_protocols.split import Split
from ml_assets.recommender.sessions import NextItems

_P1_LENGTHS = (20, 10, 5)
_P2_LENGTHS = (20, 10, 5, 1)


@dataclass(frozen=True, slots=True)
class Protocol:
    """A published way to measure.

    Attributes
    ----------
    name
        How the command line calls it.
    title
        Heads the page.
    hit_name
        How it calls the share of hits.
    part_count
        Number of its splits.
    splits
        From events and the numbers of splits to the splits.
    ranks
        From answers and what came next to the ranks that its figures are made of, infinite for none.
    figures
        From answers, what was asked and the split to all figures.
    columns
        Figures that are shown, in order.
    published
        Published figures by name of the model.
    goals
        What to reach.
    ties
        How equal scores are ranked, in words.
    """

    name: str
    title: str
    hit_name: str
    part_count: int
    splits: Callable[[Events, Sequence[int]], Iterator[Split]]
    ranks: Callable[[Answers, NDArray[np.int32]], NDArray[np.float64]]
    figures: Callable[[Answers, NextItems, Split], Figures]
    columns: tuple[str, ...]
    published: Mapping[str, Figures]
    goals: Figures
    ties: str


def _p1_splits(events: Events, numbers: Sequence[int]) -> Iterator[Split]:
    return p1.slices(p1.filtered(p1.views_of(events)), numbers)


def _p1_figures(answers: Answers, pairs: NextItems, split: Split) -> Figures:
    next_item = next_item_figures(listed_ranks(answers, pairs.targets), HIT_RATE, _P1_LENGTHS)
    return {**next_item, **rest_figures(answers, pairs, split.test, LENGTH)}


def _p2_splits(events: Events, _: Sequence[int]) -> Iterator[Split]:
    yield p2.last_week(p2.filtered(p2.views_of(events)))


def _p2_validation_splits(events: Events, _: Sequence[int]) -> Iterator[Split]:
    yield p2.week_before(p2.filtered(p2.views_of(events)))


def _p2_ranks(answers: Answers, _: NDArray[np.int32]) -> NDArray[np.float64]:
    return conservative_ranks(answers)


def _p2_figures(answers: Answers, _: NextItems, __: Split) -> Figures:
    conservative = next_item_figures(conservative_ranks(answers), RECALL, _P2_LENGTHS)
    return {**conservative, **next_item_figures(standard_ranks(answers), RECALL, _P2_LENGTHS, STANDARD)}


P1 = Protocol(
    name="P1",
    title="RetailRocket, P1: session-rec's RETAILR, five slices",
    hit_name=HIT_RATE,
    part_count=p1.SLICES,
    splits=_p1_splits,
    ranks=listed_ranks,
    figures=_p1_figures,
    columns=P1_COLUMNS,
    published=P1_PUBLISHED,
    goals=P1_GOALS,
    ties="Equal scores stand in the order of item numbers.",
)
P2 = Protocol(
    name="P2",
    title="RetailRocket, P2: the split of GRU4Rec's authors",
    hit_name=RECALL,
    part_count=1,
    splits=_p2_splits,
    ranks=_p2_ranks,
    figures=_p2_figures,
    columns=(*P2_COLUMNS, STANDARD + at(RECALL, LENGTH), STANDARD + at(RECIPROCAL_RANK, LENGTH)),
    published=P2_PUBLISHED,
    goals=P2_GOALS,
    ties=(
        "Equal scores count against a model. In the columns named standard they count for it, and a model that names "
        "fewer than twenty candidates hits with any item: they compare nothing but models that score all items."
    ),
)
P2_VALIDATION = replace(
    P2,
    name="P2_validation",
    title="RetailRocket, P2: the week to choose settings with",
    splits=_p2_validation_splits,
    published={},
    goals={},
)
PROTOCOLS = {each.name: each for each in (P1, P2)}
