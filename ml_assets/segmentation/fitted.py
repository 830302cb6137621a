"""Fitted segments as they are stored, loaded and asked.

Belongs here: from a frame of features to segment, strength, band and reasons; the saved form. Does not belong here:
fitting (``train``), MLflow (``registry``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.bands import Bands
from ml_assets.classification.reasons import reason_texts
from ml_assets.predictions import BAND, IS_NOISE, MAX_REASONS, REASONS, SCORE, SEGMENT
from ml_assets.registry.kinds import UnreadableModelError
from ml_assets.segmentation.density import DensePlaces
from ml_assets.segmentation.k_means import Centroids
from ml_assets.segmentation.partition import Partition, Placed
from ml_assets.segmentation.quintiles import QuintileGrid
from ml_assets.segmentation.space import FeatureSpace, numbers

FloatArray = npt.NDArray[np.float64]

MODEL_FILE = "segmentation.json"
PARTITIONS: Mapping[str, type[Partition]] = {each.kind: each for each in (Centroids, DensePlaces, QuintileGrid)}


class _State(BaseModel):
    """What ``segmentation.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    as_of: date
    kind: str
    setting: float
    names: tuple[str, ...]
    space: FeatureSpace
    bands: Bands


@dataclass(frozen=True, slots=True)
class FittedSegmentation:
    """Segments fitted to the customers of a snapshot.

    Attributes
    ----------
    question
        Name of the question.
    as_of
        Date of the snapshot.
    setting
        Number of segments, or ``min_cluster_size`` as a share.
    names
        Name of each segment, in the order of the partition's numbers.
    space
        From a frame to the matrix in which distances are taken.
    partition
        From the matrix to segments.
    bands
        Where the bands of the strength begin.
    """

    question: str
    as_of: date
    setting: float
    names: tuple[str, ...]
    space: FeatureSpace
    partition: Partition
    bands: Bands

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns that a frame must have, in any order."""
        return self.space.columns

    def place(self, features: pd.DataFrame) -> Placed:
        """Return number of the segment, noise and strength of each row.

        Raises
        ------
        ValueError
            If the frame lacks a column; so do all methods that take a frame.
        """
        return self.partition.place(self.space.matrix(features))

    def segment(self, features: pd.DataFrame) -> npt.NDArray[np.object_]:
        """Return the name of each row's segment; noise has that of the nearest."""
        return np.array(self.names, dtype=object)[self.place(features).label]

    def deviations(self, features: pd.DataFrame) -> FloatArray:
        """Return, by row and feature, how many standard deviations it differs from the mean of the fitted customers."""
        return self.space.deviations(self.space.matrix(features))

    def assign(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return ``segment``, ``is_noise``, ``score`` (strength), ``band`` and ``reasons`` of each row.

        Reasons are a JSON array a row: ``feature``, ``value`` and ``contribution`` of the features by which it differs
        most from everybody, in standard deviations of the de-skewed feature.
        """
        matrix = self.space.matrix(features)
        placed = self.partition.place(matrix)
        columns = [each.column for each in self.space.coordinates]
        values = np.column_stack([numbers(features, column) for column in columns]).astype(np.float32)
        return pd.DataFrame(
            {
                SEGMENT: np.array(self.names, dtype=object)[placed.label],
                IS_NOISE: placed.is_noise,
                SCORE: placed.strength,
                BAND: self.bands.of(placed.strength),
                REASONS: reason_texts(columns, values, {}, self.space.deviations(matrix), MAX_REASONS),
            },
            index=features.index,
        )

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return segment, noise, strength, band and reasons of each row, as MLflow's callers get them."""
        return self.assign(features)

    def save(self, folder: Path) -> None:
        """Write the segments into a folder, in formats that execute nothing when they are read."""
        folder.mkdir(parents=True, exist_ok=True)
        state = _State(
            question=self.question,
            as_of=self.as_of,
            kind=self.partition.kind,
            setting=self.setting,
            names=self.names,
            space=self.space,
            bands=self.bands,
        )
        self.partition.save(folder)
        (folder / MODEL_FILE).write_text(state.model_dump_json(indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the segments that ``save`` wrote.

        Raises
        ------
        FileNotFoundError
            If a file of it is not there.
        UnreadableModelError
            If the files are of another form.
        """
        try:
            state = _State.model_validate_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
            partition = PARTITIONS[state.kind].load(folder)
        except (KeyError, ValueError) as error:
            raise UnreadableModelError.of(folder / MODEL_FILE, error) from error
        return cls(
            question=state.question,
            as_of=state.as_of,
            setting=state.setting,
            names=state.names,
            space=state.space,
            partition=partition,
            bands=state.bands,
        )
