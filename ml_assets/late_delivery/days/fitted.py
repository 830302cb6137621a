"""Models by the moment from which they answer, with their recalibrations: what would have been said, whenever asked.

Belongs here: fitting the sequence, asking it, its stored form. Does not belong here: how one model is fitted
(``quantiles``), how factors come about (``conformal``), what the intervals covered (``rolling``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.encoding import EncodingState
from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.conformal import Calibration, grid, recalibrate
from ml_assets.late_delivery.days.orders import Days, Moments, Orders, end_of
from ml_assets.late_delivery.days.quantiles import QuantileModel, fit_moments, fit_quantiles

DAYS_COLUMNS = ("delivery_days_low", "delivery_days_median", "delivery_days_high")
DATE_COLUMNS = ("delivery_date_low", "delivery_date_median", "delivery_date_high")
_STATE_FILE = "delivery_days.json"


class _State(BaseModel):
    """What JSON stores beside the trees: moments in ISO format, factors with None for NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision_point: str
    known_until: tuple[str, ...]
    encodings: tuple[EncodingState, ...]
    calibrated_at: tuple[str, ...]
    factors: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class FittedDays:
    """Days to delivery from one decision point.

    Each order is answered by the latest model and the latest recalibration from before it was asked about. So the
    answer on an old order is the one that was possible then, and new data never change it.

    Attributes
    ----------
    decision_point
        ``purchase`` or ``handover``.
    models
        By the moment until which they know, ascending; may be empty.
    calibration
        Factors on their quantiles.
    """

    decision_point: str
    models: tuple[QuantileModel, ...]
    calibration: Calibration

    def predict(self, features: pd.DataFrame, asked_at: Moments) -> pd.DataFrame:
        """Return days from the decision: low, median and high (``DAYS_COLUMNS``), with the index of ``features``.

        NaN stands where there was no model or too few deliveries to recalibrate it.

        Parameters
        ----------
        features
            At least the columns that the models were fitted on.
        asked_at
            Moment of each row's decision.

        Raises
        ------
        ValueError
            If ``features`` lack a column.
        """
        lacking = sorted({name for model in self.models for name in model.encoder.missing_from(features)})
        if lacking:
            raise ValueError(
                f"the days from {self.decision_point} to delivery are read from {', '.join(lacking)}, which the frame "
                "lacks; give it all columns of the feature table on which they were fitted"
            )
        days = self.calibration.applied(quantiles_in_turn(self.models, features, asked_at), asked_at)
        return pd.DataFrame(days, columns=list(DAYS_COLUMNS), index=features.index)

    def recalibrated(self, orders: Orders, until: np.datetime64, config: DeliveryDaysConfig) -> FittedDays:
        """Return the same models with the factors that the orders known until a moment ask for."""
        if not self.models:
            return self
        start = self.models[0].known_until + np.timedelta64(config.warm_up_days, "D")
        quantiles = quantiles_in_turn(self.models, orders.features, orders.asked_at)
        moments = grid(start, until, config.recalibrate_days)
        return replace(self, calibration=recalibrate(orders, quantiles, moments, config))

    def save(self, folder: Path) -> None:
        """Write trees in XGBoost's format and all else as JSON into a folder, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        state = _State(
            decision_point=self.decision_point,
            known_until=tuple(str(model.known_until) for model in self.models),
            encodings=tuple(model.save(_trees_file(folder, place)) for place, model in enumerate(self.models)),
            calibrated_at=tuple(map(str, self.calibration.moments)),
            factors=tuple(
                tuple(None if np.isnan(factor) else float(factor) for factor in row) for row in self.calibration.factors
            ),
        )
        (folder / _STATE_FILE).write_text(state.model_dump_json(indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> FittedDays:
        """Return what ``save`` wrote; nothing in the folder is executed."""
        state = _State.model_validate_json((folder / _STATE_FILE).read_text(encoding="utf-8"))
        models = tuple(
            QuantileModel.load(_trees_file(folder, place), encoding, np.datetime64(known_until, "us"))
            for place, (encoding, known_until) in enumerate(zip(state.encodings, state.known_until, strict=True))
        )
        factors = np.array(state.factors, dtype=np.float64).reshape(-1, len(DAYS_COLUMNS))
        moments = np.array(state.calibrated_at, dtype="datetime64[us]")
        return cls(state.decision_point, models, Calibration(moments=moments, factors=factors))


def fit_days(orders: Orders, complete_until: np.datetime64, config: DeliveryDaysConfig) -> FittedDays:
    """Return the models of every refit until the last complete day, recalibrated until then.

    Parameters
    ----------
    orders
        Orders of one decision point.
    complete_until
        Last day whose deliveries are complete; nothing that became known later is used.
    config
        Settings.
    """
    end = end_of(complete_until)
    fitted = (
        fit_quantiles(orders, moment, config) for moment in fit_moments(orders.asked_at, end, config.refit_months)
    )
    models = tuple(model for model in fitted if model is not None)
    return FittedDays(orders.decision_point, models, no_calibration()).recalibrated(orders, end, config)


def no_calibration() -> Calibration:
    """Return the calibration that knows nothing: every interval is NaN."""
    return Calibration(moments=np.empty(0, dtype="datetime64[us]"), factors=np.empty((0, len(DAYS_COLUMNS))))


def quantiles_in_turn(models: tuple[QuantileModel, ...], features: pd.DataFrame, asked_at: Moments) -> Days:
    """Return low, median and high by the latest model from before each row was asked about; NaN before the first."""
    quantiles = np.full((len(features), len(DAYS_COLUMNS)), np.nan)
    moments = np.array([model.known_until for model in models], dtype="datetime64[us]")
    latest = np.searchsorted(moments, asked_at, side="right") - 1
    for place, model in enumerate(models):
        rows = np.flatnonzero(latest == place)
        if len(rows):
            quantiles[rows] = model.quantiles(features, rows)
    return quantiles


def delivery_dates(days: pd.DataFrame, asked_at: Moments) -> pd.DataFrame:
    """Return the calendar dates of low, median and high (``DATE_COLUMNS``), to be set beside the promised date."""
    moments = asked_at[:, None] + pd.to_timedelta(days.to_numpy().ravel(), unit="D").to_numpy().reshape(days.shape)
    dates = moments.astype("datetime64[D]").astype("datetime64[s]")
    return pd.DataFrame(dates, columns=list(DATE_COLUMNS), index=days.index)


def _trees_file(folder: Path, place: int) -> Path:
    return folder / f"quantiles_{place:03d}.ubj"
