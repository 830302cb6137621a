"""The protocol: its dates, and the figures that its authors published.

Belongs here: what is fixed from outside. Does not belong here: reading events, fitting, measuring.

Source: the repository ``denis7-jean/RetailRocket-XGBoost``. A row is a visitor and an item that the visitor put into
the cart, or viewed twice, within thirty days; the answer is whether the visitor buys that item in the fourteen days
that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

OBSERVED = timedelta(days=30)
FOLLOWED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Window:
    """A moment at which the question is asked: the start of a day (UTC).

    Attributes
    ----------
    asked_on
        First day of the answer; what was observed ends before it.
    """

    asked_on: date

    @property
    def observed_from(self) -> date:
        """First day that is observed."""
        return self.asked_on - OBSERVED

    @property
    def answered_on(self) -> date:
        """Day after the last one of the answer."""
        return self.asked_on + FOLLOWED


# The authors train on five snapshots whose answers end before those of the validation begin; they do not give the
# dates. Weekly ones, as late as that allows, are ours.
TRAIN = tuple(Window(date(2015, 6, 4) + timedelta(weeks=week)) for week in range(5))
VALIDATION = Window(date(2015, 7, 16))
TEST = Window(date(2015, 8, 29))
# Between validation and test, so that the figure does not hang on one fortnight.
EARLIER_TEST = Window(date(2015, 8, 15))


@dataclass(frozen=True, slots=True)
class Published:
    """What the authors report of a model on their test window (65,546 pairs, 57 of them bought)."""

    model: str
    average_precision: float
    auc: float
    precision_at_100: float
    recall_at_500: float


PUBLISHED = (
    Published("logistic regression", 0.0134, 0.853, 0.04, 0.123),
    Published("XGBoost, chosen on validation", 0.0265, 0.812, 0.05, 0.123),
)
PUBLISHED_PAIRS = 65_546
PUBLISHED_BOUGHT = 57
