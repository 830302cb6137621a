"""What a version's evaluation leaves: learned segments, the grid that may serve in their place, the version.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: the record of learned segments alone
(``evaluation``), how figures come about (``measure``).
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.evaluation import SegmentationEvaluation, SegmentProfile, SnapshotFacts, Trial


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GridRecord(_Record):
    """The grid of quintiles, fitted to the served snapshot.

    Attributes
    ----------
    profiles
        Its segments, those without customers left out.
    names_kept, least_names_kept
        Share of the customers whom two refits on bootstrap samples give the same name: mean over pairs, and the least.
    silhouette
        Of the served snapshot, in the space of its ranks.
    separation
        Normalised Gini of later spend by its segments on the judged snapshot; None where nothing is known.
    """

    profiles: tuple[SegmentProfile, ...]
    names_kept: float
    least_names_kept: float
    silhouette: float | None
    separation: Estimate | None


class SegmentationRecord(_Record):
    """All that was measured of a version.

    Attributes
    ----------
    version, fingerprint, chosen
        Number, fingerprint and candidate's name of the version.
    complete_until
        Last day until which purchases are complete.
    served, judged
        The snapshots; the second is None where no later spend is wholly known.
    learned
        The learned segments, whether they serve or not; None where nothing was learned.
    grid
        The rule beside them.
    """

    version: str
    fingerprint: str
    chosen: str
    complete_until: date | None
    served: SnapshotFacts
    judged: SnapshotFacts | None
    learned: SegmentationEvaluation | None
    grid: GridRecord

    @property
    def trial(self) -> Trial | None:
        """What was tried and chosen of the learned segments."""
        if self.learned is None:
            return None
        chosen = self.learned.method, self.learned.setting
        return next(each for each in self.learned.trials if (each.method, each.setting) == chosen)

    @property
    def smallest_share(self) -> float | None:
        """Share of the customers that the smallest learned segment has."""
        return None if self.trial is None else self.trial.smallest_share

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be known beside the figures."""
        nothing = ("Too few different customers to learn segments from: there is only the grid.",)
        return nothing if self.learned is None else self.learned.remarks
