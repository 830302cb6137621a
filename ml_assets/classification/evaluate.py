"""All that is measured of a trained question: the test window, the rolling origin, segments, curves, leaks.

Belongs here: the order of it. Does not belong here: the measures (``measure``), the fitting (``train``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.classification.curves import calibration_bins, lift_curve, precision_recall_curve, roc_curve
from ml_assets.classification.evaluation import RULE, Evaluation, PeriodScores
from ml_assets.classification.folds import BoolMask, Fold, TimeSplit, rolling_origins
from ml_assets.classification.leak_guard import leak_findings
from ml_assets.classification.measure import gain, mean_period_auc, scores, segment_scores
from ml_assets.classification.panel import Panel, concatenated
from ml_assets.classification.question import Question
from ml_assets.classification.train import Training, refit
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig, TrainingConfig
from ml_assets.metrics.power import minimum_detectable_auc

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Configs:
    """All settings of a question's way from rows to an evaluation."""

    split: SplitConfig
    training: TrainingConfig
    evaluation: EvaluationConfig
    promotion: PromotionConfig


@dataclass(frozen=True, slots=True)
class Rolled:
    """Probabilities of the rolling origin: each period by what was fitted before it."""

    panel: Panel
    model: Probabilities
    rule: Probabilities
    periods: tuple[PeriodScores, ...]


def evaluate(
    question: Question,
    panel: Panel,
    split: TimeSplit,
    training: Training,
    until: np.datetime64,
    configs: Configs,
    *,
    version: str,
    fingerprint: str,
) -> Evaluation:
    """Measure the chosen candidate beside the rule and the baselines.

    Parameters
    ----------
    question
        What is asked.
    panel
        All rows of the question.
    split
        How they were divided for ``training``; the test window had no part in it.
    training
        The fitted candidates.
    until
        Last complete day.
    configs
        Settings.
    version, fingerprint
        What the chosen candidate is registered as.
    """
    test = panel.take(split.test)
    rolled = roll(question, panel, training, until, configs)
    prior = _share_of_yes(panel, split.fold.known)
    probabilities = {name: model.probability(test.features) for name, model in training.models.items()}
    chosen = probabilities[training.chosen]
    measured = {
        name: scores(test, probability, prior, question, configs.evaluation)
        for name, probability in probabilities.items()
        if len(test)
    }
    config = configs.evaluation
    return Evaluation(
        model_name=question.name,
        version=version,
        fingerprint=fingerprint,
        chosen=training.chosen,
        candidates=training.candidates,
        folds=split.statistics,
        test=measured.get(training.chosen),
        baselines={name: found for name, found in measured.items() if name != training.chosen or name == RULE},
        gain_over_rule=gain(test, chosen, probabilities[RULE], config) if len(test) else None,
        by_period=rolled.periods if rolled else (),
        pooled=scores(rolled.panel, rolled.model, prior, question, config) if rolled else None,
        pooled_rule=scores(rolled.panel, rolled.rule, prior, question, config) if rolled else None,
        mean_period_auc=mean_period_auc(rolled.panel, rolled.model, config) if rolled else None,
        segments=segment_scores(test, chosen, question) if len(test) else (),
        roc=roc_curve(test, chosen) if len(test) else None,
        precision_recall=precision_recall_curve(test, chosen, question) if len(test) else None,
        lift_curve=lift_curve(test, chosen, question) if len(test) else None,
        calibration=calibration_bins(test, chosen) if len(test) else (),
        importances=training.models[training.chosen].importances,
        leaks=leak_findings(panel.take(split.fold.known | split.test), configs.promotion, configs.training.seed),
        minimum_detectable_auc=minimum_detectable_auc(test.label) if len(test) else None,
    )


def roll(question: Question, panel: Panel, training: Training, until: np.datetime64, configs: Configs) -> Rolled | None:
    """Predict each of the newest periods by the chosen candidate, refitted on what was known before it.

    The settings stay those that were chosen once; a period before which too little was known is left out.
    """
    parts: list[tuple[Panel, Probabilities, Probabilities, PeriodScores]] = []
    parameters = {candidate.name: candidate.parameters for candidate in training.candidates}
    for origin in rolling_origins(panel, until, configs.evaluation.rolling_periods, configs.split):
        rows = panel.take(origin.test)
        fitted = {
            name: refit(name, parameters.get(name, {}), panel, origin.fold, question, configs.training, configs.split)
            for name in dict.fromkeys((training.chosen, RULE))
        }
        probability = {name: model.probability(rows.features) for name, model in fitted.items()}
        prior = _share_of_yes(panel, origin.fold.known)
        parts.append(
            (
                rows,
                probability[training.chosen],
                probability[RULE],
                PeriodScores(
                    period=origin.period,
                    rows=len(rows),
                    positives=int(rows.label.sum()),
                    model=scores(rows, probability[training.chosen], prior, question, configs.evaluation),
                    rule=scores(rows, probability[RULE], prior, question, configs.evaluation),
                ),
            )
        )
    if not parts:
        return None
    panels, model, rule, periods = zip(*parts, strict=True)
    return Rolled(
        panel=concatenated(panels), model=np.concatenate(model), rule=np.concatenate(rule), periods=tuple(periods)
    )


def learned_until(panel: Panel, fold: Fold) -> np.datetime64 | None:
    """Return the moment up to which answers were known that a fold teaches; None if it teaches nothing."""
    return panel.horizon_ends_at[fold.known].max() if fold.known.any() else None


def metrics_of(evaluation: Evaluation) -> Mapping[str, float]:
    """Return the figures of an evaluation by name, flat, as they are logged."""
    sets = {"test": evaluation.test, "rolling": evaluation.pooled, "rolling_rule": evaluation.pooled_rule}
    sets |= {f"test_{name}": found for name, found in evaluation.baselines.items()}
    figures = {
        f"{prefix}_{metric}": getattr(found, metric).value
        for prefix, found in sets.items()
        if found is not None
        for metric in type(found).model_fields
        if getattr(found, metric) is not None
    }
    if evaluation.gain_over_rule is not None:
        gained = evaluation.gain_over_rule.log_loss
        figures |= {
            "gain_over_rule_log_loss": gained.value,
            "gain_over_rule_log_loss_low": gained.low,
            "gain_over_rule_log_loss_high": gained.high,
        }
    if evaluation.mean_period_auc is not None:
        figures["rolling_mean_period_auc"] = evaluation.mean_period_auc.value
    return {name: value for name, value in figures.items() if value is not None}


def _share_of_yes(panel: Panel, rows: BoolMask) -> float:
    """Return the share of yes among rows; a half of none, as of a coin that nobody has seen."""
    return float(panel.label[rows].mean()) if rows.any() else 0.5
