"""What a comparison of two windows found, as reports, records and decisions read it.

Belongs here: the types. Does not belong here: how drift is found (``gate``), what follows from it (``decision``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.columns import ColumnKind, Role


class Verdict(StrEnum):
    """What may be said of the current window."""

    STABLE = "stable"
    DRIFT = "drift"
    UNIMPORTANT = "unimportant_drift"
    INSUFFICIENT = "insufficient_rows"
    NO_CHAMPION = "no_champion"


class ColumnDrift(BaseModel):
    """How far one column moved.

    Attributes
    ----------
    effect
        Shift of the part that moved farthest in proportion to its threshold, in standard deviations of that part's
        score in both windows together; None where there is nothing to compare.
    threshold
        What the size of the effect has to reach; None where there is no effect.
    is_drifted
        Whether it does, and the column is judged.
    part
        Which part moved farthest: location, spread, shape, missing share, share of a category; empty without effect.
    reference, current
        The two windows in a few words.
    importance, excluded, raw_columns
        As declared (``MonitoredColumn``).
    window_last
        Last day of the window that was measured: that of answers is an older one. None where nothing was.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: ColumnKind
    role: Role
    effect: float | None
    threshold: float | None
    is_drifted: bool
    part: str
    reference: str
    current: str
    importance: float
    excluded: str
    raw_columns: tuple[str, ...]
    window_last: date | None = None


def is_importance_known(columns: Iterable[ColumnDrift]) -> bool:
    """Return whether the champion says of any feature how important it is; a rule does not."""
    return any(column.importance > 0.0 for column in columns if column.role is Role.FEATURE)


class AnswersVerdict(BaseModel):
    """What was found of answers, on the newest window of which all are known.

    Attributes
    ----------
    verdict
        Stable, drift, or too few rows: the importance of an answer is not asked.
    first, last, rows, entities
        The window.
    reference_name, reference_first, reference_last, reference_rows, reference_entities
        What it was compared with.
    words
        The same in a sentence.
    """

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    first: date
    last: date
    rows: int
    entities: int
    reference_name: str
    reference_first: date
    reference_last: date
    reference_rows: int
    reference_entities: int
    words: str


class DriftVerdict(BaseModel):
    """What the comparison of a window with its reference found.

    Attributes
    ----------
    verdict
        What may be said of everything together: drift if features and predictions drifted, or answers did.
    current_verdict
        What may be said of features and predictions, on the current window.
    answers
        What was found of answers, on their own window; None where none is known yet or the model has none.
    columns
        Every column that was asked for, in the order asked.
    drifted_importance
        Sum of the importance of the drifted features, 0 to 1.
    reference_name
        What the current window was compared with, in words.
    alpha
        Chance of a false alarm in any of the columns together.
    words
        What shifted and what it descends from, or why nothing can be said; what answers did, with their window.
    """

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    current_verdict: Verdict
    answers: AnswersVerdict | None
    columns: tuple[ColumnDrift, ...]
    drifted_importance: float
    reference_rows: int
    current_rows: int
    reference_entities: int
    current_entities: int
    reference_first: date
    reference_last: date
    current_first: date
    current_last: date
    reference_name: str
    alpha: float
    words: str

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """The columns that drifted, in the order asked."""
        return tuple(column for column in self.columns if column.is_drifted)

    @property
    def of_current(self) -> tuple[ColumnDrift, ...]:
        """Features and predictions, in the order asked."""
        return tuple(column for column in self.columns if column.role is not Role.LABEL)

    @property
    def of_answers(self) -> tuple[ColumnDrift, ...]:
        """Answers, in the order asked."""
        return tuple(column for column in self.columns if column.role is Role.LABEL)
