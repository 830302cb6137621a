"""How many of the targets each stage still holds: retrievers, their candidates together, the list.

Belongs here: recall stage by stage. Does not belong here: measures of lists (``evaluate``), the stages themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ml_assets.metrics.recommendation import NO_ITEM, RankedLists
from ml_assets.recommender.as_of import Timeline
from ml_assets.recommender.clicks import Moments
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.evaluation import StageRecord
from ml_assets.recommender.first_stage import FirstStage
from ml_assets.recommender.judging import LENGTH, Asked, Judged, asked_at
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions

CANDIDATES, LIST = "all candidates", "the list, before popular items"
_BATCH = 400


def stage_records(
    lists: Mapping[ContextKind, Judged], timeline: Timeline, moments: Moments, asked: Asked
) -> tuple[StageRecord, ...]:
    """Return the share of all targets that each stage names; none where there are no targets.

    Targets that no stage can know count as missed.

    Parameters
    ----------
    lists
        Of the recommender, by kind of context.
    timeline, moments
        What its first stage was counted from, and when.
    asked
        Contexts by kind.
    """
    total = sum(len(contexts.targets.items) for contexts in asked.values())
    if not total:
        return ()
    found: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(2, dtype=np.int64))
    longest = timeline.config.split.longest_history
    for moment, kind, rows in asked_at(asked, moments):
        as_of = timeline.at(moment)
        stage, catalogue = as_of.stage, as_of.catalogue
        if stage is None:
            continue
        for start in range(0, len(rows), _BATCH):
            batch = asked[kind].take(rows[start : start + _BATCH])
            targets = catalogue.of_clicks(batch.targets)
            for name, scores in _stages(stage, catalogue.of_clicks(batch.histories).last(longest)).items():
                found[name] += _named(scores, targets)
    found[LIST] += sum(_shown(each) for each in lists.values())
    return tuple(
        StageRecord(name=name, recall_20=float(head / total), recall_all=float(whole / total))
        for name, (head, whole) in found.items()
    )


def _stages(stage: FirstStage, histories: Sessions) -> dict[str, Scores]:
    """Return what each retriever says, and the candidates by their fused ranks."""
    query, retrieved = stage.candidates(histories)
    fused = Scores(retrieved.candidates, retrieved.fused[:, None], query.n_items)
    return {**retrieved.scores, CANDIDATES: fused}


def _named(scores: Scores, targets: Sessions) -> NDArray[np.int64]:
    """Return how many targets are among the first 20, and how many are named at all."""
    is_target = np.isin(scores.keys, targets.rows * scores.n_items + targets.items)
    return np.asarray([(is_target & (scores.ranks() < LENGTH)).sum(), is_target.sum()], dtype=np.int64)


def _shown(lists: Judged) -> int:
    """Return how many targets are in lists before the popular items."""
    own = np.where(lists.is_fallback, NO_ITEM, lists.items)
    targets = lists.contexts.targets
    return int(RankedLists.of(own, targets.items, targets.offsets).is_hit.sum())
