"""How good probabilities are on the rows of a panel, with intervals by a bootstrap over entities.

Belongs here: the measures by which versions are compared, all on the same resamples. Does not belong here: fitting,
which rows are measured (``folds``), what is drawn (``curves``), what follows from a figure (``registry``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.classification.evaluation import Gain, Scores, SegmentScores
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.config import EvaluationConfig
from ml_assets.metrics.bootstrap import EntityBootstrap, WeightBlock, estimate
from ml_assets.metrics.calibration import calibration_intercepts, calibration_slopes, log_odds
from ml_assets.metrics.classification import auc, log_loss, log_losses
from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.ranking import Ranking

FloatArray = npt.NDArray[np.float64]
Measured = dict[str, FloatArray]

# Resamples fit the calibration to so many groups of neighbours in the ranking; up to so many rows that is exact.
_CALIBRATION_GROUPS = 4096

# Names of segments that no column has.
NO_SEGMENT = "unknown"
OTHER_SEGMENTS = "other segments"

_NOTHING = Estimate(value=None)


@dataclass(frozen=True, slots=True)
class _Subject:
    """One set of probabilities in the order of its ranking, by the answer of interest.

    Turned round, label and log odds give the same log-loss, AUC, Brier skill and slope, and the intercept with the
    other sign; average precision and lift are of the answer that the ranking begins with.
    """

    ranking: Ranking
    margin: FloatArray
    losses: FloatArray
    intercept_sign: float
    lift_share: float

    @classmethod
    def of(
        cls, label: FloatArray, probability: FloatArray, prior: float, is_no_of_interest: bool, lift_share: float
    ) -> _Subject:
        sign = -1.0 if is_no_of_interest else 1.0
        ranking = Ranking.of(1 - label if is_no_of_interest else label, sign * probability)
        is_right = (probability >= 0.5) == (label > 0.5)
        losses = np.stack(
            [log_losses(label, probability), (label - probability) ** 2, (label - prior) ** 2, is_right], axis=1
        )
        return cls(ranking, sign * log_odds(probability)[ranking.order], losses[ranking.order], sign, lift_share)

    def measure(self, weights: FloatArray, groups: int | None) -> Measured:
        """Return all measures for weights of shape (weightings, rows) in the ranking's order."""
        cumulated = self.ranking.cumulate(weights)
        total = cumulated.totals[:, -1]
        sums = weights @ self.losses
        margin, positives, totals = self._grouped(weights, groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            skill = np.where(sums[:, 2] > 0, 1 - sums[:, 1] / sums[:, 2], np.nan)
        return {
            "log_loss": sums[:, 0] / total,
            "auc": cumulated.auc(),
            "average_precision": cumulated.average_precision(),
            "brier_skill": skill,
            "calibration_slope": calibration_slopes(margin, positives, totals),
            "calibration_intercept": self.intercept_sign * calibration_intercepts(margin, positives, totals),
            "lift": cumulated.lift(self.lift_share),
            "accuracy": sums[:, 3] / total,
        }

    def _grouped(self, weights: FloatArray, groups: int | None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return mean margin of groups of neighbours, and the weights of their positives and of all their rows."""
        rows = len(self.margin)
        if groups is None or rows <= groups:
            return self.margin, weights * self.ranking.label, weights
        starts = np.linspace(0, rows, groups, endpoint=False).astype(np.intp)
        sizes = np.diff(starts, append=rows)
        return (
            np.add.reduceat(self.margin, starts) / sizes,
            np.add.reduceat(weights * self.ranking.label, starts, axis=1),
            np.add.reduceat(weights, starts, axis=1),
        )


def scores(panel: Panel, probability: FloatArray, prior: float, question: Question, config: EvaluationConfig) -> Scores:
    """Measure probabilities on rows with labels.

    Parameters
    ----------
    panel
        Rows that all have a label.
    probability
        Probability of yes for each of them.
    prior
        Probability of yes before looking: the share in training. The Brier skill is against it.
    question
        Says of which answer average precision and lift are.
    config
        Resamples, confidence, share of rows for the lift, seed.

    Returns
    -------
    Figures with intervals; without rows, all of them are None.

    Raises
    ------
    ValueError
        If a row has no label or a probability is NaN or outside 0 to 1.
    """
    _check(panel, probability)
    if not len(panel):
        return Scores(**dict.fromkeys(Scores.model_fields, _NOTHING))
    subject = _Subject.of(panel.label, probability, prior, question.is_no_of_interest, config.lift_share)
    order = subject.ranking.order
    point = subject.measure(np.ones((1, len(panel))), None)
    return Scores(
        **estimates(panel, config, point, lambda block: subject.measure(block.of_rows(order), _CALIBRATION_GROUPS))
    )


def gain(panel: Panel, probability: FloatArray, other: FloatArray, config: EvaluationConfig) -> Gain:
    """Return by how much probabilities are better than others on the same rows, by the same resamples for both.

    Parameters and errors are those of ``scores``; both figures are positive where ``probability`` is better.
    """
    _check(panel, probability)
    _check(panel, other)
    if not len(panel):
        return Gain(log_loss=_NOTHING, auc=_NOTHING)
    own_ranking, other_ranking = Ranking.of(panel.label, probability), Ranking.of(panel.label, other)
    saved = (log_losses(panel.label, other) - log_losses(panel.label, probability))[own_ranking.order]

    def compare(own_weights: FloatArray, other_weights: FloatArray) -> Measured:
        own = own_ranking.cumulate(own_weights)
        return {
            "log_loss": own_weights @ saved / own.totals[:, -1],
            "auc": own.auc() - other_ranking.cumulate(other_weights).auc(),
        }

    ones = np.ones((1, len(panel)))
    return Gain(
        **estimates(
            panel,
            config,
            compare(ones, ones),
            lambda block: compare(block.of_rows(own_ranking.order), block.of_rows(other_ranking.order)),
        )
    )


def mean_period_auc(panel: Panel, probability: FloatArray, config: EvaluationConfig) -> Estimate:
    """Return the mean over periods of the AUC within each, which differences between periods cannot raise.

    Periods with one answer only do not count. Parameters and errors are those of ``scores``.
    """
    _check(panel, probability)
    rows_of = [np.flatnonzero(panel.period == period) for period in np.unique(panel.period)]
    rankings = [
        (rows[ranking.order], ranking)
        for rows in rows_of
        if len(np.unique(panel.label[rows])) > 1
        for ranking in [Ranking.of(panel.label[rows], probability[rows])]
    ]
    if not rankings:
        return _NOTHING

    def mean_auc(weights: Iterable[FloatArray]) -> Measured:
        within = [ranking.cumulate(each).auc() for each, (_, ranking) in zip(weights, rankings, strict=True)]
        return {"auc": _mean_of_defined(np.stack(within))}

    point = mean_auc(np.ones((1, len(rows))) for rows, _ in rankings)
    draws = estimates(panel, config, point, lambda block: mean_auc(block.of_rows(rows) for rows, _ in rankings))
    return draws["auc"]


def segment_scores(
    panel: Panel, probability: FloatArray, question: Question, minimum_rows: int = 50
) -> tuple[SegmentScores, ...]:
    """Measure each segment of the rows, largest first; small ones together, so that no row is left out.

    Parameters
    ----------
    panel, probability
        As in ``scores``.
    question
        Names the column of the segments, a feature or a key; without one there are no segments.
    minimum_rows
        Segments with fewer rows are measured together, as ``other segments``.

    Raises
    ------
    ValueError
        As ``scores`` does, and if the panel has no such column.
    """
    _check(panel, probability)
    if question.segment is None or not len(panel):
        return ()
    columns = panel.features if question.segment in panel.features else panel.keys
    if question.segment not in columns:
        raise ValueError(
            f"{question.name} has no column {question.segment} to make segments of: "
            "name a feature or a key as its segment, or None."
        )
    values = columns[question.segment]
    segment = values.astype("object").where(values.notna(), NO_SEGMENT).astype(str).to_numpy()
    _, number, rows = np.unique(segment, return_inverse=True, return_counts=True)
    segment = np.where(rows[number] < minimum_rows, OTHER_SEGMENTS, segment)
    measured = [_segment(name, panel.label[segment == name], probability[segment == name]) for name in set(segment)]
    return tuple(sorted(measured, key=lambda each: (-each.rows, each.segment)))


def _segment(name: str, label: FloatArray, probability: FloatArray) -> SegmentScores:
    area = auc(label, probability)
    return SegmentScores(
        segment=str(name),
        rows=len(label),
        positives=int(label.sum()),
        mean_probability=float(probability.mean()),
        observed_share=float(label.mean()),
        auc=None if np.isnan(area) else area,
        log_loss=log_loss(label, probability),
    )


def _check(panel: Panel, probability: FloatArray) -> None:
    """Refuse rows without an answer and what is no probability."""
    if len(probability) != len(panel):
        raise ValueError(f"{len(probability)} probabilities for {len(panel)} rows: measure the rows that were scored.")
    if np.isnan(panel.label).any():
        raise ValueError("Rows without a label cannot be measured: take the labelled rows of the panel first.")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("A probability is NaN or outside 0 to 1: look at the calibration of the model.")


def estimates(
    panel: Panel, config: EvaluationConfig, point: Measured, measure: Callable[[WeightBlock], Measured]
) -> dict[str, Estimate]:
    """Return figures, each of shape (1,), with the intervals that the resamples of a panel give them."""
    bootstrap = EntityBootstrap.of(panel.entity, panel.period, config.resamples, config.seed)
    blocks = [measure(block) for block in bootstrap.blocks()]
    return {
        name: estimate(
            float(value[0]), np.concatenate([np.empty(0), *(block[name] for block in blocks)]), config.confidence
        )
        for name, value in point.items()
    }


def _mean_of_defined(values: FloatArray) -> FloatArray:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is defined."""
    defined = (~np.isnan(values)).sum(axis=0)
    means = np.divide(np.nansum(values, axis=0), defined, out=np.full(len(defined), np.nan), where=defined > 0)
    return np.asarray(means, dtype=np.float64)
