"""From a frame of features to the space in which distances are taken.

Belongs here: de-skewing, scaling, filling what is missing, the stored form. Does not belong here: which columns are
used (``questions``), partitions of the space.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy.stats import rankdata

from ml_assets.segmentation.question import Feature, SegmentationQuestion, Transform

FloatArray = npt.NDArray[np.float64]

# Points of a stored distribution; between them ranks are interpolated.
_MOST_KNOTS = 1_000
# Observations without the event that every share is mixed with.
_PRIOR_OBSERVATIONS = 0.5
# Above the smallest segment by so much, because not all who differ end up in one segment.
_ROOM = 1.1


class Coordinate(BaseModel):
    """One feature's way into the space.

    Attributes
    ----------
    column, transform, weight, evidence
        As in ``question.Feature``.
    knots, ranks
        Values of the fitted rows and their mid-ranks, 0 to 1; empty unless the transform is by rank.
    fill
        Transformed value in the place of a missing one: the median of the fitted rows.
    centre, spread
        Mean and standard deviation of the transformed values.
    scale
        By what the distance from ``centre`` is multiplied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    transform: Transform
    weight: float
    evidence: str | None
    knots: tuple[float, ...]
    ranks: tuple[float, ...]
    fill: float
    centre: float
    spread: float
    scale: float

    @classmethod
    def fit(cls, feature: Feature, frame: pd.DataFrame, *, is_standardised: bool) -> Self:
        """Return the coordinate of a feature, fitted to all rows of a frame."""
        knots, ranks = _knots(numbers(frame, feature.column)) if feature.transform is Transform.RANK else ((), ())
        unscaled = cls(
            column=feature.column,
            transform=feature.transform,
            weight=feature.weight,
            evidence=feature.evidence,
            knots=knots,
            ranks=ranks,
            fill=0.0,
            centre=0.0,
            spread=1.0,
            scale=1.0,
        )
        values = unscaled._transformed(frame)
        known = values[~np.isnan(values)]
        fill = float(np.median(known)) if len(known) else 0.0
        filled = np.where(np.isnan(values), fill, values)
        spread = float(filled.std()) if len(filled) else 0.0
        spread = spread or 1.0
        scale = feature.weight / spread if is_standardised else feature.weight
        return unscaled.model_copy(
            update={
                "fill": fill,
                "centre": float(filled.mean()) if len(filled) else 0.0,
                "spread": spread,
                "scale": scale,
            }
        )

    def place(self, frame: pd.DataFrame) -> FloatArray:
        """Return where rows lie, 0 being the mean of the fitted rows."""
        values = self._transformed(frame)
        return (np.where(np.isnan(values), self.fill, values) - self.centre) * self.scale

    def deviation(self, place: FloatArray) -> FloatArray:
        """Return by how many standard deviations of the fitted rows places differ from their mean."""
        return place / (self.scale * self.spread)

    def _transformed(self, frame: pd.DataFrame) -> FloatArray:
        values = numbers(frame, self.column)
        if self.transform is Transform.RANK:
            if not self.knots:
                return np.full(len(values), np.nan)
            return np.where(np.isnan(values), np.nan, np.interp(values, self.knots, self.ranks))
        if self.transform is Transform.LOG:
            return np.log1p(np.maximum(values, 0.0))
        if self.evidence is not None:
            observed = numbers(frame, self.evidence)
            values = values * observed / (observed + _PRIOR_OBSERVATIONS)
        return np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0)))


class FeatureSpace(BaseModel):
    """Coordinates of all features, in the order of the matrix's columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinates: tuple[Coordinate, ...]

    @classmethod
    def fit(cls, question: SegmentationQuestion, frame: pd.DataFrame) -> Self:
        """Return the space of a question, fitted to all rows of a frame."""
        return cls(
            coordinates=tuple(
                Coordinate.fit(feature, frame, is_standardised=question.is_standardised)
                for feature in question.features
            )
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a frame must have, in any order."""
        evidence = [each.evidence for each in self.coordinates if each.evidence is not None]
        return tuple(dict.fromkeys([*(each.column for each in self.coordinates), *evidence]))

    @property
    def is_rank(self) -> npt.NDArray[np.bool_]:
        """Whether each column of the matrix is a rank."""
        return np.array([each.transform is Transform.RANK for each in self.coordinates], dtype=bool)

    def matrix(self, frame: pd.DataFrame) -> FloatArray:
        """Return the places of rows, shape (n, p); each row's depends on that row alone.

        Raises
        ------
        ValueError
            If the frame lacks a column.
        """
        missing = [column for column in self.columns if column not in frame.columns]
        if missing:
            raise ValueError(
                f"the segmentation reads {', '.join(missing)}, which the frame lacks; "
                "give it all columns of the feature table to which it was fitted"
            )
        return np.column_stack([each.place(frame) for each in self.coordinates])

    def deviations(self, matrix: FloatArray) -> FloatArray:
        """Return, for each place, by how many standard deviations each feature differs from everybody's mean."""
        return np.column_stack([each.deviation(matrix[:, place]) for place, each in enumerate(self.coordinates)])


def numbers(frame: pd.DataFrame, column: str) -> FloatArray:
    """Return a column as numbers, NaN for all that is not finite."""
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def mid_ranks(values: FloatArray) -> FloatArray:
    """Return ranks from 0 to 1; equal values share the middle of theirs, missing values have none (NaN)."""
    ranks = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    if known.any():
        ranks[known] = (rankdata(values[known]) - 0.5) / known.sum()
    return ranks


def with_fitting_weights(
    question: SegmentationQuestion, frame: pd.DataFrame, smallest_share: float
) -> SegmentationQuestion:
    """Return the question with a weight of 1 for each feature in which too few customers differ from the others.

    Those who differ from the most common value may not be a segment if they are fewer than a segment must have; pulled
    far away by a weight they would only be torn from others. All fits of one training share what is decided here, so
    that a resample cannot change what is compared.

    Parameters
    ----------
    question
        Features with their weights.
    frame
        Rows of the snapshot that is segmented.
    smallest_share
        Share of the customers that a segment must have.
    """
    return replace(
        question,
        features=tuple(
            feature
            if _differing_share(numbers(frame, feature.column)) >= _ROOM * smallest_share
            else replace(feature, weight=1.0)
            for feature in question.features
        ),
    )


def _differing_share(values: FloatArray) -> float:
    """Return the share of the values that differ from the most common one; 0 without values."""
    count = np.unique(values, return_counts=True)[1]
    return 1.0 - float(count.max()) / len(values) if len(count) else 0.0


def _knots(values: FloatArray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return different values and their mid-ranks, at most so many that the stored form stays small."""
    known = values[~np.isnan(values)]
    unique, first = np.unique(known, return_index=True)
    ranks = mid_ranks(known)[first]
    if len(unique) > _MOST_KNOTS:
        # Evenly spaced in rank, with both ends.
        wanted = np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], _MOST_KNOTS))
        kept = np.unique(np.clip(wanted, 0, len(unique) - 1))
        unique, ranks = unique[kept], ranks[kept]
    return tuple(unique.tolist()), tuple(ranks.tolist())
