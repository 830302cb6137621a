"""What has to be said of a question with a yes or no for an answer, before anything is fitted.

Belongs here: the types by which ``churn`` and ``late_delivery`` state their questions. Does not belong here: the
questions, reading rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ml_assets.contract import TableName
from ml_assets.monitoring.clocks import Recent

Moments = npt.NDArray[np.datetime64]


class Period(StrEnum):
    """Into what the as-of moments of a question are gathered."""

    MONTH = "month"
    WEEK = "week"


class Transform(StrEnum):
    """What a rule may make of a column before it is weighed."""

    AS_IS = "as is"
    LOG1P = "ln(1 + x)"


TRANSFORMS: Mapping[Transform, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]] = {
    Transform.AS_IS: lambda values: values,
    Transform.LOG1P: np.log1p,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A column in a rule: ``weight * transform(column)``, with ``missing`` in the place of what is unknown."""

    column: str
    weight: float
    transform: Transform = Transform.AS_IS
    missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One line that anybody could write: the sum of its terms is high where the answer is more likely yes."""

    words: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes, where the question is whether it takes longer than a limit.

    Attributes
    ----------
    days
        Column of the days it took, known where the answer is no; it is no feature.
    limit
        Feature that holds the days it may take.
    """

    days: str
    limit: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with a yes or no for an answer, asked of the rows of a feature table.

    Attributes
    ----------
    name
        Name of the registered model.
    words
        The question in words, for people.
    population
        Of whom it is asked, in words.
    source
        Source whose data it is asked of.
    table, where
        Feature table, and the SQL condition of the rows that are asked about; None for all.
    key
        Columns that tell the rows of one as-of moment apart.
    entity
        Column of whom a row is about; rows of one are not independent.
    as_of_column
        Moment or date of a row: what was known by then may be in its features.
    as_of_is_date
        Whether that column is a date, whose day counts in full, and not a moment.
    period
        Into what as-of moments are gathered.
    label
        Column of the answer, NULL where it is not known or void.
    horizon_ends_column
        Column of the moment by which either answer is known.
    horizon_days
        Days after which the answers to nearly all rows are known.
    answered_column
        Column of the feature table that is not NULL where the answer is known; None where that is the label itself.
    observed_event
        Kind of event in ``int_observation_windows`` that must be complete until then.
    not_features
        Columns of the table that are neither key, as-of, label nor feature: other times and other labels.
    left_out
        Features that this question does not use, each with the reason.
    clocks
        Features that move with time by themselves, each with the reason: nothing is wrong when they do.
    watched
        Rows among which drift is looked for; None for all.
    features_event
        Kind of event that must be complete for the features of a period to be whole; None where it is that of the
        answer.
    segment
        Column by which the worst segment is looked for.
    is_no_of_interest
        Whether the rarer answer, that lists are made for, is no: who comes back where most stay away.
    rule
        The one line to beat.
    duration
        What is compared with what, if yes means that something takes longer than it may.
    claims
        What others have claimed for this question, by metric, to be reported against.
    """

    name: str
    words: str
    population: str
    source: str
    table: TableName
    key: tuple[str, ...]
    entity: str
    as_of_column: str
    as_of_is_date: bool
    period: Period
    label: str
    horizon_ends_column: str
    horizon_days: int
    observed_event: str
    segment: str | None
    rule: Rule
    where: str | None = None
    not_features: tuple[str, ...] = ()
    left_out: Mapping[str, str] | None = None
    clocks: Mapping[str, str] = field(default_factory=dict)
    watched: Recent | None = None
    answered_column: str | None = None
    features_event: str | None = None
    is_no_of_interest: bool = False
    duration: Duration | None = None
    claims: Mapping[str, float] | None = None

    @property
    def asked_event(self) -> str:
        """Kind of event that must be complete for the features of a period to be whole."""
        return self.features_event or self.observed_event

    @property
    def known_answer(self) -> str:
        """Column of the feature table that is not NULL where the answer is known."""
        return self.answered_column or self.label

    def rows_where(self, *conditions: str) -> str | None:
        """Return the SQL condition of the rows that are asked about and for which all of some conditions hold."""
        return " and ".join([*([f"({self.where})"] if self.where else []), *conditions]) or None

    def period_of(self, as_of: Moments) -> Moments:
        """Return the first day of each moment's month, or the as-of date itself where one is asked a week."""
        unit = "datetime64[M]" if self.period is Period.MONTH else "datetime64[D]"
        return as_of.astype(unit).astype("datetime64[D]")
