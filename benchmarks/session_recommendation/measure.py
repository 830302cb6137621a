"""What is measured of the recommender: how good its lists are, how long it takes, what it needs.

Belongs here: the figures, the hold-out. Does not belong here: the ways that make lists, reading files, pages.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.session_recommendation.ways import TWO_STAGES, Lists, candidate_lists, ways
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.recommendation import RankedLists, coverage, mean_estimate, popularity_bias
from ml_assets.recommender.ranking.training import known_pairs
from ml_assets.recommender.session_config import SessionConfig
from ml_assets.recommender.session_model import SessionRecommender
from ml_assets.recommender.sessions import NextItems, Sessions

COUNT = 20
DEPTHS = (20, 50, 100, 200)
_TIMED = 1000
_RESAMPLES = 1000
_SEED = 1


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the lists of a way are, in percent.

    Attributes
    ----------
    hit_rate, reciprocal_rank
        Of all pairs.
    repeat_hit_rate, repeat_reciprocal_rank
        Of pairs whose target the prefix has already.
    novel_hit_rate, novel_reciprocal_rank
        Of the other pairs.
    ndcg
        Of all pairs.
    coverage
        Share of the catalogue that is shown at least once.
    popularity_bias
        Clicks of shown items by clicks of targets, on average.
    """

    hit_rate: Estimate
    reciprocal_rank: Estimate
    repeat_hit_rate: Estimate
    repeat_reciprocal_rank: Estimate
    novel_hit_rate: Estimate
    novel_reciprocal_rank: Estimate
    ndcg: Estimate
    coverage: float
    popularity_bias: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What the recommender costs.

    Attributes
    ----------
    fit_seconds
        Of fitting.
    p50_ms, p90_ms, p99_ms
        Of one request at a time, on one core.
    peak_mib
        Most memory that the process had.
    """

    fit_seconds: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured.

    Attributes
    ----------
    quality
        Of each way, by its name.
    candidate_recall
        Percent of the targets among so many candidates of the first stage.
    repeat_share
        Percent of the targets that their prefix has already.
    n_sessions, n_items
        Sessions to learn from, items of the catalogue.
    n_pairs, n_asked
        Pairs asked, and the sessions they come from.
    cost
        Of the recommender.
    """

    quality: dict[str, Quality]
    candidate_recall: dict[int, float]
    repeat_share: float
    n_sessions: int
    n_pairs: int
    n_asked: int
    n_items: int
    cost: Cost


def held_out(sessions: Sessions, newest: int) -> tuple[Sessions, NextItems]:
    """Return the older sessions and the pairs of the newest ones.

    Items that the older sessions do not know are taken out of the newest ones, as the published split does.

    Raises
    ------
    ValueError
        If there are no older sessions, or the newest ones have no pair.
    """
    if not 0 < newest < len(sessions):
        raise ValueError(
            f"Of {len(sessions)} sessions between 1 and {len(sessions) - 1} can be held out, not {newest}."
        )
    split = len(sessions) - newest
    older = sessions.take(np.arange(split))
    pairs = known_pairs(sessions.take(np.arange(split, len(sessions))), older)
    if not len(pairs):
        raise ValueError(f"The newest {newest} sessions have no two clicks on items of the older ones: hold out more.")
    return older, pairs


def measured(sessions: Sessions, pairs: NextItems, config: SessionConfig) -> Measured:
    """Fit the recommender to sessions, ask it pairs, and return what was measured."""
    start = time.perf_counter()
    model = SessionRecommender.fit(sessions, config)
    fit_seconds = time.perf_counter() - start
    p50, p90, p99 = np.quantile(request_times(model, pairs), [0.5, 0.9, 0.99])
    is_repeat = repeats(pairs)
    clicks = np.bincount(model.index.numbers(sessions.items), minlength=len(model.index)).astype(np.float64)
    quality = {
        name: quality_of(way(pairs.prefixes, COUNT), pairs, is_repeat, model, clicks)
        for name, way in ways(model, sessions).items()
    }
    candidates = RankedLists.of_single(candidate_lists(model, pairs.prefixes, max(DEPTHS)), pairs.targets)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(
        quality=quality,
        candidate_recall={depth: 100 * float(candidates.recall(depth).mean()) for depth in DEPTHS},
        repeat_share=100 * float(is_repeat.mean()),
        n_sessions=len(sessions),
        n_pairs=len(pairs),
        n_asked=len(np.unique(pairs.session)),
        n_items=len(model.index),
        cost=Cost(fit_seconds, float(p50), float(p90), float(p99), peak),
    )


