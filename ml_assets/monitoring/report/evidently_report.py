"""What Evidently draws of two windows, column by column with the score and the threshold that the gate used.

Belongs here: calls of Evidently, which takes seconds to import and is imported when it is needed. Does not belong
here: statistics (``gate``), the page around the charts (``drift_page``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.report.drawn_rows import DrawnRows
from ml_assets.monitoring.verdict import ColumnDrift

METHOD = "smooth two-sample test of the gate"
_NOTHING = {"effect": 0.0, "threshold": 0.0, "is_drifted": False}
# What the gate found of the columns of the report that runs, by their names.
_JUDGED: ContextVar[Mapping[str, ColumnDrift]] = ContextVar("judged columns")


class DrawnDrift(BaseModel):
    """What Evidently says of a column on the page."""

    model_config = ConfigDict(frozen=True)

    score: float
    threshold: float
    is_drifted: bool


@dataclass(frozen=True, slots=True)
class DrawnReport:
    """Widgets as Evidently's own JSON holds them, and what they say.

    Attributes
    ----------
    widgets
        Charts and tables, in the order of the columns.
    columns
        What is said of each column that was judged.
    """

    widgets: tuple[Mapping[str, Any], ...]
    columns: Mapping[str, DrawnDrift]


def drift_report(rows: DrawnRows, columns: Sequence[ColumnDrift]) -> DrawnReport:
    """Return a chart and a test of each column, whose score, threshold and outcome are the gate's.

    Parameters
    ----------
    rows
        Rows to draw.
    columns
        Judged columns: each has an effect, a threshold, and values in both windows.
    """
    widgets, values = _run(rows, columns, include_tests=True)
    outcomes = {each["metric_config"]["params"]["column"]: each["status"] for each in values["tests"]}
    said = {
        each["config"]["column"]: DrawnDrift(
            score=each["value"],
            threshold=each["config"]["threshold"],
            is_drifted=outcomes[each["config"]["column"]] == "FAIL",
        )
        for each in values["metrics"]
    }
    return DrawnReport(widgets, said)


def unjudged_report(rows: DrawnRows, columns: Sequence[ColumnDrift]) -> tuple[Mapping[str, Any], ...]:
    """Return the charts of columns that were not judged.

    Evidently draws no column without a score: the one that it writes here, zero, is to be taken off (``charts``).
    """
    return _run(rows, [each.model_copy(update=_NOTHING) for each in columns], include_tests=False)[0]


@cache
def _method() -> str:
    """Make the gate's figures known to Evidently as a test, once in a process; return the test's name.

    Evidently finds a test by its name in a registry of the process, and calls it with the values of a column. What the
    gate found of that column is looked up, not computed again: rows of one entity, and periods, are not known there.
    """
    from evidently.legacy.calculations.stattests import StatTest, register_stattest
    from evidently.legacy.core import ColumnType

    def of_the_gate(
        reference: pd.Series, current: pd.Series, kind: object, threshold: float
    ) -> tuple[float | None, bool]:
        column = _JUDGED.get()[str(current.name)]
        return column.effect, column.is_drifted

    name = "smooth_two_sample"
    kinds = [ColumnType.Numerical, ColumnType.Categorical]
    test = StatTest(name=name, display_name=METHOD, allowed_feature_types=kinds)
    register_stattest(test, default_impl=of_the_gate)
    return name


def _run(
    rows: DrawnRows, columns: Sequence[ColumnDrift], *, include_tests: bool
) -> tuple[tuple[Mapping[str, Any], ...], Mapping[str, Any]]:
    """Return the widgets of the columns, and of their tests, and the values, all as plain JSON."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.legacy.utils import NumpyEncoder
    from evidently.metrics import ValueDrift

    if not columns:
        return (), {"tests": [], "metrics": []}
    names = [each.name for each in columns]
    definition = DataDefinition(
        numerical_columns=[each.name for each in columns if each.kind is ColumnKind.NUMERIC],
        categorical_columns=[each.name for each in columns if each.kind is ColumnKind.CATEGORICAL],
    )
    current, reference = (Dataset.from_pandas(frame[names], definition) for frame in (rows.current, rows.reference))
    metrics = [ValueDrift(column=each.name, method=_method(), threshold=each.threshold) for each in columns]
    judged = _JUDGED.set({each.name: each for each in columns})
    try:
        snapshot = Report(metrics, include_tests=include_tests).run(current, reference)
    finally:
        _JUDGED.reset(judged)
    model = snapshot.to_snapshot_model()
    widgets = [each.dict() for each in (*model.widgets, *model.tests_widgets)]
    widgets, values = json.loads(json.dumps((widgets, snapshot.dict()), cls=NumpyEncoder))
    return tuple(widgets), values
