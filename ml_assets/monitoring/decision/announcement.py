"""A decision as the metadata of its asset, by which a sensor learns of it without the warehouse.

Belongs here: names of metadata and tags, writing and reading them. Does not belong here: starting runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from ml_assets.monitoring.decision.memory import Decision
from ml_assets.monitoring.decision.record import in_words
from ml_assets.monitoring.decision.states import Action, State

# Names under which the asset of a decision shows it.
STATE: Final = "state"
DECISION: Final = "decision"
REASONS: Final = "reasons"
REPORT_ID: Final = "report_id"
SEQUENCE: Final = "sequence"
ASKED_BY: Final = "training asked for by report"
MAY_BE_EQUAL: Final = "may be equal"

# Tags of a run that trains because of a decision.
MODEL_TAG: Final = "ecom/retrained_model"
REPORT_TAG: Final = "ecom/retraining_report"
SEQUENCE_TAG: Final = "ecom/retraining_sequence"


class UnreadableAnnouncementError(ValueError):
    """The metadata of an asset do not tell of a decision; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A decision as it is told.

    Attributes
    ----------
    state, action, reasons
        What was decided, and why.
    report_id
        The newest report; empty where there was none.
    sequence
        How many trainings were asked for.
    asked_by
        Report by which the last of them was; empty before the first.
    may_be_equal
        Whether its version only has to be no worse than the champion.
    """

    state: State
    action: Action
    reasons: str
    report_id: str
    sequence: int
    asked_by: str
    may_be_equal: bool

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return what is told of a decision."""
        request = decision.memory.request
        return cls(
            state=decision.state,
            action=decision.action,
            reasons=in_words(decision),
            report_id=decision.report_id or "",
            sequence=decision.sequence,
            asked_by="" if request is None else request.report_id,
            may_be_equal=request is not None and request.may_be_equal,
        )

    @classmethod
    def read(cls, metadata: Mapping[str, object]) -> Self:
        """Return what metadata tell.

        Parameters
        ----------
        metadata
            Plain values by name.

        Raises
        ------
        UnreadableAnnouncementError
            If anything is missing or not known.
        """
        try:
            return cls(
                state=State(str(metadata[STATE])),
                action=Action(str(metadata[DECISION])),
                reasons=str(metadata[REASONS]),
                report_id=str(metadata[REPORT_ID]),
                sequence=int(str(metadata[SEQUENCE])),
                asked_by=str(metadata[ASKED_BY]),
                may_be_equal=bool(metadata[MAY_BE_EQUAL]),
            )
        except (KeyError, ValueError) as error:
            raise UnreadableAnnouncementError(
                f"its newest decision cannot be read from its metadata ({error}): materialise it again"
            ) from error

    @property
    def metadata(self) -> dict[str, str | int | bool]:
        """What the asset of the decision shows: plain values by name."""
        return {
            STATE: self.state.value,
            DECISION: self.action.value,
            REASONS: self.reasons,
            REPORT_ID: self.report_id,
            SEQUENCE: self.sequence,
            ASKED_BY: self.asked_by,
            MAY_BE_EQUAL: self.may_be_equal,
        }

    def run_key(self, model: str) -> str:
        """Return the key of the training that was asked for: there is one run of it, however often it is told."""
        return f"{model}/{self.asked_by}/{self.sequence}"

    def run_tags(self, model: str) -> dict[str, str]:
        """Return the tags of the training that was asked for."""
        return training_tags(model, self.asked_by, self.sequence)


def training_tags(model: str, report_id: str, sequence: int) -> dict[str, str]:
    """Return the tags of the n-th training of a model, which a report asked for."""
    return {MODEL_TAG: model, REPORT_TAG: report_id, SEQUENCE_TAG: str(sequence)}
