"""What one decision leaves to the next.

Belongs here: the types of memory and decision. Does not belong here: where they are kept (``record``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.decision.states import Action, Cause, State


class Request(BaseModel):
    """A training that was asked for.

    Attributes
    ----------
    report_id
        Report by which it was asked for.
    complete_until, window_last
        Newest day with known labels, and last day of the newest window, when it was asked for: the same data do not
        deserve the same training twice.
    may_be_equal
        Whether the new version only has to be no worse than the champion.
    """

    model_config = ConfigDict(frozen=True)

    report_id: str
    complete_until: date
    window_last: date
    may_be_equal: bool = False


class Witness(BaseModel):
    """What windows have said in a row, each of which counts once, by its days.

    Attributes
    ----------
    window_last
        Last day of the newest window that spoke for or against drift.
    drifted, calm
        How many of the newest windows in a row did, and did not.
    first_drifted
        Last day of the first of those that did; None if none did.
    first_shown
        Last day of the newest window of all when that was first seen: the report on it tells of it.
    """

    model_config = ConfigDict(frozen=True)

    window_last: date | None = None
    drifted: int = 0
    calm: int = 0
    first_drifted: date | None = None
    first_shown: date | None = None


class Remembered(BaseModel):
    """What one decision leaves to the next.

    Attributes
    ----------
    state
        Where the model stands.
    sequence
        How many trainings were asked for.
    request
        The last of them; None before the first.
    failures
        How many trainings in a row have failed for the cause that stands.
    champion
        Number of the version whose training window the windows were compared with; None if nobody served.
    windows, answers
        What was seen of features and predictions, and of answers, whose windows are older ones.
    cause, since
        For what the model is to be trained again, and the last day of the first window that showed it.
    evaluated_on
        Event clock when the last training was evaluated.
    evaluated_report
        Newest report at that time; None if there was none.
    """

    model_config = ConfigDict(frozen=True)

    state: State = State.QUIET
    sequence: int = 0
    request: Request | None = None
    failures: int = 0
    champion: str | None = None
    windows: Witness = Witness()
    answers: Witness = Witness()
    cause: Cause | None = None
    since: date | None = None
    evaluated_on: date | None = None
    evaluated_report: str | None = None

    @property
    def witnesses(self) -> tuple[Witness, Witness]:
        """Both that may show a shift, each by windows of its own."""
        return self.windows, self.answers

    @property
    def has_drifted(self) -> bool:
        """Whether the newest window of any witness has drifted."""
        return any(each.drifted for each in self.witnesses)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, on what grounds, and what is remembered of it.

    Attributes
    ----------
    action
        What is to be done.
    reasons
        Sentences without full stops; at least one.
    report_id
        The newest report; None where there was none.
    memory
        For the next decision.
    """

    action: Action
    reasons: tuple[str, ...]
    report_id: str | None
    memory: Remembered

    @property
    def state(self) -> State:
        """Where the model stands now."""
        return self.memory.state

    @property
    def sequence(self) -> int:
        """How many trainings were asked for."""
        return self.memory.sequence
