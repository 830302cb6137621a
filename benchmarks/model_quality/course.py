"""The rolling origin of a question: figures over all periods, of each period, and of each segment.

Belongs here: accuracy and calibration of the chosen model where it was refitted before each period. Does not belong
here: changed rows, columns or settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from benchmarks.model_quality.intervals import mean_auc
from benchmarks.model_quality.study import Study
from ml_assets.classification.evaluation import RULE, Gain, Scores, SegmentScores
from ml_assets.classification.measure import gain, scores, segment_scores
from ml_assets.classification.panel import Panel
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]

# A segment's AUC from fewer rows of either answer would be noise.
_MIN_SEGMENT_EVENTS = 20


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """One period: its rows, model and rule, and what the model expected beside what came."""

    period: date
    rows: int
    positives: int
    auc: Estimate
    rule_auc: Estimate
    expected_share: float
    observed_share: float
    standard_errors: float


@dataclass(frozen=True, slots=True)
class Course:
    """The rolling origin of a question.

    Attributes
    ----------
    chosen
        Candidate that was chosen on the validation window before the test window.
    mean_aucs
        Mean over periods of the AUC within each, by candidate.
    over_rule
        By how much that of the chosen one is larger than the rule's, paired.
    pooled, pooled_rule
        Figures over the rows of all periods.
    gain
        Gain of the chosen one over the rule on these rows, paired.
    periods, segments
        Each of them.
    """

    chosen: str
    mean_aucs: dict[str, Estimate]
    over_rule: Estimate
    pooled: Scores
    pooled_rule: Scores
    gain: Gain
    periods: tuple[PeriodFigures, ...]
    segments: tuple[SegmentScores, ...]

    @property
    def worst_period(self) -> PeriodFigures:
        """The period with the least AUC."""
        return min(self.periods, key=lambda each: (each.auc.value is None, each.auc.value or 0.0, each.period))

    @property
    def worst_calibrated_period(self) -> PeriodFigures:
        """The period in which expected and observed share are furthest apart, in standard errors."""
        return max(self.periods, key=lambda each: abs(each.standard_errors))

    @property
    def worst_segment(self) -> SegmentScores | None:
        """The segment with the least AUC, of those with enough rows of both answers."""
        able = [
            each
            for each in self.segments
            if each.auc is not None and min(each.positives, each.rows - each.positives) >= _MIN_SEGMENT_EVENTS
        ]
        return min(able, key=lambda each: each.auc or 0.0) if able else None

    @property
    def worst_calibrated_segment(self) -> SegmentScores | None:
        """The segment in which expected and observed share are furthest apart, in standard errors."""
        return max(self.segments, key=lambda each: abs(errors_of(each)), default=None)


def course(study: Study) -> Course:
    """Measure a question's rolling origin."""
    config, question, rows = study.settings.evaluation, study.asked.question, study.rows
    predictions = {candidate.name: study.predicted(candidate.name) for candidate in study.training.candidates}
    drawn = {name: mean_auc(rows, probability, config) for name, probability in predictions.items()}
    chosen, rule = predictions[study.training.chosen], predictions[RULE]
    prior = float(study.asked.panel.label[study.parts.fold.known].mean())
    return Course(
        chosen=study.training.chosen,
        mean_aucs={name: found.estimate for name, found in drawn.items()},
        over_rule=drawn[study.training.chosen].minus(drawn[RULE]),
        pooled=scores(rows, chosen, prior, question, config),
        pooled_rule=scores(rows, rule, prior, question, config),
        gain=gain(rows, chosen, rule, config),
        periods=tuple(_period(study, rows, chosen, rule, period) for period in np.unique(rows.period)),
        segments=segment_scores(rows, chosen, question),
    )


def standard_errors(label: FloatArray, probability: FloatArray) -> float:
    """Return by how many standard errors more yes came than expected, were rows independent and probabilities true."""
    return float((label - probability).sum() / np.sqrt((probability * (1 - probability)).sum()))


def errors_of(segment: SegmentScores) -> float:
    """Return the same of a segment, as if all of its rows had the same probability."""
    expected = segment.mean_probability
    spread = np.sqrt(segment.rows * expected * (1 - expected))
    return float(segment.rows * (segment.observed_share - expected) / spread) if spread > 0 else 0.0


def _period(study: Study, rows: Panel, chosen: FloatArray, rule: FloatArray, period: np.datetime64) -> PeriodFigures:
    own = rows.period == period
    panel = rows.take(own)
    config = study.settings.evaluation
    return PeriodFigures(
        period=period.astype("datetime64[D]").item(),
        rows=len(panel),
        positives=int(panel.label.sum()),
        auc=mean_auc(panel, chosen[own], config).estimate,
        rule_auc=mean_auc(panel, rule[own], config).estimate,
        expected_share=float(chosen[own].mean()),
        observed_share=float(panel.label.mean()),
        standard_errors=standard_errors(panel.label, chosen[own]),
    )
