"""The one figure by which a model is told in a line.

Belongs here: which of a model's rows it is. Does not belong here: how it is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from ml_assets.classification.evaluation import Metric
from ml_assets.reports.scoreboard_record import ScoreboardRow


def headline(rows: Sequence[ScoreboardRow]) -> ScoreboardRow:
    """Return the row of the AUC among those of one model, at least one; the first of all where there is no AUC."""
    return next((row for row in rows if row.metric == Metric.AUC), rows[0])
