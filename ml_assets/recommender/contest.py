"""A recommender at the gate: what of its record a decision goes by, and the contexts on which it meets a champion.

Belongs here: from a record to evidence, in words too. Does not belong here: the order of the gate
(``ml_assets.family.gate``), the rule of promotion (``registry.promotion``), measuring (``measure``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.metrics.estimate import Estimate
from ml_assets.recommender.as_of import Timeline
from ml_assets.recommender.config import RecommenderGateConfig
from ml_assets.recommender.evaluate import mean_of
from ml_assets.recommender.evaluation import PRIMARY, RecommenderRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.judging import KIND, VISITOR, judged, primary
from ml_assets.recommender.measure import test_contexts
from ml_assets.recommender.methods import PLAIN, RULE
from ml_assets.recommender.steps import TrainedRecommender
from ml_assets.recommender.verdicts import fault_of
from ml_assets.registry.comparisons import for_comparison
from ml_assets.registry.verdict import Evidence, Yardstick

NDCG = Yardstick(PRIMARY, "NDCG@20")


class RecommenderContest:
    """The newest version on the test window.

    Parameters
    ----------
    record
        What was measured of the version.
    trained
        The candidates and their clicks.
    judged
        Figures of each context of the test window, a column a method.
    config
        How versions are compared.
    """

    rule = RULE.value

    def __init__(
        self,
        record: RecommenderRecord,
        trained: TrainedRecommender,
        judged: pd.DataFrame,
        config: RecommenderGateConfig,
    ) -> None:
        self.record, self.trained, self.judged, self.config = record, trained, judged, config

    @property
    def window_to(self) -> date | None:
        """Last day of the test window."""
        return self.record.window.last if self.record.window else None

    @property
    def asked_from(self) -> np.datetime64 | None:
        """First moment of the test window."""
        test = self.trained.split.test
        return test[0] if len(test) else None

    @property
    def entities(self) -> pd.Series[Any]:
        """All visitors."""
        return pd.Series(self.trained.rows.clicks.visitors, dtype=object)

    def evidence(self, comparison: int) -> Evidence:
        """Return what was measured, the gain over the rule as sure as the n-th comparison must be."""
        record, own = self.record, self._own()
        is_rule = record.chosen is RULE
        return Evidence(
            version=record.version,
            yardstick=NDCG,
            value=float(np.nanmean(own)) if len(own) else None,
            is_rule=is_rule,
            over_rule=None if is_rule or not len(own) else self._gain(hardest_rule(self.judged), comparison),
            confidence=self.config.confidence,
            rule_words="the better of re-viewing and popularity",
            window_to=self.window_to,
            shortage=self._shortage(),
            fault=fault_of(record),
        )

    def gain_over(self, champion: FittedRecommender, comparison: int) -> Estimate | None:
        """Return by how much lists are better than a champion's; None where there is nobody to ask about."""
        if not len(self.judged):
            return None
        # The champion is refreshed at the moments at which the version was, by its own settings.
        split = self.trained.split
        timeline = Timeline(self.trained.rows.clicks, champion.config, split.horizon)
        models = {champion.method: champion}
        [lists] = judged(models, timeline, split.test, test_contexts(self.trained)).values()
        return self._gain(primary(lists), comparison)

    def _own(self) -> NDArray[np.float64]:
        return np.asarray(self.judged[self.record.chosen].to_numpy(), dtype=np.float64)

    def _gain(self, other: NDArray[np.float64], comparison: int) -> Estimate:
        return mean_of(self._own() - other, self.judged[VISITOR].to_numpy(), for_comparison(self.config, comparison))

    def _shortage(self) -> str | None:
        """Return why the test window proves nothing, or None."""
        if self.record.window is None:
            return "the log is too short for a test window"
        contexts, needed = self.record.window.contexts, self.config.min_events
        return None if contexts >= needed else f"{contexts} contexts in the test window, {needed} are needed"


def hardest_rule(judged: pd.DataFrame) -> NDArray[np.float64]:
    """Return the primary figure of each context by the plain method that is the better one for its kind.

    Where visitors come back only by chance, popularity is better than what they viewed last, and a version that has
    learned no more than that has found nothing. Which one is better is told on the very contexts, so that no rule that
    was chosen before is harder to beat.

    Parameters
    ----------
    judged
        A row a context, with its kind and a column a method.
    """
    plain = judged[list(PLAIN)].astype(np.float64)
    better = plain.groupby(judged[KIND]).transform("mean").idxmax(axis=1)
    return np.asarray(plain.to_numpy()[np.arange(len(plain)), plain.columns.get_indexer(pd.Index(better))])
