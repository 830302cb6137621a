"""Made purchases of a few hundred customers who come, spend and leave, and the questions asked of them.

Belongs here: data with a law that models can find. Does not belong here: what is expected of the models.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from benchmarks.cdnow.protocol import QUESTION as CDNOW
from benchmarks.cdnow.transactions import asked
from ml_assets.classification.folds import TimeSplit, split_by_time
from ml_assets.cltv.config import BtydConfig, LinearValueConfig, ValueTrainingConfig
from ml_assets.cltv.evaluate import first_asked
from ml_assets.cltv.panel import ValuePanel, value_panel_of
from ml_assets.cltv.question import ValueQuestion
from ml_assets.config import SplitConfig, TreeConfig

HORIZON = 60
QUESTION: ValueQuestion = replace(CDNOW, name="cltv_made_customers", horizon=HORIZON)
FIRST, LAST = date(2017, 1, 1), date(2018, 3, 31)
CONFIG = ValueTrainingConfig(
    btyd=BtydConfig(penalizers=[0.0, 0.001]),
    linear=LinearValueConfig(penalties=[0.1, 1.0]),
    trees=TreeConfig(max_rounds=30, patience=5),
    draws=100,
)
SPLIT = SplitConfig(test_periods=2, min_train_events=30)


@dataclass(frozen=True, slots=True)
class Made:
    """A made panel, how it is divided, and the moment before which things are known."""

    panel: ValuePanel
    split: TimeSplit
    moment: np.datetime64
    until: np.datetime64


def purchases(customers: int = 300, seed: int = 3, last: date = LAST) -> pd.DataFrame:
    """Return the days with a purchase of customers with rates, purses and lifetimes of their own."""
    generator = np.random.default_rng(seed)
    length = (last - FIRST).days
    start = generator.integers(0, 150, customers)
    gaps = np.ceil(generator.exponential(1.0, (customers, 80)) / generator.gamma(1.2, 1 / 30, customers)[:, None])
    day = np.concatenate([np.zeros((customers, 1)), np.cumsum(gaps, axis=1)], axis=1)
    left = np.minimum(generator.exponential(250.0, customers), length - start)
    purse = generator.lognormal(3.0, 0.7, customers)
    customer, place = np.nonzero(day <= left[:, None])
    return pd.DataFrame(
        {
            CDNOW.entity: [f"c{number:04d}" for number in customer],
            "day": pd.Timestamp(FIRST) + pd.to_timedelta(start[customer] + day[customer, place], unit="D"),
            "units": 1.0,
            "value": purse[customer] * generator.gamma(4.0, 0.25, len(customer)),
        }
    )


def frame(days: pd.DataFrame, months: int = 14, horizon: int = HORIZON, last: date = LAST) -> pd.DataFrame:
    """Return the feature table of the days, asked at every thirtieth day."""
    asked_on = [FIRST + timedelta(days=30 * (month + 1)) for month in range(months)]
    return asked(days, asked_on, horizon, last)


def made(days: pd.DataFrame | None = None) -> Made:
    """Return the panel of some days with a purchase, divided by time."""
    panel = value_panel_of(QUESTION, frame(purchases() if days is None else days))
    until = np.datetime64(LAST, "D")
    split = split_by_time(panel.panel, until, SPLIT)
    return Made(panel, split, first_asked(panel, split, until), until)
