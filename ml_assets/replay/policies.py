"""The policies that a replay compares: by what each of them decides that a model is trained again.

Belongs here: the policies, and with which settings the machine of retraining decides for them. Does not belong here:
the machine (``monitoring.decision``), what follows from a decision (``step``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ml_assets.monitoring.decision.policy import RetrainingPolicy


class Policy(StrEnum):
    """When a model is trained again, after the first training that all policies share."""

    NEVER = "never"
    ALWAYS = "always"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Looks:
    """What a policy looks at.

    Attributes
    ----------
    words
        What it does, for people.
    at_windows
        Whether it compares the newest window with the rows that the champion learned from.
    at_scores
        Whether it judges past scores by the labels that became known.
    settings
        With which the machine decides; None for a policy that looks at nothing.
    """

    words: str
    at_windows: bool = False
    at_scores: bool = False
    settings: RetrainingPolicy | None = None


_WITHOUT_AGE = RetrainingPolicy(max_age_days=None)

LOOKS: Mapping[Policy, Looks] = {
    Policy.NEVER: Looks("keeps what the first training brought"),
    Policy.ALWAYS: Looks("trains at every step"),
    Policy.DRIFT: Looks("trains when windows have drifted", at_windows=True, settings=_WITHOUT_AGE),
    Policy.PERFORMANCE: Looks("trains when past scores have decayed", at_scores=True, settings=_WITHOUT_AGE),
    Policy.BOTH: Looks(
        "trains as the platform does: by windows, by past scores, and by age",
        at_windows=True,
        at_scores=True,
        settings=RetrainingPolicy(),
    ),
}
