"""A fitted candidate as it is stored, loaded and asked.

Belongs here: from a frame of features to money, purchases, intervals, band and reasons; the saved form. Does not
belong here: fitting (``train``), the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.bands import Bands
from ml_assets.classification.encoding import EncodingState, FeatureEncoder, Matrix
from ml_assets.classification.evaluation import Importance
from ml_assets.classification.fitted import BASE
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.reasons import reason_texts
from ml_assets.cltv.btyd.model import BuyTillYouDie
from ml_assets.cltv.margins import KINDS
from ml_assets.cltv.over_time import IntervalSettings, OverTime
from ml_assets.cltv.panel import histories_of
from ml_assets.cltv.stacking import stacked
from ml_assets.predictions import BAND, MAX_REASONS, REASONS, SCORE
from ml_assets.registry.kinds import UnreadableModelError

FloatArray = npt.NDArray[np.float64]

# By it the registry tells a model of value from those of other kinds.
MODEL_FILE = "value.json"


class _State(BaseModel):
    """What the model's file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    name: str
    horizon: int
    laws: BuyTillYouDie | None
    features: tuple[str, ...]
    encoding: EncodingState
    kind: str
    margin: dict[str, Any]
    bands: Bands
    intervals: IntervalSettings
    importances: tuple[Importance, ...]


@dataclass(frozen=True, slots=True)
class FittedValue:
    """A candidate fitted to a question of value.

    Attributes
    ----------
    question, name
        Names of the question and of the candidate.
    horizon
        Days whose money the model was fitted to.
    laws
        Laws of buying and dropping out; None where there was too little to fit them to.
    features
        Features that a frame must have.
    encoder
        From these and the stacked columns to the matrix that the model reads.
    model
        From the matrix to the logarithm of expected money.
    bands
        Where the bands begin, in money.
    intervals
        How intervals are made.
    importances
        Share of each column in what moves the margin, largest first.
    """

    question: str
    name: str
    horizon: int
    laws: BuyTillYouDie | None
    features: tuple[str, ...]
    encoder: FeatureEncoder
    model: MarginModel
    bands: Bands
    intervals: IntervalSettings
    importances: tuple[Importance, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Features that a frame must have, in any order."""
        return self.features

    def margin(self, features: pd.DataFrame) -> FloatArray:
        """Return the logarithm of expected money within the horizon, shape (n,).

        Raises
        ------
        ValueError
            If the frame lacks a feature; so do all methods that take a frame.
        """
        return self._margin(self._matrix(features))

    def value(self, features: pd.DataFrame) -> FloatArray:
        """Return expected money within the horizon, shape (n,)."""
        return np.asarray(np.exp(self.margin(features)), dtype=np.float64)

    def value_within(self, features: pd.DataFrame, days: float) -> FloatArray:
        """Return expected money within any number of days, shape (n,); see ``predict``."""
        return self._over_time(features).money(self.value(features), days)

    def interval_within(self, features: pd.DataFrame, days: float) -> tuple[FloatArray, FloatArray] | None:
        """Return both ends of the interval of money within any number of days, shape (n,) each; None without laws."""
        if self.laws is None or features.empty:
            return None
        return self._over_time(features).interval(self.value(features), days)

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return what each column adds to the margin, and ``(base)``; rows sum to the margin."""
        contributions = self._contributions(self._matrix(features))
        return pd.DataFrame(contributions, columns=[*self.encoder.names, BASE], index=features.index)

    def reasons(self, features: pd.DataFrame, count: int = MAX_REASONS) -> list[str]:
        """Return a JSON array a row: ``feature``, ``value`` and ``contribution`` of those that move it most.

        A contribution is to the logarithm of money: 0.7 doubles it, -0.7 halves it. Columns that add nothing are left
        out.
        """
        return self._reasons(features, self._matrix(features), count)

    def predict(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return score, band, reasons, and purchases and money for all horizons, with intervals.

        The model tells the money of one horizon. The laws tell how money is spread over time: expected money of another
        number of days is the model's times the ratio of what the laws expect for both. The intervals are quantiles of
        futures drawn from the laws, given each history, times the ratio of the model's money to the laws' own. An
        expectation is a mean, so where most buy nothing it lies above an interval from 0 to 0. Expected purchases and
        the probability of being alive are the laws' own. Without laws money grows in proportion to days, and all else
        is unknown (NaN).

        Parameters
        ----------
        features
            Frame with at least ``feature_names``.
        """
        matrix = self._matrix(features)
        value = np.exp(self._margin(matrix))
        columns: dict[str, Any] = {
            SCORE: value,
            BAND: self.bands.of(value),
            REASONS: self._reasons(features, matrix, MAX_REASONS),
        }
        return pd.DataFrame(columns | self._over_time(features).columns(value), index=features.index)

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return what MLflow's callers get of rows: all that is predicted of them."""
        return self.predict(features)

    def save(self, folder: Path) -> None:
        """Write the model into a folder, in formats that execute nothing when they are read."""
        folder.mkdir(parents=True, exist_ok=True)
        state = _State(
            question=self.question,
            name=self.name,
            horizon=self.horizon,
            laws=self.laws,
            features=self.features,
            encoding=self.encoder.state,
            kind=self.model.kind,
            margin=self.model.save(folder),
            bands=self.bands,
            intervals=self.intervals,
            importances=self.importances,
        )
        (folder / MODEL_FILE).write_text(state.model_dump_json(indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the model that ``save`` wrote.

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
            horizon=state.horizon,
            laws=state.laws,
            features=state.features,
            encoder=FeatureEncoder.of_state(state.encoding),
            model=model,
            bands=state.bands,
            intervals=state.intervals,
            importances=state.importances,
        )

    def _over_time(self, features: pd.DataFrame) -> OverTime:
        return OverTime(self.laws, histories_of(features), self.horizon, self.intervals)

    def _matrix(self, features: pd.DataFrame) -> Matrix:
        missing = [name for name in self.features if name not in features.columns]
        if missing:
            raise ValueError(
                f"{self.question} ({self.name}) reads {', '.join(missing)}, which the frame lacks; "
                "give it all columns of the feature table on which it was trained"
            )
        return self.encoder.matrix(stacked(features, self.laws, self.horizon))

    def _reasons(self, features: pd.DataFrame, matrix: Matrix, count: int) -> list[str]:
        places = np.flatnonzero(self.encoder.is_category)
        texts = {int(place): features[self.encoder.names[place]].reset_index(drop=True) for place in places}
        return reason_texts(self.encoder.names, matrix, texts, self._contributions(matrix)[:, :-1], count)

    def _margin(self, matrix: Matrix) -> FloatArray:
        """Return the margins; no library is asked about no rows, which some refuse."""
        return self.model.margin(matrix) if len(matrix) else np.empty(0)

    def _contributions(self, matrix: Matrix) -> FloatArray:
        return self.model.contributions(matrix) if len(matrix) else np.empty((0, matrix.shape[1] + 1))
