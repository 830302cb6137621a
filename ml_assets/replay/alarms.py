"""Alarms of a policy: how many, how many for nothing, and how late after a planted shift.

Belongs here: what is known of the world, and alarms held against it. Does not belong here: what raises an alarm
(``step``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.replay.records import StepRecord

_DAYS_A_YEAR = 365.25


class Truth(BaseModel):
    """What is known of the world that is re-enacted; of real data nothing is.

    Attributes
    ----------
    shift_from
        First day of a planted shift; None without one.
    is_steady
        Whether nothing changes in it, as whoever made it knows.
    """

    model_config = ConfigDict(frozen=True)

    shift_from: date | None = None
    is_steady: bool = False

    @property
    def is_known(self) -> bool:
        """Whether an alarm can be called right or false."""
        return self.is_steady or self.shift_from is not None


class AlarmFigures(BaseModel):
    """Alarms of a policy that looks at something.

    Attributes
    ----------
    alarms, a_year
        How many there were, and how many that is in a year; no rate of no time.
    false, false_a_year
        Those while nothing had changed; None where nobody knows, or where there was no such time.
    delay_days
        Days from the first one of the planted shift to the first alarm; None if it was not seen, or there is none.
    """

    model_config = ConfigDict(frozen=True)

    alarms: int
    a_year: float | None
    false: int | None = None
    false_a_year: float | None = None
    delay_days: int | None = None


def alarm_figures(records: Sequence[StepRecord], truth: Truth) -> AlarmFigures:
    """Return how often a policy raised an alarm, how often for nothing, and how late after a planted shift.

    Parameters
    ----------
    records
        Of one policy, the oldest first: it watches from the first day on, after its training.
    truth
        What is known of the world.
    """
    first, last = records[0].day, records[-1].day
    alarms = [each.day for each in records if each.is_alarm]
    found = AlarmFigures(alarms=len(alarms), a_year=_rate(len(alarms), first, last))
    if not truth.is_known:
        return found
    shift = truth.shift_from
    false = [each for each in alarms if shift is None or each < shift]
    right = [each for each in alarms if shift is not None and each >= shift]
    calm_until = last if shift is None else min(shift, last)
    return found.model_copy(
        update={
            "false": len(false),
            "false_a_year": _rate(len(false), first, calm_until),
            "delay_days": (right[0] - shift).days if right and shift is not None else None,
        }
    )


def _rate(number: int, first: date, last: date) -> float | None:
    """Return how many a year they are that came between two days; None if no time passed."""
    days = (last - first).days
    return number * _DAYS_A_YEAR / days if days > 0 else None
