"""Two windows with one shifted column, what the gate says of them, and the reports made from that."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.report.drift_page import DriftFacts, drift_page
from ml_assets.monitoring.report.parts import Report
from ml_assets.monitoring.report.quality_page import QualityFacts, RawTable, quality_page
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict, Verdict
from ml_assets.monitoring.window import Window

# Text that a page must not run, wherever it comes from.
HOSTILE = "</script><script>alert('1')</script>"
AS_OF = date(2018, 8, 31)
COLUMNS = (
    MonitoredColumn("price", ColumnKind.NUMERIC, importance=0.4, raw_columns=("order_items.price",)),
    MonitoredColumn("freight", ColumnKind.NUMERIC, importance=0.2),
    MonitoredColumn("state", ColumnKind.CATEGORICAL, importance=0.3, raw_columns=("customers.state",)),
    MonitoredColumn("tenure_days", ColumnKind.NUMERIC, importance=0.1, excluded="it grows with time"),
    MonitoredColumn("unseen", ColumnKind.NUMERIC),
    MonitoredColumn("score", ColumnKind.NUMERIC, Role.PREDICTION),
)
FACTS = DriftFacts(
    model="late_delivery_handover",
    as_of=AS_OF,
    champion_version="3",
    made_at="2018-09-01 02:00 UTC",
    git_commit="abc",
    links={"Model card": "../../models/late_delivery_handover.html"},
)


def window(rows: int, first: date, last: date, shift: float = 0.0, seed: int = 0) -> Window:
    """Return rows of independent entities, whose prices are ``shift`` standard deviations higher."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "price": draw.normal(size=rows) + shift,
            "freight": draw.lognormal(size=rows),
            "state": draw.choice(["SP", "RJ", HOSTILE], size=rows, p=[0.6, 0.3, 0.1]),
            "tenure_days": draw.integers(0, 300, size=rows),
            "unseen": np.full(rows, np.nan),
            "score": draw.beta(2.0, 8.0, size=rows),
        }
    )
    frame.loc[: rows // 10, "freight"] = np.nan
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    period = np.sort(draw.choice(days, size=rows))
    return Window(frame, np.arange(rows), period, first, last)


@cache
def windows() -> tuple[Window, Window]:
    """Return a reference, and a current window whose prices shifted by half a standard deviation."""
    reference = window(3_000, date(2017, 1, 1), date(2017, 12, 31))
    return reference, window(1_500, date(2018, 8, 1), AS_OF, shift=0.5, seed=1)


@cache
def verdict() -> DriftVerdict:
    """Return what the gate says of the windows."""
    return judge(*windows(), COLUMNS, DriftConfig())


@cache
def drift_report_of_windows() -> Report:
    """Return the drift report of the windows."""
    return drift_page(*windows(), verdict(), FACTS)


@cache
def quality_report_of_windows() -> Report:
    """Return a report of raw data with the windows as its one table."""
    table = RawTable("orders", *windows(), verdict())
    facts = QualityFacts(source="olist", as_of=AS_OF, made_at="2018-09-01 02:00 UTC", git_commit="abc")
    return quality_page([table], facts)


def column(name: str, **changes: Any) -> ColumnDrift:
    """Return what is said of a stable column."""
    given: dict[str, Any] = {
        "kind": ColumnKind.NUMERIC,
        "role": Role.FEATURE,
        "effect": 0.01,
        "threshold": 0.08,
        "is_drifted": False,
        "part": "location",
        "reference": "mean 1",
        "current": "mean 1",
        "importance": 0.0,
        "excluded": "",
        "raw_columns": (),
    }
    return ColumnDrift(name=name, **given | changes)


def verdict_of(found: Verdict, *columns: ColumnDrift, **changes: Any) -> DriftVerdict:
    """Return a verdict on columns of two windows of 2017 and 2018."""
    given: dict[str, Any] = {
        "current_verdict": found,
        "answers": None,
        "drifted_importance": 0.0,
        "reference_rows": 4,
        "current_rows": 4,
        "reference_entities": 4,
        "current_entities": 4,
        "reference_first": date(2017, 1, 1),
        "reference_last": date(2017, 12, 31),
        "current_first": date(2018, 8, 1),
        "current_last": AS_OF,
        "reference_name": "the champion's training window",
        "alpha": 0.01,
        "words": "Words of the gate.",
    }
    return DriftVerdict(verdict=found, columns=columns, **given | changes)