def repeats(pairs: NextItems) -> NDArray[np.bool_]:
    """Return whether the prefix of each pair has its target already."""
    is_same = pairs.prefixes.items == np.repeat(pairs.targets, pairs.prefixes.lengths)
    return np.bincount(pairs.prefixes.rows[is_same], minlength=len(pairs)) > 0


def request_times(model: SessionRecommender, pairs: NextItems) -> NDArray[np.float64]:
    """Return milliseconds of single requests, spread over all pairs."""
    rows = np.linspace(0, len(pairs) - 1, min(_TIMED, len(pairs))).astype(np.int64)
    prefixes = [pairs.prefixes[row].tolist() for row in rows]
    model.rank(prefixes[0], COUNT)
    times = []
    for prefix in prefixes:
        start = time.perf_counter()
        model.rank(prefix, COUNT)
        times.append(1000 * (time.perf_counter() - start))
    return np.array(times)


def quality_of(
    lists: Lists,
    pairs: NextItems,
    is_repeat: NDArray[np.bool_],
    model: SessionRecommender,
    clicks: NDArray[np.float64],
) -> Quality:
    """Return how good lists of item ids are."""
    ranked = RankedLists.of_single(lists, pairs.targets)
    hit, reciprocal = 100 * ranked.hit_rate(COUNT), 100 * ranked.reciprocal_rank(COUNT)

    def mean(values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> Estimate:
        counted = values if among is None else np.where(among, values, np.nan)
        return mean_estimate(counted, pairs.session, resamples=_RESAMPLES, seed=_SEED)

    known = model.index.numbers(pairs.targets)
    return Quality(
        hit_rate=mean(hit),
        reciprocal_rank=mean(reciprocal),
        repeat_hit_rate=mean(hit, is_repeat),
        repeat_reciprocal_rank=mean(reciprocal, is_repeat),
        novel_hit_rate=mean(hit, ~is_repeat),
        novel_reciprocal_rank=mean(reciprocal, ~is_repeat),
        ndcg=mean(100 * ranked.ndcg(COUNT)),
        coverage=100 * coverage(lists, COUNT, len(model.index)),
        popularity_bias=popularity_bias(model.index.numbers(lists), known[known >= 0], COUNT, clicks),
    )


def figures(found: Measured) -> dict[str, object]:
    """Return the figures as the file of a measurement has them; percent, milliseconds, seconds, MiB."""
    own = found.quality[TWO_STAGES]
    return {
        "hr@20": own.hit_rate.value,
        "mrr@20": own.reciprocal_rank.value,
        "fit_seconds": found.cost.fit_seconds,
        "p50_ms": found.cost.p50_ms,
        "p90_ms": found.cost.p90_ms,
        "p99_ms": found.cost.p99_ms,
        "peak_mib": found.cost.peak_mib,
        "sessions": found.n_sessions,
        "pairs": found.n_pairs,
        "items": found.n_items,
        "repeat_share": found.repeat_share,
        "candidate_recall": {f"@{depth}": value for depth, value in found.candidate_recall.items()},
        "ways": {name: _quality_figures(quality) for name, quality in found.quality.items()},
    }


def _quality_figures(quality: Quality) -> dict[str, object]:
    return {
        "hr@20": quality.hit_rate.model_dump(),
        "mrr@20": quality.reciprocal_rank.model_dump(),
        "repeat_hr@20": quality.repeat_hit_rate.model_dump(),
        "repeat_mrr@20": quality.repeat_reciprocal_rank.model_dump(),
        "novel_hr@20": quality.novel_hit_rate.model_dump(),
        "novel_mrr@20": quality.novel_reciprocal_rank.model_dump(),
        "ndcg@20": quality.ndcg.model_dump(),
        "coverage@20": quality.coverage,
        "popularity_bias@20": quality.popularity_bias,
    }
