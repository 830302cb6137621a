"""What may be configured of segments; the same object is Dagster's config and what is logged.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field

from ml_assets.config import BandConfig


class KMeansConfig(Config):
    """K-Means: numbers of segments that are tried, and from how many starts each is fitted."""

    segments: list[int] = Field(default=[2, 3, 4, 5, 6, 7, 8], min_length=1)
    starts: int = Field(default=8, ge=1)


class DensityConfig(Config):
    """HDBSCAN: what is tried, and on how many customers.

    Attributes
    ----------
    cluster_shares
        Values of ``min_cluster_size``, as shares of the customers that it is fitted to.
    neighbours
        ``min_samples``: how many neighbours make a place dense.
    max_rows
        Beyond so many customers a fixed random part is fitted, and all are assigned to what it shows.
    """

    cluster_shares: list[float] = Field(default=[0.02, 0.05])
    neighbours: int = Field(default=15, ge=2)
    max_rows: int = Field(default=20_000, ge=100)


class StabilityConfig(Config):
    """How stability is measured.

    Attributes
    ----------
    rows
        Customers of whom each resample draws; a fixed number, because with more of them anything becomes stable.
    pairs
        Pairs of resamples, and as many of data without structure.
    """

    rows: int = Field(default=3_000, ge=100)
    pairs: int = Field(default=8, ge=3)


class ChoiceConfig(Config):
    """What a partition must show before it may be chosen.

    Attributes
    ----------
    smallest_share
        Share of the customers that the smallest segment must have.
    most_segments
        People keep no more than so many apart.
    most_noise
        Share of the customers that may belong nowhere.
    least_stability
        Adjusted Rand index of two resamples, on average.
    as_stable
        Partitions whose gain over the null is less than this below the best count as equally stable.
    folds
        Parts of the customers; the future spend of each is predicted by the segment means of the others.
    resamples
        Bootstrap samples behind each interval.
    confidence
        Of the intervals.
    min_events
        Customers with spend in the future without which separation decides nothing.
    min_customers
        Customers of the served snapshot without whom nothing is learned, and the grid answers.
    """

    smallest_share: float = Field(default=0.02, gt=0, lt=0.5)
    most_segments: int = Field(default=8, ge=2)
    most_noise: float = Field(default=0.3, ge=0, lt=1)
    least_stability: float = Field(default=0.75, ge=0, le=1)
    as_stable: float = Field(default=0.02, ge=0, lt=1)
    folds: int = Field(default=5, ge=2)
    resamples: int = Field(default=400, ge=20)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    min_events: int = Field(default=100, ge=1)
    min_customers: int = Field(default=200, ge=2)


class SegmentationConfig(Config):
    """All that decides which segments there are, and how they are measured.

    Attributes
    ----------
    seed
        Of all that is drawn.
    threads
        Of linear algebra and trees of neighbours. With one, the same rows give the same bits.
    refits
        Pairs of refits, each on a bootstrap sample, by which it is measured how many customers keep their name.
    silhouette_rows
        Customers of whom a silhouette is computed, which takes time with the square of their number.
    """

    seed: int = 7
    threads: int = Field(default=1, ge=1)
    k_means: KMeansConfig = KMeansConfig()
    density: DensityConfig = DensityConfig()
    stability: StabilityConfig = StabilityConfig()
    choice: ChoiceConfig = ChoiceConfig()
    bands: BandConfig = BandConfig(high_share=1 / 3, medium_share=2 / 3)
    refits: int = Field(default=3, ge=1)
    silhouette_rows: int = Field(default=4_000, ge=100)


class SegmentGateConfig(Config):
    """How versions are compared on the judged snapshot, and what a challenger must show before it serves.

    Attributes
    ----------
    resamples, confidence
        Bootstrap samples of customers behind each interval, and its confidence.
    min_events
        Customers of the judged snapshot with later spend without whom there is no verdict.
    smallest_share
        Share of the customers that the smallest segment must have.
    least_names_kept
        Share of the customers whom two refits must give the same name, on average.
    """

    resamples: int = Field(default=400, ge=20)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    min_events: int = Field(default=100, ge=1)
    smallest_share: float = Field(default=0.02, gt=0, lt=0.5)
    least_names_kept: float = Field(default=0.9, ge=0, le=1)


class SegmentScoringConfig(Config):
    """Which customers get a segment: those of so many of the newest dates of the feature table."""

    periods: int = Field(default=6, ge=1)
