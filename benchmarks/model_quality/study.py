"""A question as it is studied: trained once, then refitted before each of the newest periods under changed conditions.

Belongs here: the rolling origin with rows, columns or settings changed. Does not belong here: which changes are
studied, figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.asked import Asked
from ml_assets.classification.folds import BoolMask, Fold, Origin, TimeSplit, for_period, rolling_origins, split_by_time
from ml_assets.classification.panel import Panel, concatenated
from ml_assets.classification.train import Training, refit, train
from ml_assets.config import EvaluationConfig, SplitConfig, TrainingConfig

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for all questions.

    Attributes
    ----------
    split, training, evaluation
        As the platform's own.
    studied_periods
        How many of the newest periods of the rolling origin are predicted under changed conditions.
    """

    split: SplitConfig
    training: TrainingConfig
    evaluation: EvaluationConfig
    studied_periods: int


@dataclass(frozen=True, slots=True)
class Study:
    """A question with its rows, the candidates that were fitted to them, and the periods to predict.

    Attributes
    ----------
    asked
        The question with its rows.
    parts
        How the rows were divided for the choice among the candidates.
    training
        The candidates, and the chosen one.
    origins
        The newest mature periods, oldest first, each with what was known before it.
    settings
        What is the same for all questions.
    """

    asked: Asked
    parts: TimeSplit
    training: Training
    origins: tuple[Origin, ...]
    settings: Settings

    @classmethod
    def of(cls, asked: Asked, settings: Settings) -> Study:
        """Train a question's candidates and choose one, as the platform does."""
        settings = replace(settings, split=for_period(settings.split, asked.question.period))
        parts = split_by_time(asked.panel, asked.until, settings.split)
        return cls(
            asked=asked,
            parts=parts,
            training=train(asked.panel, parts.fold, asked.question, settings.training, settings.split),
            origins=rolling_origins(asked.panel, asked.until, settings.evaluation.rolling_periods, settings.split),
            settings=settings,
        )

    @property
    def latest(self) -> Study:
        """The same with the newest periods only, for changes of which many are studied."""
        return replace(self, origins=self.origins[-self.settings.studied_periods :])

    @property
    def rows(self) -> Panel:
        """The rows of the periods to predict."""
        return concatenated([self.asked.panel.take(origin.test) for origin in self.origins])

    @property
    def positions(self) -> npt.NDArray[np.intp]:
        """Positions of these rows among all of the question."""
        return np.concatenate([np.flatnonzero(origin.test) for origin in self.origins])

    def predicted(
        self,
        name: str | None = None,
        *,
        features: pd.DataFrame | None = None,
        keep: BoolMask | None = None,
        config: TrainingConfig | None = None,
    ) -> FloatArray:
        """Return probabilities of ``rows``, each period's by a candidate that was refitted before it.

        Parameters
        ----------
        name
            Candidate, by default the chosen one; its settings stay those that were chosen.
        features
            Other features of all of the question's rows.
        keep
            Rows that may be trained on.
        config
            Other settings.
        """
        return np.concatenate(
            [
                self.fitted(
                    fold if keep is None else kept(fold, keep),
                    rows,
                    name,
                    features=features,
                    config=config,
                )
                for fold, rows in ((origin.fold, origin.test) for origin in self.origins)
            ]
        )

    def fitted(
        self,
        fold: Fold,
        rows: BoolMask,
        name: str | None = None,
        *,
        features: pd.DataFrame | None = None,
        config: TrainingConfig | None = None,
    ) -> FloatArray:
        """Return probabilities of some rows by a candidate fitted to a fold; parameters as for ``predicted``."""
        name = name or self.training.chosen
        panel = self.asked.panel if features is None else replace(self.asked.panel, features=features)
        parameters = next(found.parameters for found in self.training.candidates if found.name == name)
        config = config or self.settings.training
        model = refit(name, parameters, panel, fold, self.asked.question, config, self.settings.split)
        return model.probability(panel.features[rows])


def kept(fold: Fold, keep: BoolMask) -> Fold:
    """Return a fold that knows some rows only."""
    return Fold(train=fold.train & keep, validation=fold.validation & keep, known=fold.known & keep)
