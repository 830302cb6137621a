"""The classic grid of recency, frequency and value as segments that can serve: the rule to beat.

Belongs here: fitting the grid to customers, the segment of each cell. Does not belong here: places on the grid
(``quintiles``), its cells as groups of their own (``rules``).

Nothing is learned but where the fifths of a snapshot begin. A cell belongs to the prototype that is nearest to the
cell's middle, so that several cells make one segment, and a refit cannot change what a cell is called.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from ml_assets.classification.bands import Bands
from ml_assets.config import BandConfig
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.naming import prototype_distances
from ml_assets.segmentation.partition import FloatArray
from ml_assets.segmentation.question import Feature, Scale, SegmentationQuestion, Transform
from ml_assets.segmentation.quintiles import QUINTILES, QuintileGrid
from ml_assets.segmentation.space import FeatureSpace

_WHY = "One of the three columns of the classic grid."


def fit_grid(question: SegmentationQuestion, frame: pd.DataFrame, as_of: date, bands: BandConfig) -> FittedSegmentation:
    """Return the grid of customers, with the names of the question's prototypes.

    Parameters
    ----------
    question
        Whose columns of the profile are recency, frequency and value.
    frame
        Rows of a snapshot; without any, all customers stand in the middle of the grid.
    as_of
        Date of the snapshot.
    bands
        Where the bands of the strength begin.

    Raises
    ------
    ValueError
        If the question names its segments by anything but ranks of these three columns.
    """
    features = tuple(Feature(column, Transform.RANK, _WHY) for column in question.profile_columns)
    space = FeatureSpace.fit(replace(question, features=features, is_standardised=False), frame)
    names, segment = _named_cells(question)
    partition = QuintileGrid(
        np.array([each.centre for each in space.coordinates]), segment.reshape((QUINTILES,) * len(features))
    )
    return FittedSegmentation(
        question=question.name,
        as_of=as_of,
        setting=float(QUINTILES),
        names=names,
        space=space,
        partition=partition,
        bands=Bands.fit(partition.place(space.matrix(frame)).strength, bands),
    )


def _named_cells(
    question: SegmentationQuestion,
) -> tuple[tuple[str, ...], np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Return the names that cells have, in the order of the prototypes, and the number of each cell's name."""
    nearest = prototype_distances(_middles(question), question.prototypes, question.axes).argmin(axis=1)
    used, segment = np.unique(nearest, return_inverse=True)
    return tuple(question.prototypes[number].name for number in used), np.asarray(segment, dtype=np.int64)


def _middles(question: SegmentationQuestion) -> FloatArray:
    """Return where the middle of each cell lies on the axes of names, shape (125, axes)."""
    middle = (np.arange(QUINTILES) + 0.5) / QUINTILES
    grid = np.stack(np.meshgrid(*(middle for _ in question.profile_columns), indexing="ij"), axis=-1)
    ranks = dict(zip(question.profile_columns, grid.reshape(-1, len(question.profile_columns)).T, strict=True))
    odd = [axis.name for axis in question.axes if axis.column not in ranks or axis.scale is Scale.MEAN]
    if odd:
        raise ValueError(
            f"{question.name} names segments by {', '.join(odd)}, of which a grid of "
            f"{', '.join(question.profile_columns)} knows nothing; use ranks of these columns as axes"
        )
    return np.column_stack(
        [
            1.0 - ranks[axis.column] if axis.scale is Scale.REVERSED_RANK else ranks[axis.column]
            for axis in question.axes
        ]
    )
