"""Measures recommenders on contexts: every method, each kind of context, beside the rule, with intervals.

Belongs here: from lists to the figures of the record. Does not belong here: lists (``judging``), stages (``stages``),
which rows are asked (``measure``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.recommendation import coverage, mean_estimates, popularity_bias
from ml_assets.recommender.as_of import Timeline
from ml_assets.recommender.clicks import Moments
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.evaluation import KindCounts, KindFigures, MethodRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.judging import (
    LENGTH,
    Asked,
    Judged,
    judged,
    newest_moment,
    primary,
    repeats,
    visitors_of,
)
from ml_assets.recommender.methods import RULE, Method

DEPTHS = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class MethodLists:
    """Lists of a method by kind of context."""

    method: Method
    lists: Mapping[ContextKind, Judged]

    @property
    def primary(self) -> NDArray[np.float64]:
        """The primary figure of each context of all kinds."""
        return primary(self.lists)


def lists_of(
    models: Mapping[Method, FittedRecommender], timeline: Timeline, moments: Moments, asked: Asked
) -> list[MethodLists]:
    """Return the lists of some recommenders, all asked the same at the same moments."""
    return [MethodLists(method, lists) for method, lists in judged(models, timeline, moments, asked).items()]


def measured(
    lists: list[MethodLists], popularity: NDArray[np.float64], catalogue: int, config: RecommenderGateConfig
) -> tuple[MethodRecord, ...]:
    """Return the figures of methods, of which the rule is one.

    Parameters
    ----------
    lists
        Of all methods.
    popularity
        Share of the views of late of each item of the clicks.
    catalogue
        Items that can be shown.
    config
        How intervals are made.
    """
    [rule] = [each for each in lists if each.method is RULE]
    return tuple(_method(each, rule, popularity, catalogue, config) for each in lists)


def _method(
    own: MethodLists,
    rule: MethodLists,
    popularity: NDArray[np.float64],
    catalogue: int,
    config: RecommenderGateConfig,
) -> MethodRecord:
    visitor = visitors_of({kind: each.contexts for kind, each in own.lists.items()})
    items = np.concatenate([each.items for each in own.lists.values()])
    is_fallback = np.concatenate([each.is_fallback for each in own.lists.values()])
    targets = np.concatenate([each.contexts.targets.items for each in own.lists.values()])
    bias = popularity_bias(items, targets, LENGTH, popularity)
    covered = coverage(items, LENGTH, catalogue)
    overall, gain = means_of((own.primary, own.primary - rule.primary), visitor, config)
    return MethodRecord(
        method=own.method,
        overall=overall,
        gain=None if own.method is RULE else gain,
        by_kind={kind: _figures(each, rule.lists[kind], own.method, config) for kind, each in own.lists.items()},
        coverage=_known(covered),
        popularity_bias=_known(bias),
        served_share=float((~is_fallback).any(axis=1).mean()) if len(items) else 0.0,
    )


def _figures(own: Judged, rule: Judged, method: Method, config: RecommenderGateConfig) -> KindFigures:
    hits, targets, is_repeat = own.hits, own.contexts.targets, repeats(own.contexts)
    measures = {
        "hr": hits.hit_rate,
        "recall": hits.recall,
        "mrr": hits.reciprocal_rank,
        "ndcg": hits.ndcg,
        "map": hits.average_precision,
    }
    values = {f"{name}@{depth}": measure(depth) for name, measure in measures.items() for depth in DEPTHS}
    gain, repeat, novel, *figures = means_of(
        (
            hits.ndcg(LENGTH) - rule.hits.ndcg(LENGTH),
            own.against(targets.keep(is_repeat)).recall(LENGTH),
            own.against(targets.keep(~is_repeat)).recall(LENGTH),
            *values.values(),
        ),
        own.contexts.visitor,
        config,
    )
    return KindFigures(
        figures=dict(zip(values, figures, strict=True)),
        gain=None if method is RULE else gain,
        repeat_recall=repeat,
        novel_recall=novel,
    )


def mean_of(values: NDArray[np.float64], visitor: NDArray[np.int64], config: RecommenderGateConfig) -> Estimate:
    """Return the mean of one value a context, with an interval by a bootstrap of visitors."""
    return means_of((values,), visitor, config)[0]


def means_of(
    values: Sequence[NDArray[np.float64]], visitor: NDArray[np.int64], config: RecommenderGateConfig
) -> list[Estimate]:
    """Return the means of several values a context, with intervals by one bootstrap of visitors."""
    return mean_estimates(
        np.column_stack(values), visitor, resamples=config.resamples, seed=config.seed, confidence=config.confidence
    )


def counts_of(contexts: Contexts, moments: Moments, first_viewed: Moments) -> KindCounts:
    """Return how many contexts there are, and which targets.

    Parameters
    ----------
    contexts
        Of one kind.
    moments
        At which recommenders are refreshed.
    first_viewed
        When each item of the clicks was viewed first.
    """
    targets = contexts.targets
    counted_until = moments[newest_moment(contexts, moments)][targets.rows]
    is_repeat = repeats(contexts)
    is_unknown = ~is_repeat & (first_viewed[targets.items] >= counted_until)
    return KindCounts(
        contexts=len(contexts),
        visitors=len(np.unique(contexts.visitor)),
        targets=len(targets.items),
        repeat_share=float(is_repeat.mean()) if len(targets.items) else 0.0,
        unknown_share=float(is_unknown.mean()) if len(targets.items) else 0.0,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
