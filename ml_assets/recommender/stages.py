"""How many of the targets each stage still holds: retrievers, their candidates together, the list.

Belongs here: recall stage by stage. Does not belong here: measures of lists (``evaluate``), the stages themselves.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.evaluation import StageRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.judging import LENGTH, Asked
from ml_assets.recommender.methods import said_of
from ml_assets.recommender.scores import Scores
from ml_assets.recommender.sessions import Sessions
from ml_assets.recommender.two_stages import TwoStages, candidates_of

CANDIDATES, LIST = "all candidates", "the list, before popular items"
_BATCH = 400


def stage_records(model: FittedRecommender, clicks: Clicks, asked: Asked) -> tuple[StageRecord, ...]:
    """Return the share of all targets that each stage names; none where the model has no stages.

    Targets that no stage can know count as missed.

    Parameters
    ----------
    model
        The recommender.
    clicks
        By which items of contexts are numbered.
    asked
        Contexts by kind.
    """
    core = model.core
    total = sum(len(contexts.targets.items) for contexts in asked.values())
    if core is None or not total:
        return ()
    found: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(2, dtype=np.int64))
    number_of = model.numbers(clicks.items).astype(np.int32)
    for kind, contexts in asked.items():
        for start in range(0, len(contexts), _BATCH):
            batch = contexts.take(np.arange(start, min(len(contexts), start + _BATCH)))
            histories = model.known(Sessions(number_of[batch.histories.items], batch.histories.offsets))
            targets = Sessions(number_of[batch.targets.items], batch.targets.offsets)
            targets = targets.keep(targets.items >= 0)
            for name, scores in _stages(core, histories).items():
                found[name] += _named(scores, targets)
            found[LIST] += _named(said_of(model.method, core, histories, kind, len(model.ids)).best(LENGTH), targets)
    return tuple(
        StageRecord(name=name, recall_20=float(head / total), recall_all=float(whole / total))
        for name, (head, whole) in found.items()
    )


def _stages(core: TwoStages, histories: Sessions) -> dict[str, Scores]:
    """Return what each retriever says, and the candidates by their fused ranks."""
    query, retrieved = candidates_of(core.retrievers, histories, core.popular)
    fused = Scores(retrieved.candidates, retrieved.fused[:, None], query.n_items)
    return {**retrieved.scores, CANDIDATES: fused}


def _named(scores: Scores, targets: Sessions) -> NDArray[np.int64]:
    """Return how many targets are among the first 20, and how many are named at all."""
    is_target = np.isin(scores.keys, targets.rows * scores.n_items + targets.items)
    return np.asarray([(is_target & (scores.ranks() < LENGTH)).sum(), is_target.sum()], dtype=np.int64)
