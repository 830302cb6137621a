"""What is known of fitted segments: the record that promotion, card and scoreboard read.

Belongs here: the record's types, as they are stored in JSON. Does not belong here: how its figures come about
(``evaluate``), drawing them (``reports``).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate


class Metric(StrEnum):
    """Figures of segments that others may claim, or that decide."""

    SEPARATION = "separation"
    STABILITY = "stability"
    NAMES_KEPT = "names_kept"
    SILHOUETTE = "silhouette"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SnapshotFacts(_Record):
    """A snapshot: its date, how many customers it has, and how many spent afterwards (None where not yet known)."""

    as_of: date
    customers: int
    spenders: int | None


class Trial(_Record):
    """A method with a setting, on the served snapshot; only its separation is that of the known one.

    Attributes
    ----------
    method, setting
        ``k_means`` with the number of segments, or ``hdbscan`` with ``min_cluster_size`` as a share of the customers.
    segments, smallest_share, noise_share
        What it found; zero segments where it found no two.
    stability, null_stability
        Mean adjusted Rand index of pairs of resamples, and that of data without structure.
    gain_over_null
        Share of the way from the null's stability to perfect stability.
    exceeds_null
        Whether it is more stable than the null for certain, with regard to how many methods are tried.
    silhouette
        Of a part of the customers; shown, never decisive.
    separation
        Normalised Gini of the future spend by segment; None where no future spend is known.
    obstacles
        Why it could not be chosen; empty for those that could.
    """

    method: str
    setting: float
    segments: int
    smallest_share: float
    noise_share: float
    stability: Estimate
    null_stability: Estimate
    gain_over_null: float
    exceeds_null: bool
    silhouette: float | None
    separation: Estimate | None
    obstacles: tuple[str, ...]


class SegmentProfile(_Record):
    """One segment.

    Attributes
    ----------
    name, words
        Its name and what that stands for.
    customers, share
        How many customers it has, noise among them, of all.
    noise_share, median_strength
        Share of these that belong nowhere, and how clearly they belong.
    medians
        Medians of the columns of the profile.
    place
        Coordinates by which it was named.
    mean_future_spend, spender_share
        Of the segment of this name in the judged snapshot: mean spend and share of those who spent; None where there
        is no such segment.
    names_kept
        Share of its customers whom two refits give one and the same name.
    """

    name: str
    words: str
    customers: int
    share: float
    noise_share: float
    median_strength: float
    medians: dict[str, float | None]
    place: dict[str, float]
    mean_future_spend: Estimate | None
    spender_share: float | None
    names_kept: float | None


class Separation(_Record):
    """How well a grouping tells future spend apart, on the judged snapshot.

    Attributes
    ----------
    name, groups
        The grouping, and how many groups it has.
    gini
        Normalised Gini of the customers ranked by the mean of their group in other folds.
    gain
        By how much the segments' Gini is better than this one, by a paired bootstrap; None of the segments themselves.
    variance_share, rank_variance_share
        Share of the variance of spend, and of its ranks (Kruskal-Wallis), that groups explain beyond chance.
    """

    name: str
    groups: int
    gini: Estimate
    gain: Estimate | None
    variance_share: float | None
    rank_variance_share: float | None


class RawScaling(_Record):
    """K-Means of the raw recency, frequency and value, each brought to a standard deviation of 1, as often published.

    It shows what a silhouette is worth: a column in which nearly everybody is alike puts the few others so far away
    that the mean silhouette is high, whatever the segments are good for.
    """

    segments: int
    silhouette: float | None
    largest_share: float
    smallest_share: float
    frequency_silhouette: float | None
    separation: Estimate | None


class ClaimHeld(_Record):
    """A figure that others claim, beside ours."""

    metric: Metric
    target: float
    achieved: float | None
    is_met: bool


class SegmentationEvaluation(_Record):
    """All that was measured of fitted segments.

    Attributes
    ----------
    method, setting
        What was chosen.
    aim
        By what.
    is_structured
        Whether the segments are more stable than the null for certain; else they cut a continuum.
    served, judged, known
        The snapshots.
    weights
        By what the distances of each feature were multiplied.
    stability, null_stability, gain_over_null
        Of the chosen method on the served snapshot.
    names_kept, least_names_kept
        Share of the customers whom two refits on bootstrap samples give the same name: mean over pairs, and the least.
    silhouette, noise_share
        Of the served snapshot.
    judged_choice
        Method and setting that the same procedure would have chosen as of the judged snapshot, whose segments are
        judged; None where it found none or no future spend is known.
    separations
        These segments first, then the rules; empty where no future spend is known.
    worst_segment
        The segment whose customers keep their name least.
    """

    question: str
    method: str
    setting: float
    aim: str
    is_structured: bool
    served: SnapshotFacts
    judged: SnapshotFacts | None
    known: SnapshotFacts | None
    weights: dict[str, float]
    trials: tuple[Trial, ...]
    stability: Estimate
    null_stability: Estimate
    gain_over_null: float
    names_kept: float
    least_names_kept: float
    silhouette: float | None
    noise_share: float
    raw_scaling: RawScaling | None
    profiles: tuple[SegmentProfile, ...]
    judged_choice: str | None
    separations: tuple[Separation, ...]
    worst_segment: str
    claims: tuple[ClaimHeld, ...]
    remarks: tuple[str, ...] = ()
