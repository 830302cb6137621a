"""What windows, scores and age add up to: whether there is a cause to train a model again.

Belongs here: the counting of windows, of features and of answers apart; the causes. Does not belong here: what follows
from a cause (``machine``).
"""

from __future__ import annotations

from datetime import date

from ml_assets.monitoring.decision.memory import Remembered, Witness
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import DriftReport, Serving, Situation
from ml_assets.monitoring.decision.states import Cause, RealisedVerdict, State
from ml_assets.monitoring.verdict import Verdict

# Verdicts that speak for or against drift; the others say that nothing can be said.
_SPEAKS = {Verdict.DRIFT: True, Verdict.UNIMPORTANT: False, Verdict.STABLE: False}


def without_cause(memory: Remembered, champion: str | None) -> Remembered:
    """Return what stays where windows and causes no longer count, because another version serves, or none does."""
    return Remembered(
        sequence=memory.sequence,
        request=memory.request,
        champion=champion,
        evaluated_on=memory.evaluated_on,
        evaluated_report=memory.evaluated_report,
    )


def weighed(
    memory: Remembered, seen: Situation, champion: Serving, drift: DriftReport, policy: RetrainingPolicy
) -> Remembered:
    """Return the memory with the newest window counted, and with the cause that stands now.

    Windows count by their days: the same one again, in whatever report, says nothing new. Those that were compared
    with the training window of another version do not count. Answers are a witness of their own: their windows are
    older ones, and of one that has drifted many newer windows of features tell.

    Parameters
    ----------
    memory
        What the last decision left, with no training under way.
    seen, champion, drift
        What is seen now.
    policy
        How many windows count, and what age is too old.
    """
    known = memory if memory.champion == champion.version else without_cause(memory, champion.version)
    windows = _counted(known.windows, drift.verdict, drift.window_last, drift)
    answers = known.answers
    if drift.answers is not None:
        answers = _counted(answers, drift.answers.verdict, drift.answers.window_last, drift)
    counted = known.model_copy(update={"windows": windows, "answers": answers})
    if counted.cause is not None and _has_gone(counted, seen, policy):
        counted = counted.model_copy(update={"cause": None, "since": None, "failures": 0})
    cause, since = _cause(counted, seen, champion, policy)
    return counted.model_copy(update={"state": State.QUIET, "cause": cause, "since": since})


def _counted(before: Witness, verdict: Verdict, window_last: date, shown: DriftReport) -> Witness:
    """Count a window that a report tells of, unless it was counted before or says nothing."""
    has_drifted = _SPEAKS.get(verdict)
    if has_drifted is None or (before.window_last is not None and window_last <= before.window_last):
        return before
    return Witness(
        window_last=window_last,
        drifted=before.drifted + 1 if has_drifted else 0,
        calm=0 if has_drifted else before.calm + 1,
        first_drifted=(before.first_drifted or window_last) if has_drifted else None,
        first_shown=(before.first_shown or shown.window_last) if has_drifted else None,
    )


def _has_gone(memory: Remembered, seen: Situation, policy: RetrainingPolicy) -> bool:
    """Return whether a cause is to be dropped: it takes as many windows as it took to see it, and scores that hold.

    Every witness that has spoken has to be calm: where only the answers have changed, features are so all the time.
    """
    spoken = [each for each in memory.witnesses if each.window_last is not None]
    if not spoken or any(each.calm < policy.confirmations for each in spoken):
        return False
    if memory.cause is Cause.DECAY:
        return seen.realised.verdict is RealisedVerdict.HELD
    return seen.realised.verdict is not RealisedVerdict.DECAY


def _cause(
    memory: Remembered, seen: Situation, champion: Serving, policy: RetrainingPolicy
) -> tuple[Cause | None, date | None]:
    """Return the cause that stands, and the last day of the first window that showed it.

    A shift comes before age, even one that is not confirmed yet: who is replaced for age alone need not be surpassed.
    """
    has_decayed = seen.realised.verdict is RealisedVerdict.DECAY
    if memory.cause in (Cause.DRIFT, Cause.DECAY):
        return memory.cause, memory.since
    needed = 1 if has_decayed else policy.confirmations
    first = [each.first_drifted for each in memory.witnesses if each.first_drifted and each.drifted >= needed]
    if first:
        return Cause.DRIFT, min(first)
    if has_decayed:
        return Cause.DECAY, seen.realised.window_last
    age, most = seen.age_days, policy.max_age_days
    if not memory.has_drifted and age is not None and most is not None and age > most:
        return Cause.AGE, champion.data_until
    return None, None
