"""What the order of candidates is learned from: earlier contexts, each scored by what was counted before its moment.

Belongs here: candidates with features, which of them came true. Does not belong here: counting (``as_of``), how trees
grow (``ranking``), retrievers (``retrieval``).

What scores a context is counted from the events before its moment alone. So no session counts in the statistics that
score it, and what is learned holds for contexts that are new.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.contexts import ContextKind, Contexts, contexts_at, contexts_within
from ml_assets.recommender.first_stage import FirstStage
from ml_assets.recommender.ranking.features import feature_names, features
from ml_assets.recommender.ranking.training import Rows
from ml_assets.recommender.retrieval.retrievers import Retrieved
from ml_assets.recommender.split import Split

# Contexts whose candidates are made at once.
_BATCH = 400

ByKind = dict[ContextKind, Rows]


class Lessons:
    """What the moments of a timeline teach, that of each made once.

    Parameters
    ----------
    timeline
        Events, and what is counted before moments.
    split
        How far apart moments lie.
    """

    def __init__(self, timeline: Timeline, split: Split) -> None:
        self.timeline, self.split = timeline, split
        self._made: dict[np.datetime64, ByKind] = {}
        self._names: list[str] = []

    @property
    def names(self) -> list[str]:
        """Names of the columns of all rows; none as long as no moment was asked for that has a first stage."""
        return self._names

    def before(self, until: np.datetime64) -> ByKind:
        """Return what the newest moments teach whose truth was known by another moment; a kind without any is left out.

        Parameters
        ----------
        until
            The moment at which is asked.
        """
        occurred, count = self.timeline.clicks.occurred, self.timeline.config.split.lesson_moments
        moments = self.split.lessons(until, count, occurred.min() if len(occurred) else until)
        parts = [self.of(moment) for moment in moments]
        found = {kind: [part[kind] for part in parts if kind in part] for kind in ContextKind}
        return {kind: Rows.together(rows) for kind, rows in found.items() if rows}

    def of(self, moment: np.datetime64) -> ByKind:
        """Return what a moment teaches: what was asked at it and came true within the horizon."""
        if moment not in self._made:
            self._made[moment] = self._lessons(moment)
        return self._made[moment]

    def _lessons(self, moment: np.datetime64) -> ByKind:
        as_of, horizon, config = self.timeline.at(moment), self.split.horizon, self.timeline.config
        stage = as_of.stage
        if stage is None:
            return {}
        self._names = feature_names(stage.retrievers.by_name)
        known = self.timeline.clicks.before(moment + horizon)
        asked = {
            ContextKind.VISITOR: contexts_at(known, np.asarray([moment]), horizon, config.split.longest_history),
            ContextKind.SESSION: contexts_within(known, moment, moment + horizon, config.split.longest_history),
        }
        random = np.random.default_rng([config.seed, moment.astype("datetime64[s]").astype(np.int64)])
        share = max(1, config.ranker.max_lessons // config.split.lesson_moments)
        found = {}
        for kind, contexts in asked.items():
            drawn = np.sort(random.choice(len(contexts), min(len(contexts), share), replace=False))
            rows = list(_rows_of(as_of, stage, contexts.take(drawn)))
            if rows:
                found[kind] = Rows.together(rows)
        return found


def _rows_of(as_of: AsOf, stage: FirstStage, contexts: Contexts) -> Iterator[Rows]:
    """Return all candidates of the contexts of which a target is among them: only these teach anything."""
    catalogue = as_of.catalogue
    n_items = len(catalogue)
    for start in range(0, len(contexts), _BATCH):
        batch = contexts.take(np.arange(start, min(len(contexts), start + _BATCH)))
        query, retrieved = stage.candidates(catalogue.of_clicks(batch.histories))
        row = retrieved.candidates // n_items
        targets = catalogue.of_clicks(batch.targets)
        is_target = np.isin(retrieved.candidates, targets.rows * n_items + targets.items)
        kept = (np.bincount(row, is_target, minlength=len(batch)) > 0)[row]
        if kept.any():
            chosen = Retrieved(retrieved.scores, retrieved.ranks, retrieved.candidates[kept], retrieved.fused[kept])
            yield Rows(features(query, chosen, stage.table), is_target[kept], row[kept], batch.visitor[row[kept]])
