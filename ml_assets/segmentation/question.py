"""What has to be said of a segmentation before anything is fitted.

Belongs here: the types by which ``questions`` states them. Does not belong here: the segmentations, reading rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml_assets.contract import TableName
from ml_assets.monitoring.clocks import ORDERED_THIS_MONTH, Recent


class Transform(StrEnum):
    """What is made of a column before distances are taken."""

    RANK = "mid-rank"
    LOG = "ln(1 + x)"
    SHARE = "arcsine of the root of the share"


class Aim(StrEnum):
    """By what the number of segments is chosen, among those that are stable and large enough."""

    FUTURE_SPEND = "segments that tell future spend apart"
    GROUPS = "groups that stand out from a structureless null"


@dataclass(frozen=True, slots=True)
class Feature:
    """A column that customers are compared by.

    Attributes
    ----------
    column
        Column of the feature table.
    transform
        How it is de-skewed.
    why
        Why it is used, and why so.
    weight
        By what its distances are multiplied, if enough customers differ in it to be a segment.
    evidence
        Column with the number of observations behind a share; a share of few is drawn towards zero, by half an
        observation.
    """

    column: str
    transform: Transform
    why: str
    weight: float = 1.0
    evidence: str | None = None


class Scale(StrEnum):
    """How a segment's place on an axis of its profile is measured."""

    RANK = "mean mid-rank"
    REVERSED_RANK = "1 - mean mid-rank"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Axis:
    """A coordinate of a segment's profile, 0 to 1, by which it is named; distances on it count ``weight`` times."""

    name: str
    column: str
    scale: Scale
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prototype:
    """A name with the profile that it stands for: a coordinate an axis, in the order of the axes."""

    name: str
    place: tuple[float, ...]
    words: str


@dataclass(frozen=True, slots=True)
class SegmentationQuestion:
    """A segmentation of the customers of one snapshot.

    Attributes
    ----------
    name
        Name of the registered model.
    words
        The question in words, for people.
    population
        Of whom it is asked, in words.
    source
        Source whose data it is asked of.
    table, value_table
        Feature table; and the table that holds, for the same keys, what was spent afterwards.
    entity
        Column of the customer.
    as_of_column
        Date of a row's snapshot; its day counts in full.
    future_spend, label_known_at
        Columns of ``value_table``: spend within the horizon, and the moment at which it is known.
    horizon_days
        Length of that horizon.
    observed_event
        Kind of event in ``int_observation_windows`` that must be complete.
    features
        Columns by which customers are compared, each with its transform.
    is_standardised
        Whether each transformed column is brought to a standard deviation of 1; else ranks keep their common unit.
    aim
        By what the number of segments is chosen.
    axes, prototypes
        Where names come from.
    profile_columns
        Columns whose medians describe a segment: recency, orders, value, in this order.
    clocks
        Features that move with time by themselves, each with the reason.
    watched
        Customers among whom drift is looked for.
    claims
        What others have claimed, by metric, to be reported against.
    """

    name: str
    words: str
    population: str
    source: str
    table: TableName
    value_table: TableName
    entity: str
    as_of_column: str
    future_spend: str
    label_known_at: str
    horizon_days: int
    observed_event: str
    features: tuple[Feature, ...]
    is_standardised: bool
    aim: Aim
    axes: tuple[Axis, ...]
    prototypes: tuple[Prototype, ...]
    profile_columns: tuple[str, ...]
    clocks: Mapping[str, str] = field(default_factory=dict)
    watched: Recent = ORDERED_THIS_MONTH
    claims: Mapping[str, float] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the feature table that the fitted object reads, each once."""
        evidence = [feature.evidence for feature in self.features if feature.evidence is not None]
        return tuple(dict.fromkeys([*(feature.column for feature in self.features), *evidence]))
