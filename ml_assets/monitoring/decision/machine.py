"""Whether a model is trained again.

Belongs here: the machine, as pure functions: quiet, detected, waiting for labels, training, evaluated. Does not belong
here: what adds up to a cause (``evidence``), the words (``words``), what is done with a decision.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ml_assets.monitoring.decision import words
from ml_assets.monitoring.decision.evidence import weighed, without_cause
from ml_assets.monitoring.decision.memory import Decision, Remembered, Request, Witness
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import DriftReport, Situation, Training
from ml_assets.monitoring.decision.states import Action, Cause, State, TrainingStatus
from ml_assets.monitoring.verdict import Verdict

_IDLE = frozenset({State.QUIET, State.EVALUATED})


def decide(previous: Remembered | None, seen: Situation, policy: RetrainingPolicy) -> Decision:
    """Decide whether a model is trained again.

    In this order: without the registry nothing is decided; a training under way is followed to its end, and nothing
    is asked for meanwhile; where nobody serves, or no report stands, nothing is started. Then windows, scores and age
    say whether there is a cause. When a shift is seen no label from after it is known, so that no version could be
    proven better yet: the machine waits until rows from after the first shifted window can teach and judge. Seeing
    the same again changes nothing.

    Parameters
    ----------
    previous
        What the last decision on the model left; None before the first.
    seen
        All that is seen now.
    policy
        When a model is trained again.
    """
    before = previous or Remembered()
    if seen.obstacle is not None:
        return _hold(before, seen, words.no_registry(seen.obstacle))
    training = seen.training if seen.training is not None and seen.training.sequence == before.sequence else None
    return (
        _followed(before, seen, training)
        or _unchanged(before, seen)
        or _on_evidence(_with_failure(before, training), seen, training, policy)
    )


def _hold(before: Remembered, seen: Situation, *reasons: str) -> Decision:
    """Leave everything as it is."""
    return _end(before, Action.NONE if before.state in _IDLE else Action.WAIT, seen, *reasons)


def _end(memory: Remembered, action: Action, seen: Situation, *reasons: str, **changes: Any) -> Decision:
    report_id = None if seen.drift is None else seen.drift.report_id
    return Decision(action, reasons, report_id, memory.model_copy(update=changes))


def _followed(before: Remembered, seen: Situation, training: Training | None) -> Decision | None:
    """Follow a training that was asked for; None if there is none, or it has failed.

    One that failed before may be run again by hand, and then counts as any other.
    """
    if before.state is not State.TRAINING and not before.failures:
        return None
    status = None if training is None else training.status
    if training is not None and status is TrainingStatus.SUCCEEDED:
        return _evaluated(before, seen, words.evaluated(training))
    if status is TrainingStatus.RUNNING:
        return _end(before, Action.WAIT, seen, words.is_running(before), state=State.TRAINING)
    if before.state is not State.TRAINING or status is TrainingStatus.FAILED:
        return None
    if seen.champion is not None and seen.champion.version != before.champion:
        return _evaluated(before, seen, words.served_meanwhile(before, seen.champion))
    return _hold(before, seen, words.not_begun(before))


def _evaluated(before: Remembered, seen: Situation, reason: str) -> Decision:
    """End a training: windows count anew, and those that were compared with another version's do not count."""
    champion = None if seen.champion is None else seen.champion.version
    memory = without_cause(before, champion)
    windows, answers = (Witness(window_last=each.window_last) for each in before.witnesses)
    known = {"windows": windows, "answers": answers} if champion == before.champion else {}
    return _end(
        memory,
        Action.NONE,
        seen,
        reason,
        state=State.EVALUATED,
        **known,
        evaluated_on=seen.event_clock,
        evaluated_report=None if seen.drift is None else seen.drift.report_id,
    )


