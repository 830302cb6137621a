"""A row of the scoreboard.

Belongs here: the types, and which row stands for a model. Does not belong here: how rows come about
(``scoreboard_rows``), how they are written (``scoreboard``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml_assets.classification.evaluation import Metric
from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.wording import metric_title


class ScoreVerdict(StrEnum):
    """What became of a claim."""

    MET = "met"
    MET_WITHOUT_MODEL = "met without a model"
    NOT_MET = "not met"
    NO_CLAIM = "no claim"
    INSUFFICIENT_EVIDENCE = "insufficient evidence"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, slots=True)
class ScoreboardRow:
    """A metric of a model and a claim about it; all but the last three attributes are columns of ``ops.scoreboard``.

    Attributes
    ----------
    model_name, metric
        Registered model, and the figure of it.
    claimed_target
        What is claimed; None where nothing is.
    rule_value, baseline_value
        What the one-line rule reaches, and the prior; for accuracy that is always giving the commoner answer.
    achieved, ci_low, ci_high
        What the model reaches, with its interval; None where that cannot be measured.
    minimum_detectable_effect
        Smallest distance of an AUC from 0.5 that would be seen; None for other metrics.
    n
        Rows that it was measured on.
    window_from, window_to
        First day of the first of their periods, last day of the last one.
    verdict
        What became of the claim.
    serves
        Who answers now, in words.
    doubt
        Why nobody can be held to the claim, in words; empty for a claim like any other.
    note
        What else has to be known beside the numbers, in words; may be empty.
    """

    model_name: str
    metric: str
    claimed_target: float | None
    rule_value: float | None
    baseline_value: float | None
    achieved: float | None
    ci_low: float | None
    ci_high: float | None
    minimum_detectable_effect: float | None
    n: int
    window_from: date | None
    window_to: date | None
    verdict: ScoreVerdict
    serves: str
    doubt: str
    note: str

    @property
    def estimate(self) -> Estimate:
        """Return what was achieved, with its interval."""
        return Estimate(value=self.achieved, low=self.ci_low, high=self.ci_high)

    @property
    def title(self) -> str:
        """Return what the metric is called."""
        return metric_title(self.metric)


def headline(rows: Sequence[ScoreboardRow]) -> ScoreboardRow:
    """Return the row of a model that stands for it where there is room for one: its AUC, without one its first row."""
    return next((row for row in rows if row.metric == Metric.AUC), rows[0])
