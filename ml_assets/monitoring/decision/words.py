"""The reasons of a decision, in sentences without full stops.

Belongs here: words. Does not belong here: anything that is decided.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from ml_assets.keys import MACHINE_LEARNING
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import Serving, Situation, Training
from ml_assets.monitoring.decision.states import Cause, RealisedVerdict

NOBODY_SERVES: Final = "no version serves yet, so that there is nothing to compare with: the weekly training makes one"
NO_REPORT: Final = (
    "there is no drift report of the newest window, and nothing is started on half of the evidence: materialise the "
    "model's drift"
)
_BECAUSE = {
    Cause.DRIFT: "the data have drifted",
    Cause.DECAY: "its scores have decayed",
    Cause.AGE: "it is old",
}


def no_registry(obstacle: str) -> str:
    """Say that the registry does not answer."""
    return f"the registry does not answer ({obstacle}): nothing is decided until it does"


def evaluated(training: Training) -> str:
    """Say how a training ended."""
    return f"training {training.sequence} is evaluated: {training.words}"


def is_running(memory: Remembered) -> str:
    """Say that a training is under way."""
    return f"training {memory.sequence} is running, and there is one at a time"


def not_begun(memory: Remembered) -> str:
    """Say that a training was asked for and has not begun."""
    asked = "" if memory.request is None else f" by report {memory.request.report_id}"
    return (
        f"training {memory.sequence} was asked for{asked} and has not begun: if it does not soon, see whether the "
        "retraining sensor is switched on"
    )


def served_meanwhile(memory: Remembered, champion: Serving) -> str:
    """Say that another version came to serve before the training began."""
    return (
        f"training {memory.sequence} is not needed any more: version {champion.version} came to serve before it began"
    )


def nothing_new(memory: Remembered) -> str:
    """Say that nothing was seen since an evaluation."""
    return f"nothing new has come since training {memory.sequence} was evaluated"


def findings(before: Remembered, now: Remembered, seen: Situation, training: Training | None) -> tuple[str, ...]:
    """Say what was seen of windows, scores, age, and a training that failed."""
    said = []
    if now.failures and training is not None:
        said.append(f"training {training.sequence} has failed: {training.words}")
    if before.champion not in (None, now.champion):
        said.append(f"version {now.champion} serves now, and what was seen of version {before.champion} is void")
    if seen.drift is not None:
        said.append(seen.drift.words)
    if seen.realised.verdict is not RealisedVerdict.NO_LABEL:
        said.append(seen.realised.words)
    if before.cause is not None and now.cause is None and before.champion == now.champion:
        calm = min(each.calm for each in now.witnesses if each.window_last is not None)
        said.append(f"the cause has gone: {calm} windows in a row are calm")
    if now.cause is Cause.AGE:
        said.append(f"the champion's newest data are {seen.age_days} days old")
    return tuple(said)


def unconfirmed(memory: Remembered, policy: RetrainingPolicy) -> tuple[str, ...]:
    """Say how many windows have drifted and how many must."""
    seen = ((memory.windows.drifted, "windows"), (memory.answers.drifted, "windows of known answers"))
    return tuple(
        f"{drifted} of {policy.confirmations} {which} in a row that it takes have drifted"
        for drifted, which in seen
        if drifted
    )


def somebody_has_to_look(memory: Remembered) -> str:
    """Say that no further training is asked for."""
    return (
        f"{memory.failures} trainings in a row have failed and no further one is asked for: {MACHINE_LEARNING} has to "
        f"look, and to run training {memory.sequence} again"
    )


def rests(memory: Remembered, until: date) -> str:
    """Say until when no training is asked for."""
    return f"training {memory.sequence} was evaluated on {memory.evaluated_on}, and the next one may begin on {until}"


def same_data(memory: Remembered) -> str:
    """Say that a training would be the same again."""
    until = "" if memory.request is None else f" than {memory.request.complete_until}"
    return f"it is not tried again on the same data: it waits for a newer window, or newer labels{until}"


def immature(seen: Situation, proven_by: date) -> str:
    """Say until when labels must be known."""
    delay = seen.delay
    return (
        f"nothing can be proven better yet: events must be complete until {proven_by} ({delay.gap} days of gap, "
        f"{delay.test_window} of test window, {delay.horizon} of label horizon), and are until {seen.complete_until}"
    )


def few_rows(seen: Situation, policy: RetrainingPolicy) -> str:
    """Say how many rows there are to learn from and how many must be."""
    return f"{seen.new_rows} new rows have known labels, and it takes {policy.min_new_rows} to learn anything"


def trains(sequence: int, cause: Cause, seen: Situation, *, is_at_once: bool) -> str:
    """Say that a training is asked for."""
    terms = {
        True: " before labels can prove anything: by policy it only has to be no worse",
        False: f", with {seen.new_rows} new rows and events complete until {seen.complete_until}",
    }
    return f"training {sequence} is asked for because {_BECAUSE[cause]}{terms[is_at_once]}"
