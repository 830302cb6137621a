"""One day of one model under one policy: score, look, decide, and train if that is what was decided.

Belongs here: the order of these. Does not belong here: what each of them does (``family``, ``monitoring``,
``training``), what all policies share on a day (``day``).
"""

from __future__ import annotations

from datetime import timedelta

from ml_assets.classification.training_set import complete_until
from ml_assets.family.scoring import signed, standing_answers, without_hindsight
from ml_assets.files import write_text
from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Decision, Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.record import decision_row, record
from ml_assets.monitoring.decision.situation import Situation, Training
from ml_assets.monitoring.decision.states import Action, Cause, TrainingStatus
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.situation_now import DriftSeen, situation_now
from ml_assets.monitoring.steps import judge_past_scores, seen
from ml_assets.monitoring.verdict import Verdict
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.tracking import Version
from ml_assets.replay.policies import LOOKS, Policy
from ml_assets.replay.records import StepRecord
from ml_assets.replay.training import train
from ml_assets.replay.turn import Turn

_LOOKS_AT_NO_WINDOW = "this policy looks at no window"
_BETWEEN_DECISIONS = timedelta(minutes=1)
_ALARMS = frozenset({Cause.DRIFT, Cause.DECAY})


def step(turn: Turn, before: StepRecord | None) -> StepRecord:
    """Re-enact a day, and return what was done.

    A day that was broken off may be taken again: who serves is first made who served at the end of the day before.

    Parameters
    ----------
    turn
        The day of a model under a policy.
    before
        The day before; None on the first.

    Raises
    ------
    LookupError
        If the version that served at the end of the day before is gone.
    """
    champion = _restored(turn, before)
    if champion is None:
        training = train(turn)
        return _recorded(turn).model_copy(update={"training": training})
    scored, settings = _score(turn, champion), LOOKS[turn.policy].settings
    if settings is not None:
        done = _decided(turn, champion, None if before is None else before.memory, settings)
    else:
        training_now = train(turn) if turn.policy is Policy.ALWAYS else None
        done = _recorded(turn).model_copy(
            update={"training": training_now, "reasons": (f"it {LOOKS[turn.policy].words}",)}
        )
    return done.model_copy(update={"scored": scored})


def is_alarm(before: Remembered | None, memory: Remembered) -> bool:
    """Return whether drift or decay has become a cause for a training that it was not before."""
    return memory.cause in _ALARMS and (before is None or before.cause not in _ALARMS)


def _restored(turn: Turn, before: StepRecord | None) -> Version | None:
    """Return the version that served at the end of the day before, serving again if another one came meanwhile."""
    if before is None or before.champion is None:
        return None
    champion, registry = turn.champion, turn.place.registry
    if champion is not None and champion.number == before.champion:
        return champion
    served = next((each for each in registry.versions(turn.model) if each.number == before.champion), None)
    if served is None:
        raise LookupError(
            f"version {before.champion} of {turn.model}, which served on {before.day} under {turn.policy}, is not in "
            "the registry of the replay: remove the home of the replay, and replay again"
        )
    registry.set_alias(served, CHAMPION)
    return served


def _score(turn: Turn, champion: Version) -> int:
    """Write what the champion says of the rows since the step before; return how many they are."""
    table, own = turn.family.scores, turn.place.own
    answers = turn.day.answers(turn.family, turn.place.registry, champion)
    frame = signed(answers, champion, table, turn.moment)
    frame, _ = without_hindsight(frame, standing_answers(own, table), table)
    own.replace(table.name, frame, table.key)
    return len(frame)


def _decided(turn: Turn, champion: Version, memory: Remembered | None, settings: RetrainingPolicy) -> StepRecord:
    """Let the machine decide by what the policy looks at, train if it asks for it, and record both decisions."""
    situation = _situation(turn, champion)
    first = decide(memory, situation, settings)
    _keep(turn, first, situation, follows=0)
    training, last, request = None, first, first.memory.request
    if first.action is Action.RETRAIN and request is not None:
        training = train(turn, may_be_equal=request.may_be_equal)
        ended = Training(first.sequence, TrainingStatus.SUCCEEDED, f"{training.verdict}: {training.reason}")
        after = situation_now(turn.family, turn.tables, turn.place.files, turn.place.registry, ended)
        last = decide(first.memory, after, settings)
        _keep(turn, last, after, follows=1)
    return _recorded(turn).model_copy(
        update={
            "is_alarm": is_alarm(memory, first.memory),
            "state": last.state,
            "reasons": first.reasons,
            "training": training,
            "memory": last.memory,
        }
    )


def _situation(turn: Turn, champion: Version) -> Situation:
    """Return what a policy sees: of what it does not look at, nothing."""
    looks, files, registry = LOOKS[turn.policy], turn.place.files, turn.place.registry
    found = DriftSeen(verdict=Verdict.INSUFFICIENT, words=_LOOKS_AT_NO_WINDOW, version=champion.number)
    if looks.at_windows:
        found = seen(turn.day.compared(turn.family, registry, champion))
    write_text(files.drift_seen(turn.model), found.model_dump_json(indent=2))
    if looks.at_scores:
        judge_past_scores(turn.family, turn.tables, files, registry, PerformanceConfig())
    return situation_now(turn.family, turn.tables, files, registry, None)


def _keep(turn: Turn, decision: Decision, situation: Situation, *, follows: int) -> None:
    """Write a decision as the platform does; one that follows another on the same day a moment later."""
    decided_at = turn.moment + follows * _BETWEEN_DECISIONS
    record(turn.place.own, decision_row(turn.model, decision, situation, decided_at=decided_at, run_id=None))


def _recorded(turn: Turn) -> StepRecord:
    """Return the record of a day on which nothing was done, with who serves now."""
    champion = turn.champion
    return StepRecord(
        model=turn.model,
        policy=turn.policy,
        day=turn.day.day,
        complete_until=complete_until(turn.day.past, turn.family.question),
        champion=None if champion is None else champion.number,
        champion_is=None if champion is None else champion.tags[CANDIDATE],
    )
