"""Trees that foresee how long something takes, and from that the odds that it takes longer than it may.

Belongs here: fit, contributions and saved form of an accelerated failure time model. Does not belong here: which
question is about a duration (``question``), the choice among candidates, intervals of days (``late_delivery.days``).

The logarithm of the duration is a sum of trees plus logistic noise. Then the log odds that a limit is passed are linear
in the expected logarithm less the logarithm of the limit, so that contributions of trees are contributions to the log
odds. Where the answer is yes, all that is used is that it took longer than the limit: when an answer becomes known, it
is not known yet how much longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import xgboost as xgb

from ml_assets.classification.encoding import Matrix
from ml_assets.classification.lines import Line
from ml_assets.classification.trees import TreeData, TreeMargin
from ml_assets.config import SurvivalConfig

FloatArray = npt.NDArray[np.float64]

# Shorter durations and limits, in days, count as this long: logarithms have no end below.
SHORTEST = 0.5


@dataclass(frozen=True, slots=True)
class Waits:
    """Durations as far as they are known, in days.

    Attributes
    ----------
    at_least, at_most
        Bounds of each, shape (n,); equal where the duration is known, without end where only a limit was passed.
    limit
        Days that it may take, shape (n,).
    """

    at_least: FloatArray
    at_most: FloatArray
    limit: FloatArray

    @classmethod
    def of(cls, duration: FloatArray, label: FloatArray, limit: FloatArray) -> Self:
        """Return what is known of durations, given which of them passed their limits.

        Parameters
        ----------
        duration
            Days, known where the label is 0.
        label
            1.0 where the limit was passed.
        limit
            Days.

        Raises
        ------
        ValueError
            If a limit is missing, or a duration where the label is 0.
        """
        limit, is_over = _positive(limit), label > 0.5
        if np.isnan(limit).any() or np.isnan(duration[~is_over]).any():
            raise ValueError(
                "rows with an answer lack their limit, or stayed within it and lack the days they took; the feature "
                "table has to hold both, or their label has to be empty"
            )
        days = np.where(is_over, limit, _positive(duration))
        return cls(at_least=days, at_most=np.where(is_over, np.inf, days), limit=limit)


@dataclass(frozen=True, slots=True)
class SurvivalMargin:
    """Trees on the logarithm of days, and the line from their distance to the limit to log odds.

    Attributes
    ----------
    trees
        Their margin is the expected logarithm of the days.
    place
        Column of the limit.
    centre
        Mean logarithm of the limit over the training rows: the column's contribution tells the distance to it.
    line
        From ``ln(days expected) - ln(limit)`` to log odds.
    """

    kind: ClassVar[str] = "survival"
    trees: TreeMargin
    place: int
    centre: float
    line: Line

    @classmethod
    def fit(
        cls,
        data: TreeData,
        train: tuple[Matrix, FloatArray, FloatArray],
        validation: tuple[Matrix, FloatArray, FloatArray],
        place: int,
        config: SurvivalConfig,
        seed: int,
        rounds: int | None = None,
    ) -> Self:
        """Return trees and line.

        Parameters
        ----------
        data
            The rows in bins.
        train, validation
            Matrix, labels and durations of the same rows.
        place
            Column of the limit.
        config
            Settings.
        seed
            Of all that is drawn.
        rounds
            How many trees there shall be; None lets the validation rows decide, by the likelihood of their durations.

        Raises
        ------
        ValueError
            If a limit is missing, or a duration where the label is 0.
        """
        matrix, label, duration = train
        waits = Waits.of(duration, label, matrix[:, place].astype(np.float64))
        start = float(np.median(waits.at_least))
        _bound(data.train, waits, start)
        parameters = data.parameters(seed) | _objective(config) | {"base_score": start}
        if rounds is None:
            checked = Waits.of(validation[2], validation[1], validation[0][:, place].astype(np.float64))
            _bound(data.validation, checked, start)
            booster = xgb.train(
                parameters,
                data.train,
                num_boost_round=config.max_rounds,
                evals=[(data.validation, "validation")],
                early_stopping_rounds=config.patience,
                verbose_eval=False,
            )
            booster = booster[: booster.best_iteration + 1]
        else:
            booster = xgb.train(parameters, data.train, num_boost_round=rounds)
        trees = TreeMargin(booster=booster, is_deep=False)
        line = Line.fit(trees.margin(matrix) - np.log(waits.limit), label)
        return cls(trees=trees, place=place, centre=float(np.log(waits.limit).mean()), line=line)

    @property
    def rounds(self) -> int:
        """Number of boosting rounds."""
        return self.trees.rounds

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds that the limit is passed, shape (n,)."""
        return self.line.margin(self.trees.margin(matrix) - self._log_limit(matrix))

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return what each column adds, shape (n, p + 1): by way of the trees and, for the limit, by itself."""
        contributions = self.trees.contributions(matrix) * self.line.slope
        contributions[:, self.place] -= self.line.slope * (self._log_limit(matrix) - self.centre)
        contributions[:, -1] += self.line.intercept - self.line.slope * self.centre
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the trees in XGBoost's own format, and return the rest."""
        state = self.trees.save(folder)
        return {"trees": state, "place": self.place, "centre": self.centre, "line": self.line.model_dump(mode="json")}

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model of a folder and its state."""
        return cls(
            trees=TreeMargin.load(folder, state["trees"]),
            place=state["place"],
            centre=state["centre"],
            line=Line.model_validate(state["line"]),
        )

    def _log_limit(self, matrix: Matrix) -> FloatArray:
        """Return the logarithm of the limit; where there is none, the mean of the training rows."""
        log_limit = np.log(_positive(matrix[:, self.place].astype(np.float64)))
        return np.where(np.isnan(log_limit), self.centre, log_limit)


def _positive(days: FloatArray) -> FloatArray:
    """Return days of which none is shorter than counts; NaN stays."""
    return np.maximum(days, SHORTEST)


def _bound(rows: xgb.QuantileDMatrix, waits: Waits, start: float) -> None:
    """Tell rows in bins what is known of their durations, and from which logarithm boosting starts."""
    rows.set_float_info("label_lower_bound", waits.at_least)
    rows.set_float_info("label_upper_bound", waits.at_most)
    rows.set_base_margin(np.full(len(waits.limit), np.log(start)))


def _objective(config: SurvivalConfig) -> dict[str, Any]:
    """Return the parameters of XGBoost's accelerated failure time model."""
    return {
        "objective": "survival:aft",
        "eval_metric": "aft-nloglik",
        "aft_loss_distribution": "logistic",
        "aft_loss_distribution_scale": config.scale,
        **config.model_dump(exclude={"scale", "max_rounds", "patience"}),
    }
