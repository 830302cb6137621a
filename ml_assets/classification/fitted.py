"""A fitted candidate as it is stored, loaded and asked.

Belongs here: from a frame of features to margin, probability, band and reasons; the saved form. Does not belong here:
fitting (``train``), MLflow (``registry``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.bands import Bands
from ml_assets.classification.combined import SIMPLE_KINDS, CombinedMargin
from ml_assets.classification.encoding import EncodingState, FeatureEncoder, Matrix
from ml_assets.classification.evaluation import Importance
from ml_assets.classification.lines import Line
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.reasons import reason_texts
from ml_assets.predictions import SCORE
from ml_assets.registry.kinds import UnreadableModelError

FloatArray = npt.NDArray[np.float64]

MODEL_FILE = "model.json"
BASE = "(base)"
KINDS: Mapping[str, type[MarginModel]] = {**SIMPLE_KINDS, CombinedMargin.kind: CombinedMargin}


class _State(BaseModel):
    """What ``model.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    name: str
    encoding: EncodingState
    kind: str
    margin: dict[str, Any]
    calibration: Line
    bands: Bands
    importances: tuple[Importance, ...]


@dataclass(frozen=True, slots=True)
class FittedClassifier:
    """A candidate fitted to a question.

    Attributes
    ----------
    question, name
        Names of the question and of the candidate.
    encoder
        From a frame to the matrix that the model reads.
    model
        From the matrix to uncalibrated log odds.
    calibration
        From these to calibrated ones.
    bands
        Where the bands begin.
    importances
        Share of each feature in what moves the margin, largest first.
    """

    question: str
    name: str
    encoder: FeatureEncoder
    model: MarginModel
    calibration: Line
    bands: Bands
    importances: tuple[Importance, ...]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Features that a frame must have, in any order."""
        return self.encoder.names

    def margin(self, features: pd.DataFrame) -> FloatArray:
        """Return uncalibrated log odds of yes, shape (n,).

        Raises
        ------
        ValueError
            If the frame lacks a feature; so do all methods that take a frame.
        """
        return self._margin(self._matrix(features))

    def probability(self, features: pd.DataFrame) -> FloatArray:
        """Return the calibrated probability of yes, shape (n,)."""
        return self.calibration.probability(self.margin(features))

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the calibrated probability of each row in a column of its own, as MLflow's callers get it."""
        return pd.DataFrame({SCORE: self.probability(features)}, index=features.index)

    def band(self, probability: FloatArray) -> npt.NDArray[np.object_]:
        """Return ``high``, ``medium`` or ``low`` for each probability."""
        return self.bands.of(probability)

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return what each feature adds to the margin, and ``(base)``; rows sum to the margin."""
        contributions = self._contributions(self._matrix(features))
        return pd.DataFrame(contributions, columns=[*self.feature_names, BASE], index=features.index)

    def reasons(self, features: pd.DataFrame, count: int = 3) -> list[str]:
        """Return a JSON array a row: ``feature``, ``value`` and ``contribution`` of those that move it most.

        Features that add nothing are left out, so a row may have fewer than ``count``, and the base rate has none.
        """
        matrix = self._matrix(features)
        places = np.flatnonzero(self.encoder.is_category)
        texts = {int(place): features[self.feature_names[place]].reset_index(drop=True) for place in places}
        return reason_texts(self.feature_names, matrix, texts, self._contributions(matrix)[:, :-1], count)

    def save(self, folder: Path) -> None:
        """Write the classifier into a folder, in formats that execute nothing when they are read."""
        folder.mkdir(parents=True, exist_ok=True)
        state = _State(
            question=self.question,
            name=self.name,
            encoding=self.encoder.state,
            kind=self.model.kind,
            margin=self.model.save(folder),
            calibration=self.calibration,
            bands=self.bands,
            importances=self.importances,
        )
        (folder / MODEL_FILE).write_text(state.model_dump_json(indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the classifier that ``save`` wrote.

        Raises
        ------
        FileNotFoundError
            If a file of it is not there.
        UnreadableModelError
            If the files are of another form.
        """
        try:
            state = _State.model_validate_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
            model = KINDS[state.kind].load(folder, state.margin)
        except (KeyError, ValueError) as error:
            raise UnreadableModelError.of(folder / MODEL_FILE, error) from error
        return cls(
            question=state.question,
            name=state.name,
            encoder=FeatureEncoder.of_state(state.encoding),
            model=model,
            calibration=state.calibration,
            bands=state.bands,
            importances=state.importances,
        )

    def _matrix(self, features: pd.DataFrame) -> Matrix:
        missing = self.encoder.missing_from(features)
        if missing:
            raise ValueError(
                f"{self.question} ({self.name}) reads {', '.join(missing)}, which the frame lacks; "
                "give it all columns of the feature table on which it was trained"
            )
        return self.encoder.matrix(features)

    def _margin(self, matrix: Matrix) -> FloatArray:
        """Return the margins; no library is asked about no rows, which some refuse."""
        return self.model.margin(matrix) if len(matrix) else np.empty(0)

    def _contributions(self, matrix: Matrix) -> FloatArray:
        return self.model.contributions(matrix) if len(matrix) else np.empty((0, matrix.shape[1] + 1))
