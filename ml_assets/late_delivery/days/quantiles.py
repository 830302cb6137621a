"""Quantiles of the days to delivery given an order's features, by boosted trees.

Belongs here: one fitted model and its stored form. Does not belong here: when models are fitted, recalibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost as xgb

from ml_assets.classification.encoding import EncodingState, FeatureEncoder, Positions
from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.orders import Days, Moments, Orders, as_days

# Shorter times count as this one, some fifteen minutes: on the logarithmic scale seconds would outweigh weeks.
MIN_DAYS = 0.01


@dataclass(frozen=True, slots=True)
class QuantileModel:
    """Quantiles of the days to delivery, fitted on what was known at one moment.

    Attributes
    ----------
    known_until
        The moment: nothing that became known later is in the model.
    encoder
        From features to the trees' matrix.
    booster
        Trees for all levels at once, of the logarithm of the days.
    """

    known_until: np.datetime64
    encoder: FeatureEncoder
    booster: xgb.Booster

    def quantiles(self, features: pd.DataFrame, rows: Positions | None = None) -> Days:
        """Return days by row and level, ascending in each row.

        Trees for several levels may cross. Sorting a row uncrosses it and never makes it worse (Chernozhukov,
        Fernandez-Val and Galichon 2010, Quantile and Probability Curves Without Crossing).
        """
        margins = self.booster.inplace_predict(self.encoder.matrix(features, rows))
        days: Days = np.exp(np.sort(margins.astype(np.float64), axis=1))
        return days

    def save(self, file: Path) -> EncodingState:
        """Write the trees in XGBoost's own format; return what else has to be stored."""
        self.booster.save_model(file)
        return self.encoder.state

    @classmethod
    def load(cls, file: Path, encoding: EncodingState, known_until: np.datetime64) -> QuantileModel:
        """Return what ``save`` wrote."""
        booster = xgb.Booster()
        booster.load_model(file)
        return cls(known_until=known_until, encoder=FeatureEncoder.of_state(encoding), booster=booster)


def levels_of(coverage: float) -> tuple[float, float, float]:
    """Return the levels of low, median and high for a share that is to be covered."""
    outside = (1.0 - coverage) / 2.0
    return outside, 0.5, 1.0 - outside


def log_days(days: Days) -> Days:
    """Return the natural logarithm of days, those below ``MIN_DAYS`` as that."""
    return np.log(np.maximum(days, MIN_DAYS))


def training_rows(orders: Orders, moment: np.datetime64, followup_days: int) -> Positions:
    """Return positions of the orders with a delivery known before a moment and asked about long enough before it."""
    is_old = as_days(orders.asked_at) <= as_days(np.array([moment]))[0] - followup_days
    return np.flatnonzero(is_old & (orders.delivered_at < moment))


def fit_quantiles(orders: Orders, moment: np.datetime64, config: DeliveryDaysConfig) -> QuantileModel | None:
    """Return the model of what was known at a moment; None with fewer than ``min_train_orders`` deliveries."""
    rows = training_rows(orders, moment, config.followup_days)
    if len(rows) < config.min_train_orders:
        return None
    encoder = FeatureEncoder.fit(orders.features, rows)
    matrix = xgb.QuantileDMatrix(
        encoder.matrix(orders.features, rows),
        label=log_days(orders.days[rows]),
        max_bin=config.max_bin,
        nthread=config.threads,
    )
    booster = xgb.train(_parameters(config), matrix, num_boost_round=config.rounds)
    return QuantileModel(known_until=moment, encoder=encoder, booster=booster)


def fit_moments(asked_at: Moments, end: np.datetime64, refit_months: int) -> Moments:
    """Return the starts of calendar months at which a model is fitted, from the first order until a moment.

    They hang on the calendar alone, so that new data add moments and never move those of before.
    """
    if len(asked_at) == 0:
        return np.empty(0, dtype="datetime64[us]")
    months = np.arange(asked_at.min().astype("datetime64[M]"), end.astype("datetime64[M]") + 1)
    wanted: Moments = months[months.astype(np.int64) % refit_months == 0].astype("datetime64[us]")
    return wanted


def _parameters(config: DeliveryDaysConfig) -> dict[str, str | int | float | npt.NDArray[np.float64]]:
    return {
        "objective": "reg:quantileerror",
        "quantile_alpha": np.array(levels_of(config.coverage)),
        "tree_method": "hist",
        "learning_rate": config.learning_rate,
        "max_depth": config.max_depth,
        "min_child_weight": config.min_child_weight,
        "subsample": config.subsample,
        "colsample_bytree": config.colsample_bytree,
        "max_bin": config.max_bin,
        "seed": config.seed,
        "nthread": config.threads,
    }
