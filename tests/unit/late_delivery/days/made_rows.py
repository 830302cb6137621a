"""Rows of the feature table for late delivery, made up: some by hand, some by a process whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

COMPLETE_UNTIL = np.datetime64("2018-12-31")
PROMISED = 30
STATES = np.array(["SP", "RJ", "AM"])


def rows(
    asked: np.ndarray, days: np.ndarray, states: np.ndarray | None = None, void: np.ndarray | None = None
) -> pd.DataFrame:
    """Return feature rows of orders decided at ``asked`` that take ``days`` (NaN: never), promised for ``PROMISED``."""
    asked = asked.astype("datetime64[us]")
    delivered = asked + pd.to_timedelta(days, unit="D").to_numpy().astype("timedelta64[us]")
    late = pd.array(~(days <= PROMISED), dtype="boolean")
    late[np.zeros(len(days), dtype=bool) if void is None else void] = pd.NA
    return pd.DataFrame(
        {
            "order_id": [f"o{number:05d}" for number in range(len(asked))],
            "decision_point": "purchase",
            "decision_at": asked,
            "customer_state": STATES[np.zeros(len(asked), dtype=int)] if states is None else states,
            "item_count": np.ones(len(asked), dtype=np.int64),
            "purchase_month": asked.astype("datetime64[M]").astype(np.int64) % 12 + 1,
            "is_late": late,
            "delivery_days": days,
            "delivery_known_at": delivered,
            "horizon_ends_at": asked + np.timedelta64(PROMISED, "D"),
            "label_known_at": asked + np.timedelta64(PROMISED, "D"),
        }
    )


def process(seed: int, orders: int = 6_000) -> pd.DataFrame:
    """Return two years of orders whose number grows and whose days hang on the state and slow down half way."""
    random = np.random.default_rng(seed)
    moments = np.datetime64("2017-01-01", "us") + np.sort(
        (np.sqrt(random.uniform(0.05, 1, orders)) * 730 * 86_400e6).astype("timedelta64[us]")
    )
    state = random.integers(0, 3, orders)
    slow = 1.0 + 0.4 * (moments > np.datetime64("2018-03-01"))
    days = np.array([5.0, 9.0, 16.0])[state] * slow * np.exp(random.normal(0, 0.45, orders))
    fate = random.uniform(size=orders)
    days[fate < 0.04] = np.nan
    return rows(moments, days, STATES[state], void=fate < 0.02)
