"""What a decision is made of: all that is seen of a model at one time.

Belongs here: the types. Does not belong here: who looks (the assets of monitoring), what follows (``machine``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ml_assets.monitoring.decision.states import RealisedVerdict, TrainingStatus
from ml_assets.monitoring.verdict import Verdict


@dataclass(frozen=True, slots=True)
class LabelDelay:
    """How long after a window a version that learned from it can be compared with the champion, in days.

    Attributes
    ----------
    horizon
        From a row to its label.
    gap
        Between the rows that are learned from and the test window.
    test_window
        Length of the test window.
    """

    horizon: int
    gap: int
    test_window: int

    def proven_by(self, window_last: date) -> date:
        """Return the day by which events must be complete.

        Rows up to the last day of a window then teach, and later ones judge, each with its label.
        """
        return window_last + timedelta(days=self.gap + self.test_window + self.horizon)


@dataclass(frozen=True, slots=True)
class Serving:
    """The version that serves, and the last day of the data that it was made of."""

    version: str
    data_until: date


@dataclass(frozen=True, slots=True)
class AnswersSeen:
    """The verdict on answers, and the last day of the newest window of which all are known."""

    verdict: Verdict
    window_last: date


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The verdict on the newest complete window, and on the answers of the newest one of which they are known.

    Attributes
    ----------
    report_id
        Names the window and the version whose training window it was compared with.
    verdict
        What was found of features and predictions.
    window_last
        Last day of the window.
    words
        What was found of everything, in a sentence without a full stop.
    answers
        What was found of answers; None where none is known, or the model has none.
    """

    report_id: str
    verdict: Verdict
    window_last: date
    words: str
    answers: AnswersSeen | None = None

    @property
    def found(self) -> Verdict:
        """What was found of everything together."""
        has_drifted = self.answers is not None and self.answers.verdict is Verdict.DRIFT
        return Verdict.DRIFT if has_drifted else self.verdict


@dataclass(frozen=True, slots=True)
class Realised:
    """What known labels say of past scores.

    Attributes
    ----------
    verdict, words
        What was found, and the same in a sentence without a full stop.
    window_last
        Last day of the scored rows whose labels are known; None where there are none.
    """

    verdict: RealisedVerdict
    words: str
    window_last: date | None = None

    def __post_init__(self) -> None:
        """Make sure that a decay says of which window.

        Raises
        ------
        ValueError
            If it does not.
        """
        if self.verdict is RealisedVerdict.DECAY and self.window_last is None:
            raise ValueError("A decay was realised in a window; give the last day of its rows as window_last.")


@dataclass(frozen=True, slots=True)
class Training:
    """What became of a training that was asked for.

    Attributes
    ----------
    sequence
        Which training it is, counted from 1.
    status
        Of its newest run.
    words
        How it ended, in a sentence without a full stop: what the gate decided, or which run failed.
    """

    sequence: int
    status: TrainingStatus
    words: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is seen of a model at one time.

    Attributes
    ----------
    event_clock
        Day of the newest event; never the wall clock.
    complete_until
        Last day whose events are complete: labels are known up to it.
    delay
        Until a new version can be compared.
    champion
        The version that serves; None if nobody does.
    drift
        The newest report; None where there is none.
    realised
        What known labels say.
    new_rows
        Rows with known labels that came after the champion's data.
    training
        The training that was asked for last; None where no run of it has begun.
    obstacle
        Why the registry does not answer, in a sentence without a full stop; None if it does.
    """

    event_clock: date
    complete_until: date
    delay: LabelDelay
    champion: Serving | None
    drift: DriftReport | None
    realised: Realised
    new_rows: int
    training: Training | None = None
    obstacle: str | None = None

    @property
    def age_days(self) -> int | None:
        """Days from the champion's newest data to the newest event; None if nobody serves."""
        return None if self.champion is None else (self.event_clock - self.champion.data_until).days
