"""What known labels say of past scores, as pages, records and decisions read it.

Belongs here: the types. Does not belong here: how it is found (``judge``).
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.decision.situation import Realised
from ml_assets.monitoring.decision.states import RealisedVerdict


class PeriodPerformance(BaseModel):
    """One period of scored rows whose labels are known; ``events`` is None where rows have no classes."""

    model_config = ConfigDict(frozen=True)

    period: date
    rows: int
    events: int | None
    skill: Estimate


class PerformanceVerdict(BaseModel):
    """What known labels say of past scores.

    Attributes
    ----------
    verdict, words
        What was found, and the same in a sentence without a full stop.
    rows, entities, events
        How many were judged; events is None where rows have no classes.
    first, last
        First and last period that were judged; None where none was.
    skill, promised, change
        One minus the loss by that of the reference method: realised, at promotion, and the difference.
    shown
        Further figures by name, which nothing is decided by.
    periods
        Every period with known labels, oldest first.
    """

    model_config = ConfigDict(frozen=True)

    verdict: RealisedVerdict
    words: str
    rows: int = 0
    entities: int = 0
    events: int | None = None
    first: date | None = None
    last: date | None = None
    skill: Estimate = Estimate(value=None)
    promised: Estimate = Estimate(value=None)
    change: Estimate = Estimate(value=None)
    shown: dict[str, Estimate] = {}
    periods: tuple[PeriodPerformance, ...] = ()

    @property
    def seen(self) -> Realised:
        """The part that a decision goes by."""
        return Realised(self.verdict, self.words, self.last)
