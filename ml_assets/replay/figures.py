"""What each policy came to in a replay: losses in all and by period, trainings, alarms.

Belongs here: figures from judged rows and from records of days. Does not belong here: which rows are judged
(``judged``), right and false alarms (``alarms``), how figures are shown (``page``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.rows import day
from ml_assets.replay.alarms import AlarmFigures, Truth, alarm_figures
from ml_assets.replay.judged import JudgedPolicies
from ml_assets.replay.policies import LOOKS, Policy
from ml_assets.replay.records import StepRecord

_RESAMPLES, _SEED, _CONFIDENCE = 400, 17, 0.95


class Mark(BaseModel):
    """A training on a day of the replay, and whether its version came to serve."""

    model_config = ConfigDict(frozen=True)

    day: date
    is_promoted: bool
    words: str


class PolicyFigures(BaseModel):
    """What a policy came to with one model.

    Attributes
    ----------
    policy
        Which one.
    log_loss, gain
        Mean log-loss over all judged rows, and by how much it is lower than without any further training.
    course
        Mean log-loss of each period.
    trainings
        All but the first one, which all policies share.
    alarms
        None for a policy that looks at nothing.
    """

    model_config = ConfigDict(frozen=True)

    policy: Policy
    log_loss: Estimate
    gain: Estimate
    course: tuple[float, ...]
    trainings: tuple[Mark, ...]
    alarms: AlarmFigures | None


class ModelFigures(BaseModel):
    """What all policies came to with one model.

    Attributes
    ----------
    model
        Its name.
    first, last
        First and last day of the replay.
    rows, entities, periods, counts
        What was judged: in all, and the rows of each period.
    policies
        One each; none without judged rows.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    first: date
    last: date
    rows: int
    entities: int
    periods: tuple[date, ...]
    counts: tuple[int, ...]
    policies: tuple[PolicyFigures, ...]


@dataclass(frozen=True, slots=True)
class _Losses:
    means: npt.NDArray[np.float64]
    draws: npt.NDArray[np.float64]


def model_figures(
    model: str, judged: JudgedPolicies, records: Mapping[Policy, Sequence[StepRecord]], truth: Truth
) -> ModelFigures:
    """Return what the policies came to with a model.

    Parameters
    ----------
    model
        Its name.
    judged
        Rows that all policies had scored; their order of policies is kept.
    records
        Of each policy, the oldest first; at least one.
    truth
        What is known of the world.
    """
    periods, place = np.unique(judged.period, return_inverse=True)
    counts = np.bincount(place, minlength=len(periods))
    days = [each.day for each in next(iter(records.values()))]
    losses = _losses(judged)
    return ModelFigures(
        model=model,
        first=days[0],
        last=days[-1],
        rows=len(judged),
        entities=len(np.unique(judged.entity)),
        periods=tuple(day(each) for each in periods),
        counts=tuple(int(each) for each in counts),
        policies=tuple(
            PolicyFigures(
                policy=policy,
                log_loss=_estimate(losses.means[i], losses.draws[:, i]),
                gain=_gain(judged.policies, losses, i),
                course=tuple(float(x) for x in np.bincount(place, judged.losses[:, i], len(periods)) / counts),
                trainings=tuple(marks(records[policy])),
                alarms=alarm_figures(records[policy], truth) if LOOKS[policy].settings is not None else None,
            )
            for i, policy in enumerate(judged.policies)
        ),
    )


def marks(records: Iterable[StepRecord]) -> list[Mark]:
    """Return the trainings after the first one."""
    return [
        Mark(
            day=each.day,
            is_promoted=each.training.is_promoted,
            words=f"{each.training.verdict}: {each.training.reason}",
        )
        for each in records
        if each.training is not None and not each.training.is_first
    ]


def _losses(judged: JudgedPolicies) -> _Losses:
    """Return the mean loss of each policy, and in each resample of entities, the same ones for all policies."""
    count = len(judged.policies)
    if not len(judged):
        return _Losses(np.full(count, np.nan), np.empty((0, count)))
    bootstrap = EntityBootstrap.of(judged.entity, judged.period, _RESAMPLES, _SEED)
    rows = np.arange(len(judged), dtype=np.intp)
    draws = []
    for block in bootstrap.blocks():
        weights = block.of_rows(rows)
        draws.append(weights @ judged.losses / weights.sum(axis=1, keepdims=True))
    return _Losses(judged.losses.mean(axis=0), np.concatenate(draws) if draws else np.empty((0, count)))


def _gain(policies: Sequence[Policy], losses: _Losses, i: int) -> Estimate:
    """Return by how much a policy's loss is lower than that of never training again; nothing without the latter."""
    if Policy.NEVER not in policies:
        return Estimate(value=None)
    never = policies.index(Policy.NEVER)
    return _estimate(losses.means[never] - losses.means[i], losses.draws[:, never] - losses.draws[:, i])


def _estimate(value: float, draws: npt.NDArray[np.float64]) -> Estimate:
    return estimate(float(value), draws, _CONFIDENCE)
