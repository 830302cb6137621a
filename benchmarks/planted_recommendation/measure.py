"""What the trials of many seeds say: means of each method, paired gains of two stages, how often the gate promotes.

Belongs here: one trial as figures, summaries over seeds, the verdict. Does not belong here: training and asking
(``batch``), arguments, tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.null_control.trial import is_within
from benchmarks.planted_recommendation.batch import SIMILAR, Figures, Lists
from benchmarks.planted_truth.measure import mean_over_seeds
from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.methods import Method
from ml_assets.registry.verdict import Verdict

OWN = Method.TWO_STAGE.value
# All that a world without relations has: what everybody views, and what a visitor viewed before.
KNOWN_TO_ALL = (Method.POPULARITY.value, Method.RE_VIEW.value)
# Planted co-views must make two stages better than these.
BEATEN = (Method.POPULARITY.value, Method.CO_VISITATION.value, SIMILAR)
BEST_KNOWN = "the better of popularity and re-viewing"
Measure = Callable[[Lists], Mapping[str, Figures]]


@dataclass(frozen=True, slots=True)
class Trial:
    """The lists of one seed's stream."""

    seed: int
    is_null: bool
    lists: Lists


@dataclass(frozen=True, slots=True)
class Line:
    """A method over all seeds of a world.

    Attributes
    ----------
    method
        Which.
    ndcg, recall
        At 20: means over contexts, then over seeds.
    by_kind
        The first of them by kind of context.
    gain
        By how much two stages have the higher NDCG, paired by seed; None of two stages themselves.
    """

    method: str
    ndcg: Estimate
    recall: Estimate
    by_kind: dict[str, Estimate]
    gain: Estimate | None


def overall(figures: Figures, contexts: Mapping[ContextKind, int]) -> float:
    """Return the mean over the contexts of all kinds, each context counting the same."""
    return float(np.average([figures[kind] for kind in contexts], weights=list(contexts.values())))


def best_known(lists: Lists) -> Lists:
    """Return lists with one method more: of popularity and re-viewing the better one for each kind of context.

    It is chosen by the figures that it is measured by, so it is a little harder to beat than it should be.
    """
    winner = {kind: max(KNOWN_TO_ALL, key=lambda name: lists.ndcg[name][kind]) for kind in lists.contexts}
    ndcg = dict(lists.ndcg) | {BEST_KNOWN: {kind: lists.ndcg[name][kind] for kind, name in winner.items()}}
    recall = dict(lists.recall) | {BEST_KNOWN: {kind: lists.recall[name][kind] for kind, name in winner.items()}}
    return Lists(lists.contexts, ndcg, recall, lists.chosen, lists.verdict)


def lines(trials: Sequence[Trial]) -> list[Line]:
    """Return a line a method that all trials of a world have, two stages first; none where they have none."""
    extended = [best_known(each.lists) for each in trials]
    shared = [name for name in extended[0].ndcg if all(name in each.ndcg for each in extended)] if extended else []
    if OWN not in shared:
        return []
    return [_line(name, extended) for name in sorted(shared, key=lambda name: name != OWN)]


def gain_over(trials: Sequence[Trial], method: str) -> Estimate:
    """Return by how much two stages are better than a method over the seeds; without a value where one lacks either."""
    found = [each.gain for each in lines(trials) if each.method == method]
    return found[0] or Estimate(value=None) if found else Estimate(value=None)


def promotions(trials: Sequence[Trial]) -> tuple[int, int]:
    """Return how many versions the gate let serve, and how many it judged."""
    judged = [each.lists.verdict for each in trials if each.lists.verdict is not Verdict.INSUFFICIENT_EVIDENCE]
    return sum(verdict is Verdict.PROMOTED for verdict in judged), len(judged)


def allowed_share(config: RecommenderGateConfig) -> float:
    """Return the declared share of promotions where version and rule are equally good: one side of the interval."""
    return (1 - config.confidence) / 2


def finds_what_is_planted(trials: Sequence[Trial]) -> bool:
    """Return whether two stages are better than each of ``BEATEN``, interval and all."""
    return all(_low(gain_over(trials, method)) > 0 for method in BEATEN)


def finds_nothing(trials: Sequence[Trial]) -> bool:
    """Return whether two stages are no better, beyond noise, than what is known of a null world."""
    return _low(gain_over(trials, BEST_KNOWN)) <= 0


def promotes_by_chance(trials: Sequence[Trial], config: RecommenderGateConfig) -> bool:
    """Return whether no more versions are promoted than the gate declares."""
    return is_within(*promotions(trials), allowed_share(config))


def _line(name: str, trials: Sequence[Lists]) -> Line:
    def over_seeds(measure: Measure, method: str = name) -> list[float]:
        return [overall(measure(each)[method], each.contexts) for each in trials]

    def ndcg(lists: Lists) -> Mapping[str, Figures]:
        return lists.ndcg

    own = np.asarray(over_seeds(ndcg, OWN))
    return Line(
        method=name,
        ndcg=mean_over_seeds(over_seeds(ndcg)),
        recall=mean_over_seeds(over_seeds(lambda lists: lists.recall)),
        by_kind={
            kind.value: mean_over_seeds([each.ndcg[name][kind] for each in trials]) for kind in trials[0].contexts
        },
        gain=None if name == OWN else mean_over_seeds((own - over_seeds(ndcg)).tolist()),
    )


def _low(gain: Estimate) -> float:
    """Return the lower end of an interval; minus infinity where nothing is known."""
    return -np.inf if gain.low is None else gain.low
