"""The past of a made-up panel of sellers, day by day, without dbt: what was known, and no more.

Belongs here: warehouses of past days. Does not belong here: what is asserted.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.family import QuestionFamily
from ml_assets.registry.tracking import ModelRegistry
from tests.fixtures.question_home import MONTHS, SELLERS, QuestionHome, seller_months

FAMILY = QuestionFamily(SELLERS)
# Of each month's sellers half have sold in the last 30 days, which has to be more than a verdict on drift needs.
ENOUGH_FOR_A_VERDICT = 1_100
ENDS = [end.date() for end in pd.date_range("2017-01-31", periods=MONTHS, freq="ME")]


def whole_panel(sellers: int = 250, shift_from: date | None = None) -> pd.DataFrame:
    """Return all months, the last ones without answers; from a day on sellers have five times as many orders."""
    frame = seller_months(sellers=sellers)
    if shift_from is not None:
        is_later = frame["as_of_date"] >= pd.Timestamp(shift_from)
        frame.loc[is_later, "order_count_90d"] *= 5
    return frame


def past_of(folder: Path, panel: pd.DataFrame, day: date) -> DuckDBWarehouse:
    """Return a panel as it was known at the end of a day, in a warehouse of its own."""
    known = panel[panel["as_of_date"] <= pd.Timestamp(day)].copy()
    is_answered = known["label_known_at"] <= pd.Timestamp(day) + pd.Timedelta(days=1)
    known["has_churned"] = known["has_churned"].where(is_answered)
    home = QuestionHome.of(folder, ModelRegistry("sqlite:///unused", folder))
    home.fill(SELLERS, known, day)
    return home.warehouse
