"""Whether a model does as well as it did when it came to serve.

Belongs here: the verdict on judged rows. Does not belong here: losses (the kinds of model), figures (``skill``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.skill import JudgedRows, difference, skill
from ml_assets.monitoring.performance.verdict import PerformanceVerdict, PeriodPerformance

_NOTHING_KNOWN = "no label is known yet of a row that the champion scored without hindsight"
NO_LABEL = PerformanceVerdict(
    verdict=RealisedVerdict.NO_LABEL, words="no label ever tells whether an answer of this model was right"
)


@dataclass(frozen=True, slots=True)
class Promised:
    """What the champion showed on the test window by which it came to serve.

    Attributes
    ----------
    skill
        One minus its loss by that of the reference method, with the interval.
    base_rate
        Share of yes on that window; None where there are no classes.
    """

    skill: Estimate
    base_rate: float | None = None


def realised(
    rows: JudgedRows,
    promised: Promised,
    config: PerformanceConfig,
    shown: Mapping[str, Estimate] | None = None,
) -> PerformanceVerdict:
    """Judge past scores by labels that became known since.

    The newest periods are judged, as many as it takes to hold enough events. What the model realised is compared with
    what it promised, both measured by a reference method on their own rows: where all questions became harder or
    easier, or yes more or less frequent, that alone is no decay. It is one where even the upper end of the interval of
    the difference lies below zero by more than the tolerance.

    Parameters
    ----------
    rows
        Rows that the champion scored without hindsight, and whose labels are known.
    promised
        What it showed when it came to serve.
    config
        What is enough, and what is too little.
    shown
        Further figures of the judged rows.
    """
    if not len(rows):
        return PerformanceVerdict(verdict=RealisedVerdict.IMMATURE, words=_NOTHING_KNOWN, promised=promised.skill)
    periods = np.unique(rows.period)
    first = _first_judged(rows, periods, config)
    judged = rows.part(rows.period >= first)
    own = skill(judged, promised.base_rate, config)
    change = difference(own, promised.skill)
    verdict, words = _verdict(judged, own, promised, change, config)
    return PerformanceVerdict(
        verdict=verdict,
        words=words,
        rows=len(judged),
        entities=len(np.unique(judged.entity)),
        events=judged.events,
        first=_day(first),
        last=_day(periods[-1]),
        skill=own,
        promised=promised.skill,
        change=change,
        shown=dict(shown or {}),
        periods=tuple(_of_period(rows.part(rows.period == each), each, promised, config) for each in periods),
    )


def _first_judged(rows: JudgedRows, periods: npt.NDArray[np.datetime64], config: PerformanceConfig) -> np.datetime64:
    """Return the newest period since which there is enough evidence, or the oldest that may be judged."""
    newest = periods[::-1][: config.max_periods]
    enough = [each for each in newest if rows.part(rows.period >= each).evidence >= config.min_events]
    found: np.datetime64 = enough[0] if enough else newest[-1]
    return found


def _verdict(
    judged: JudgedRows, own: Estimate, promised: Promised, change: Estimate, config: PerformanceConfig
) -> tuple[RealisedVerdict, str]:
    kind = "rows" if judged.is_event is None else "rows of the rarer class"
    if judged.evidence < config.min_events:
        known = f"labels are known of {judged.evidence} {kind} that it scored without hindsight"
        return RealisedVerdict.INSUFFICIENT, f"{known}, and it takes {config.min_events} to judge it"
    if own.value is None or promised.skill.value is None or change.value is None or change.high is None:
        which = "realised" if own.value is None or own.low is None else "promised"
        return RealisedVerdict.INSUFFICIENT, f"its {which} skill cannot be told from {judged.evidence} {kind}"
    figures = (
        f"skill {own.value:+.4f} realised on {len(judged)} rows, {promised.skill.value:+.4f} promised "
        f"({100 * config.confidence:g} % interval of the change {change.low:+.4f} to {change.high:+.4f})"
    )
    if change.high < -config.tolerance:
        return RealisedVerdict.DECAY, f"its scores have decayed: {figures}"
    return RealisedVerdict.HELD, f"its scores hold what they promised: {figures}"


def _of_period(
    rows: JudgedRows, period: np.datetime64, promised: Promised, config: PerformanceConfig
) -> PeriodPerformance:
    lighter = config.model_copy(update={"resamples": config.period_resamples})
    return PeriodPerformance(
        period=_day(period), rows=len(rows), events=rows.events, skill=skill(rows, promised.base_rate, lighter)
    )


def _day(period: np.datetime64) -> date:
    day: date = period.astype("datetime64[D]").item()
    return day
