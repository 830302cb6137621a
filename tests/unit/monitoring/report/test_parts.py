"""The order of columns."""

from __future__ import annotations

from ml_assets.monitoring.columns import Role
from ml_assets.monitoring.report.parts import in_order
from tests.unit.monitoring.report.made_reports import column


def test_drifted_columns_come_first_then_predictions_then_features_by_importance_then_the_others() -> None:
    columns = [
        column("clock", importance=0.9, excluded="grows"),
        column("b", importance=0.1),
        column("a", importance=0.1),
        column("weighty", importance=0.5),
        column("score", role=Role.PREDICTION),
        column("moved", is_drifted=True),
        column("moved_much", is_drifted=True, importance=0.05),
    ]
    names = [each.name for each in in_order(columns)]
    assert names == ["moved_much", "moved", "score", "weighty", "a", "b", "clock"]
