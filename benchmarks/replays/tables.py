"""What replays found, as tables: one a world, a row for each model and policy.

Belongs here: layout and wording. Does not belong here: figures (``ml_assets.replay``).
"""

from __future__ import annotations

from benchmarks.report import markdown_table
from ml_assets.metrics.estimate import Estimate
from ml_assets.replay.alarms import AlarmFigures, Truth
from ml_assets.replay.figures import ModelFigures, PolicyFigures
from ml_assets.replay.page import ReplayResult, truth_in_words
from ml_assets.replay.policies import Policy
from ml_assets.reports.wording import count, decimal, signed

_NOTHING = "-"
_DIGITS = 4
_HEADER = (
    "model, policy",
    "log-loss",
    "lower than never by",
    "trainings",
    "promoted",
    "alarms",
    "false a year",
    "shift seen after",
)


def world_table(words: str, found: ReplayResult) -> str:
    """Return what was found in a world.

    Parameters
    ----------
    words
        What the world is.
    found
        Figures of its replay.
    """
    rows = [
        _row(model, figures, found.truth)
        for model in found.models
        for figures in sorted(model.policies, key=lambda each: each.policy is not Policy.NEVER)
    ]
    judged = "; ".join(
        f"{model.model} {model.first} to {model.last}, {count(model.rows)} rows of {count(model.entities)} entities"
        for model in found.models
    )
    title = f"## {words[0].upper()}{words[1:]}"
    return "\n\n".join([title, markdown_table(_HEADER, rows), f"Judged: {judged}. {truth_in_words(found.truth)}"])


def _row(model: ModelFigures, figures: PolicyFigures, truth: Truth) -> tuple[str, ...]:
    is_yardstick = figures.policy is Policy.NEVER
    return (
        f"{model.model}, {figures.policy}",
        _NOTHING if figures.log_loss.value is None else decimal(figures.log_loss.value, _DIGITS),
        _NOTHING if is_yardstick else _gain(figures.gain),
        str(len(figures.trainings)),
        str(sum(mark.is_promoted for mark in figures.trainings)),
        *_alarms(figures.alarms, truth),
    )


def _gain(gain: Estimate) -> str:
    if gain.value is None:
        return _NOTHING
    if gain.low is None or gain.high is None:
        return signed(gain.value, _DIGITS)
    return f"{signed(gain.value, _DIGITS)} ({signed(gain.low, _DIGITS)} to {signed(gain.high, _DIGITS)})"


def _alarms(alarms: AlarmFigures | None, truth: Truth) -> tuple[str, str, str]:
    if alarms is None:
        return _NOTHING, _NOTHING, _NOTHING
    false = _NOTHING if alarms.false_a_year is None else decimal(alarms.false_a_year, 1)
    if truth.shift_from is None:
        return str(alarms.alarms), false, _NOTHING
    return str(alarms.alarms), false, "not seen" if alarms.delay_days is None else f"{alarms.delay_days} days"
