"""Names of segments: from prototypes for new ones, from the champion before for those that come out again.

Belongs here: profiles, the assignment of names. Does not belong here: the prototypes (``questions``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from ml_assets.segmentation.question import Axis, Prototype, Scale, SegmentationQuestion
from ml_assets.segmentation.space import mid_ranks, numbers

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

# A segment keeps a name if it shares at least this part of all customers in it, before or now (Jaccard index).
_SAME = 1 / 3


class TooManySegmentsError(ValueError):
    """There are more segments than names."""


def profiles(frame: pd.DataFrame, label: Labels, segments: int, axes: Sequence[Axis]) -> FloatArray:
    """Return where each segment lies on each axis, shape (segments, axes); 0.5 where nothing is known of it."""
    places = np.full((segments, len(axes)), 0.5)
    for number, axis in enumerate(axes):
        values = numbers(frame, axis.column)
        if axis.scale is not Scale.MEAN:
            values = mid_ranks(values)
        known = ~np.isnan(values)
        count = np.bincount(label[known], minlength=segments)
        total = np.bincount(label[known], weights=values[known], minlength=segments)
        mean = np.divide(total, count, out=np.full(segments, 0.5), where=count > 0)
        places[:, number] = 1.0 - mean if axis.scale is Scale.REVERSED_RANK else mean
    return places


def prototype_names(
    places: FloatArray, prototypes: Sequence[Prototype], axes: Sequence[Axis], taken: frozenset[str]
) -> list[str]:
    """Return a name a segment, each at most once, so that the squared distances from the prototypes are least.

    Parameters
    ----------
    places
        Profiles of the segments, shape (n, axes).
    prototypes, axes
        Names with their profiles, and what counts how much in these.
    taken
        Names that are not to be given.

    Raises
    ------
    TooManySegmentsError
        If fewer names are left than there are segments.
    """
    free = [prototype for prototype in prototypes if prototype.name not in taken]
    if len(free) < len(places):
        raise TooManySegmentsError(
            f"{len(places)} segments want a name and {len(free)} prototypes are left; "
            "add prototypes to the question, or lower most_segments of the choice's config"
        )
    if not len(places):
        return []
    segment, chosen = linear_sum_assignment(prototype_distances(places, free, axes))
    names = dict(zip(segment.tolist(), chosen.tolist(), strict=True))
    return [free[names[number]].name for number in range(len(places))]


def prototype_distances(places: FloatArray, prototypes: Sequence[Prototype], axes: Sequence[Axis]) -> FloatArray:
    """Return the squared distance of each place from each prototype, shape (places, prototypes)."""
    wanted = np.array([prototype.place for prototype in prototypes])
    weight = np.array([axis.weight for axis in axes])
    return np.asarray(np.square(weight * (places[:, None, :] - wanted[None, :, :])).sum(axis=2), dtype=np.float64)


def kept_names(label: Labels, segments: int, before: npt.NDArray[np.object_]) -> dict[int, str]:
    """Return the names that segments keep: those that the same customers have by the champion's centroids.

    Names go one to one to the segments with which they share most of their customers, by the sum of Jaccard indices;
    one that shares less than a third is not kept.

    Parameters
    ----------
    label
        Segment of each customer now.
    segments
        Number of segments now.
    before
        Name of the segment in which the champion puts the same customer as of now.
    """
    names, old = np.unique(before.astype(str), return_inverse=True)
    shared = np.zeros((segments, len(names)))
    np.add.at(shared, (label, old), 1.0)
    united = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    jaccard = np.divide(shared, united, out=np.zeros_like(shared), where=united > 0)
    rows, columns = linear_sum_assignment(jaccard, maximize=True)
    return {
        int(row): str(names[column]) for row, column in zip(rows, columns, strict=True) if jaccard[row, column] >= _SAME
    }


def segment_names(
    question: SegmentationQuestion,
    frame: pd.DataFrame,
    label: Labels,
    segments: int,
    before: npt.NDArray[np.object_] | None,
) -> tuple[str, ...]:
    """Return the names of all segments: those that come out again keep theirs, the others get that of a prototype."""
    kept = kept_names(label, segments, before) if before is not None else {}
    new = [number for number in range(segments) if number not in kept]
    places = profiles(frame, label, segments, question.axes)[new]
    given = prototype_names(places, question.prototypes, question.axes, frozenset(kept.values()))
    names = kept | dict(zip(new, given, strict=True))
    return tuple(names[number] for number in range(segments))
