"""What people read of a verdict and of what follows from it.

Belongs here: words and tones of verdicts, words of states and actions. Does not belong here: words that the gate finds
itself (``gate``).
"""

from __future__ import annotations

from collections.abc import Mapping

from ml_assets.monitoring.decision.states import Action, State
from ml_assets.monitoring.verdict import Verdict
from ml_assets.reports.wording import Tone

VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.STABLE: "stable",
    Verdict.DRIFT: "drift",
    Verdict.UNIMPORTANT: "unimportant drift",
    Verdict.INSUFFICIENT: "too few rows",
    Verdict.NO_CHAMPION: "no champion",
}

VERDICT_TONES: Mapping[Verdict, Tone] = {
    Verdict.STABLE: Tone.GOOD,
    Verdict.DRIFT: Tone.BAD,
    Verdict.UNIMPORTANT: Tone.NOTE,
    Verdict.INSUFFICIENT: Tone.NONE,
    Verdict.NO_CHAMPION: Tone.NONE,
}

STATE_WORDS: Mapping[State, str] = {
    State.QUIET: "quiet",
    State.DETECTED: "detected",
    State.WAITING_FOR_LABELS: "waiting for labels",
    State.TRAINING: "training",
    State.EVALUATED: "evaluated",
}

ACTION_WORDS: Mapping[Action, str] = {
    Action.NONE: "Nothing is done",
    Action.WAIT: "No training is started yet",
    Action.RETRAIN: "The model is trained again",
}

# The gravest last.
GRAVITY: tuple[Verdict, ...] = (
    Verdict.NO_CHAMPION,
    Verdict.STABLE,
    Verdict.INSUFFICIENT,
    Verdict.UNIMPORTANT,
    Verdict.DRIFT,
)
