"""All that is measured of a trained question of value: the test window, the rolling origin, segments, intervals.

Belongs here: the order of it. Does not belong here: the measures (``measure``), the fitting (``train``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ml_assets.classification.folds import TimeSplit, rolling_origins
from ml_assets.classification.leak_guard import leak_findings
from ml_assets.cltv.config import ValuePromotionConfig, ValueTrainingConfig
from ml_assets.cltv.evaluation import (
    Candidate,
    IntervalCoverage,
    ValueEvaluation,
    ValueMetric,
    ValuePeriod,
    ValueScores,
)
from ml_assets.cltv.gain_curves import gain_curves
from ml_assets.cltv.measure import coverage, deciles, gain, minimum_detectable_gain, scores, segment_scores
from ml_assets.cltv.panel import ValuePanel, joined
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.telling import telling_columns
from ml_assets.cltv.train import Training, refit
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig
from ml_assets.metrics.estimate import Estimate

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ValueConfigs:
    """All settings of a question's way from rows to an evaluation."""

    split: SplitConfig
    training: ValueTrainingConfig
    evaluation: EvaluationConfig
    promotion: ValuePromotionConfig = field(default_factory=ValuePromotionConfig)


@dataclass(frozen=True, slots=True)
class Rolled:
    """Money of the rolling origin: each period by what was fitted before it."""

    panel: ValuePanel
    model: FloatArray
    rule: FloatArray
    periods: tuple[ValuePeriod, ...]


def first_asked(panel: ValuePanel, split: TimeSplit, until: np.datetime64) -> np.datetime64:
    """Return the moment before which all is known that may be learned: the first question of the test window.

    Without a test window it is the end of the last complete day.
    """
    if split.test.any():
        return np.datetime64(panel.panel.asked_at[split.test].min())
    return np.datetime64(until.astype("datetime64[D]") + np.timedelta64(1, "D"), "us")


def evaluate(
    question: ValueQuestion,
    panel: ValuePanel,
    split: TimeSplit,
    training: Training,
    until: np.datetime64,
    configs: ValueConfigs,
    *,
    version: str,
    fingerprint: str,
) -> ValueEvaluation:
    """Measure the chosen candidate beside every other one.

    Parameters
    ----------
    question
        What is asked.
    panel
        All rows of the question.
    split
        How they were divided for ``training``; the test window's answers had no part in it.
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
    config = configs.evaluation
    money = {name: model.value(test.panel.features) for name, model in training.models.items()} if len(test) else {}
    measured = {name: scores(test, each, config) for name, each in money.items()}
    others = [name for name in money if name != training.chosen]
    gains = {name: gain(test, money[training.chosen], money[name], config) for name in others}
    rolled = roll(question, panel, training, until, configs)
    chosen = measured.get(training.chosen)
    target = question.claims.get(ValueMetric.R_SQUARED)
    to_beat = gains.get(question.rules[-1].name)
    return ValueEvaluation(
        model_name=question.name,
        version=version,
        fingerprint=fingerprint,
        chosen=training.chosen,
        candidates=training.candidates,
        folds=split.statistics,
        test=chosen,
        baselines={name: measured[name] for name in others},
        gains=gains,
        by_period=rolled.periods if rolled else (),
        pooled=scores(rolled.panel, rolled.model, config) if rolled else None,
        pooled_rule=scores(rolled.panel, rolled.rule, config) if rolled else None,
        pooled_gain=gain(rolled.panel, rolled.model, rolled.rule, config) if rolled else None,
        segments=segment_scores(test, money[training.chosen], question.segment) if len(test) else (),
        deciles=deciles(test, money[training.chosen]) if len(test) else (),
        coverage=_coverage(question, test, training, configs) if len(test) else None,
        importances=training.models[training.chosen].importances,
        r_squared_target=target,
        is_r_squared_reached=_is_reached(chosen.r_squared, target) if chosen and target is not None else None,
        minimum_detectable_gain=minimum_detectable_gain(to_beat, config.confidence) if to_beat else None,
        remarks=training.remarks,
        gain_curves=gain_curves(test, {name: money[name] for name in (training.chosen, question.rules[-1].name)})
        if len(test)
        else {},
        telling=telling_columns(panel, configs.promotion.leak_gini, config.seed),
        leaks=leak_findings(panel.panel, PromotionConfig(), config.seed),
    )


def roll(
    question: ValueQuestion, panel: ValuePanel, training: Training, until: np.datetime64, configs: ValueConfigs
) -> Rolled | None:
    """Predict each of the newest periods by the chosen candidate and by the last rule, refitted before each of them.

    The settings stay those that were chosen once. They were chosen on validation rows, of which those of the oldest
    periods may be some; a period before which too little was known is left out.
    """
    found = {candidate.name: candidate for candidate in training.candidates}
    rule = Candidate(name=question.rules[-1].name, validation_gini=None, parameters={})
    parts: list[tuple[ValuePanel, FloatArray, FloatArray, ValuePeriod]] = []
    for origin in rolling_origins(panel.panel, until, configs.evaluation.rolling_periods, configs.split):
        rows = panel.take(origin.test)
        moment = np.datetime64(rows.panel.asked_at.min())
        model, line = (
            refit(candidate, panel, origin.fold, moment, question, training.config, configs.split)
            for candidate in (found.get(training.chosen, rule), rule)
        )
        money, by_rule = model.value(rows.panel.features), line.value(rows.panel.features)
        period = ValuePeriod(
            period=origin.period,
            rows=len(rows),
            purchases=int((rows.value > 0).sum()),
            model_name=model.name,
            model=scores(rows, money, configs.evaluation),
            rule=scores(rows, by_rule, configs.evaluation),
            gain=gain(rows, money, by_rule, configs.evaluation),
        )
        parts.append((rows, money, by_rule, period))
    if not parts:
        return None
    panels, models, rules, periods = zip(*parts, strict=True)
    return Rolled(
        panel=joined(list(panels)), model=np.concatenate(models), rule=np.concatenate(rules), periods=tuple(periods)
    )


def metrics_of(evaluation: ValueEvaluation) -> Mapping[str, float]:
    """Return the figures of an evaluation by name, flat, as they are logged."""
    sets: dict[str, ValueScores | None] = {
        "test": evaluation.test,
        "rolling": evaluation.pooled,
        "rolling_rule": evaluation.pooled_rule,
        **{f"test_{name}": found for name, found in evaluation.baselines.items()},
    }
    figures = {
        f"{prefix}_{metric}": getattr(found, metric).value
        for prefix, found in sets.items()
        if found is not None
        for metric in ValueMetric
    }
    gains = {f"gain_over_{name}": found for name, found in evaluation.gains.items()}
    for name, found in gains.items():
        figures |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return {name: value for name, value in figures.items() if value is not None}


def _coverage(
    question: ValueQuestion, test: ValuePanel, training: Training, configs: ValueConfigs
) -> IntervalCoverage | None:
    ends = training.models[training.chosen].interval_within(test.panel.features, question.horizon)
    return None if ends is None else coverage(test, *ends, configs.training.coverage, configs.evaluation)


def _is_reached(found: Estimate, target: float) -> bool:
    """Return whether the whole interval, or a figure without one, reaches a target."""
    lowest = found.low if found.low is not None else found.value
    return lowest is not None and lowest >= target
