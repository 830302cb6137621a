"""A segmentation at the gate: what of its record a decision goes by, and the customers on whom it meets a champion.

Belongs here: from a record to evidence, in words too. Does not belong here: the order of the gate
(``ml_assets.family.gate``), the rule of promotion (``registry.promotion``), measuring (``measure``).
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.comparisons import for_comparison
from ml_assets.registry.verdict import Evidence, Yardstick
from ml_assets.segmentation.config import SegmentGateConfig
from ml_assets.segmentation.evaluation import Metric
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.measure import SPEND, own_groups
from ml_assets.segmentation.record import SegmentationRecord
from ml_assets.segmentation.separation import Draws, Labels, separations
from ml_assets.segmentation.steps import GRID, TrainedSegments
from ml_assets.segmentation.verdicts import GRIDS, fault_of

SEPARATION = Yardstick(Metric.SEPARATION.value, "separation of later spend (normalised Gini)")
_CHAMPION = "champion"


class SegmentationContest:
    """The newest version on the judged snapshot.

    Parameters
    ----------
    record
        What was measured of the version.
    trained
        The candidates and their customers.
    groups
        Groups of the judged snapshot's customers, in their order, and what each spent afterwards.
    config
        How versions are compared.
    """

    rule = GRID

    def __init__(
        self, record: SegmentationRecord, trained: TrainedSegments, groups: pd.DataFrame, config: SegmentGateConfig
    ) -> None:
        self.record, self.trained, self.groups, self.config = record, trained, groups, config

    @property
    def window_to(self) -> date | None:
        """Date of the judged snapshot."""
        return self.record.judged.as_of if self.record.judged else None

    @property
    def asked_from(self) -> np.datetime64 | None:
        """End of the served snapshot's day.

        No version learns from what is spent after the judged snapshot: its settings were chosen by spend that was known
        before, and its borders know of no spend. So a champion is comparable unless it saw customers of a later day.
        """
        return self.trained.rows.taken_at

    @property
    def entities(self) -> pd.Series[Any]:
        """All customers."""
        return self.trained.rows.frame[self.trained.question.entity]

    def evidence(self, comparison: int) -> Evidence:
        """Return what was measured, the gain over the grid as sure as the n-th comparison must be.

        Of the grid's two readings, its named segments and its cells, the one counts that is harder to beat for certain.
        """
        record, learned = self.record, self.record.learned
        draws = self._draws(comparison)
        own, grids = draws.get(own_groups(record)), [draws[name] for name in GRIDS if name in draws]
        is_rule = record.chosen == GRID
        gains = [] if own is None or is_rule else [self._estimate(own.minus(each), comparison) for each in grids]
        return Evidence(
            version=record.version,
            yardstick=SEPARATION,
            value=None if own is None or math.isnan(own.value) else own.value,
            is_rule=is_rule,
            over_rule=min(gains, key=_lower_end, default=None),
            confidence=self.config.confidence,
            window_to=self.window_to,
            shortage=self._shortage(),
            fault=None if learned is None else fault_of(learned, record, self.config),
        )

    def gain_over(self, champion: FittedSegmentation, comparison: int) -> Estimate | None:
        """Return by how much spend is told better apart than by a champion; None where columns it reads are gone."""
        judged = self.trained.rows.snapshots.judged
        if judged is None or not set(champion.feature_names) <= set(judged.frame.columns):
            return None
        draws = self._draws(comparison, {_CHAMPION: champion.place(judged.frame).label})
        own = draws.get(own_groups(self.record))
        return None if own is None else self._estimate(own.minus(draws[_CHAMPION]), comparison)

    def _shortage(self) -> str | None:
        """Return why the judged snapshot proves nothing, or None."""
        spenders = self.record.judged.spenders if self.record.judged else None
        if spenders is None:
            return "no snapshot's later spend is wholly known yet"
        if spenders >= self.config.min_events:
            return None
        needed = self.config.min_events
        return f"{spenders} customers of the judged snapshot spent anything afterwards, {needed} are needed"

    def _draws(self, comparison: int, further: dict[str, Labels] | None = None) -> dict[str, Draws]:
        """Return the separation of all groups on the same resamples; nothing where nothing was spent."""
        spend: npt.NDArray[np.float64] = self.groups[SPEND].to_numpy(dtype=np.float64)
        if not (spend > 0).any():
            return {}
        wanted = [name for name in (own_groups(self.record), *GRIDS) if name in self.groups]
        groups = {name: self.groups[name].to_numpy() for name in wanted} | (further or {})
        trained = self.trained.facts.config
        resamples = for_comparison(self.config, comparison).resamples
        return separations(groups, spend, trained.choice.folds, resamples, trained.seed)

    def _estimate(self, draws: Draws, comparison: int) -> Estimate:
        return draws.estimate(for_comparison(self.config, comparison).confidence)


def _lower_end(gain: Estimate) -> float:
    """Return the lower end of a gain; one that is not known is the hardest of all."""
    return -math.inf if gain.low is None or math.isnan(gain.low) else gain.low