def _unchanged(before: Remembered, seen: Situation) -> Decision | None:
    """Leave an evaluated model alone until anything new is seen; None if it is."""
    report_id = None if seen.drift is None else seen.drift.report_id
    is_new = before.evaluated_on is None or seen.event_clock > before.evaluated_on
    if before.state is not State.EVALUATED or is_new or report_id != before.evaluated_report:
        return None
    return _hold(before, seen, words.nothing_new(before))


def _with_failure(before: Remembered, training: Training | None) -> Remembered:
    """Count a training that has failed, once."""
    if before.state is not State.TRAINING or training is None:
        return before
    return before.model_copy(update={"state": State.WAITING_FOR_LABELS, "failures": before.failures + 1})


def _on_evidence(before: Remembered, seen: Situation, training: Training | None, policy: RetrainingPolicy) -> Decision:
    """Decide by windows, scores and age, with no training under way."""
    champion, drift = seen.champion, seen.drift
    if champion is None or (drift is not None and drift.verdict is Verdict.NO_CHAMPION):
        return _end(without_cause(before, None), Action.NONE, seen, words.NOBODY_SERVES)
    if drift is None:
        return _hold(before, seen, words.NO_REPORT)
    memory = weighed(before, seen, champion, drift, policy)
    found = words.findings(before, memory, seen, training)
    if memory.cause is not None:
        return _on_cause(memory, memory.cause, seen, drift, policy, found)
    if memory.has_drifted:
        return _end(memory, Action.WAIT, seen, *found, *words.unconfirmed(memory, policy), state=State.DETECTED)
    return _end(memory, Action.NONE, seen, *found)


def _on_cause(
    memory: Remembered,
    cause: Cause,
    seen: Situation,
    drift: DriftReport,
    policy: RetrainingPolicy,
    found: tuple[str, ...],
) -> Decision:
    """Train because of a cause, or say for what the training waits."""
    if memory.failures >= policy.max_attempts:
        return _end(
            memory, Action.NONE, seen, *found, words.somebody_has_to_look(memory), state=State.WAITING_FOR_LABELS
        )
    rest_ends = _rest_ends(memory, policy)
    if rest_ends is not None and seen.event_clock < rest_ends:
        return _end(memory, Action.WAIT, seen, *found, words.rests(memory, rest_ends), state=State.DETECTED)
    is_at_once = policy.train_at_once and cause is not Cause.AGE
    missing = _missing(memory, seen, drift, policy, is_at_once=is_at_once)
    if missing is not None:
        return _end(memory, Action.WAIT, seen, *found, missing, state=State.WAITING_FOR_LABELS)
    request = Request(
        report_id=drift.report_id,
        complete_until=seen.complete_until,
        window_last=drift.window_last,
        may_be_equal=is_at_once or cause is Cause.AGE,
    )
    reason = words.trains(memory.sequence + 1, cause, seen, is_at_once=is_at_once)
    changes = {"state": State.TRAINING, "sequence": memory.sequence + 1, "request": request}
    return _end(memory, Action.RETRAIN, seen, *found, reason, **changes)


def _rest_ends(memory: Remembered, policy: RetrainingPolicy) -> date | None:
    """Return the first day of the data on which the next training may begin; None before the first one."""
    return None if memory.evaluated_on is None else memory.evaluated_on + timedelta(days=policy.cooldown_days)


def _missing(
    memory: Remembered, seen: Situation, drift: DriftReport, policy: RetrainingPolicy, *, is_at_once: bool
) -> str | None:
    """Return what a training has to wait for, in words; None if for nothing."""
    if memory.failures and not _is_newer(memory.request, seen, drift):
        return words.same_data(memory)
    proven_by = seen.delay.proven_by(memory.since or drift.window_last)
    if not is_at_once and seen.complete_until < proven_by:
        return words.immature(seen, proven_by)
    if seen.new_rows < policy.min_new_rows:
        return words.few_rows(seen, policy)
    return None


def _is_newer(request: Request | None, seen: Situation, drift: DriftReport) -> bool:
    """Return whether data have come since a training was asked for."""
    return request is None or seen.complete_until > request.complete_until or drift.window_last > request.window_last
