"""The branches of the decision one by one, its walk through a life, and what must hold whatever is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Decision, Remembered, Witness
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import Realised, Serving, Situation
from ml_assets.monitoring.decision.states import Action, Cause, RealisedVerdict, State, TrainingStatus
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.decision.builders import (
    APRIL,
    AUGUST,
    BY_ANSWERS,
    CLOCK,
    DELAY,
    JULY,
    JUNE,
    MATURE,
    MAY,
    MEMORIES,
    realised,
    report,
    situation,
    training,
)

POLICY = RetrainingPolicy()
FAILED, SUCCEEDED, RUNNING = TrainingStatus.FAILED, TrainingStatus.SUCCEEDED, TrainingStatus.RUNNING
DRIFTED, WAITING, TRAINING = MEMORIES[State.DETECTED], MEMORIES[State.WAITING_FOR_LABELS], MEMORIES[State.TRAINING]


def said(decision: Decision) -> str:
    return "; ".join(decision.reasons)


def outcome(decision: Decision) -> tuple[State, Action]:
    return decision.state, decision.action


def test_a_shift_goes_from_detected_to_evaluated() -> None:
    quiet = decide(None, situation(complete_until=JUNE, drift=report(window_last=JUNE)), POLICY)
    assert outcome(quiet) == (State.QUIET, Action.NONE)

    seen = {"complete_until": date(2018, 8, 5), "drift": report(Verdict.DRIFT, JULY)}
    detected = decide(quiet.memory, situation(**seen), POLICY)
    assert outcome(detected) == (State.DETECTED, Action.WAIT)
    assert "1 of 2 windows" in said(detected)

    seen = {"complete_until": date(2018, 9, 5), "drift": report(Verdict.DRIFT, AUGUST)}
    waiting = decide(detected.memory, situation(**seen), POLICY)
    assert outcome(waiting) == (State.WAITING_FOR_LABELS, Action.WAIT)
    assert "until 2018-12-28 (30 days of gap, 90 of test window, 30 of label horizon)" in said(waiting), (
        "counted from the first window that drifted"
    )

    asked = decide(waiting.memory, situation(**seen | {"complete_until": MATURE}), POLICY)
    assert outcome(asked) == (State.TRAINING, Action.RETRAIN)
    assert asked.sequence == 1
    assert asked.memory.request is not None
    assert asked.memory.request.report_id == "orders-2018-08-31-v3"
    assert not asked.memory.request.may_be_equal

    after = {**seen, "complete_until": MATURE}
    running = decide(asked.memory, situation(**after, training=training(RUNNING)), POLICY)
    assert outcome(running) == (State.TRAINING, Action.WAIT)

    promoted = Serving("4", MATURE)
    after |= {"training": training(SUCCEEDED), "champion": promoted}
    evaluated = decide(running.memory, situation(**after), POLICY)
    assert outcome(evaluated) == (State.EVALUATED, Action.NONE)
    assert said(evaluated) == "training 1 is evaluated: the run is succeeded"

    new = {**after, "drift": report(Verdict.STABLE, AUGUST, version="4")}
    assert outcome(decide(evaluated.memory, situation(**new), POLICY)) == (State.QUIET, Action.NONE)


@pytest.mark.parametrize("days", [0, 1])
def test_labels_are_waited_for_to_the_day(days: int) -> None:
    seen = situation(complete_until=MATURE - timedelta(days=days), drift=report(Verdict.DRIFT), realised=realised())
    confirmed = RetrainingPolicy(confirmations=1)
    assert decide(None, seen, confirmed).action is (Action.WAIT if days else Action.RETRAIN)


def test_the_same_window_is_no_second_witness_in_whatever_report() -> None:
    for drift in (report(Verdict.DRIFT, JUNE), report(Verdict.DRIFT, JUNE, version="again")):
        assert outcome(decide(DRIFTED, situation(drift=drift), POLICY)) == (State.DETECTED, Action.WAIT)
    confirmed = decide(DRIFTED, situation(drift=report(Verdict.DRIFT, JULY)), POLICY)
    assert confirmed.action is Action.RETRAIN


def test_a_window_too_small_to_judge_neither_confirms_nor_denies() -> None:
    unknown = decide(DRIFTED, situation(drift=report(Verdict.INSUFFICIENT, JULY)), POLICY)
    assert outcome(unknown) == (State.DETECTED, Action.WAIT)
    assert decide(unknown.memory, situation(drift=report(Verdict.DRIFT, JULY)), POLICY).action is Action.RETRAIN


def test_drift_in_an_unimportant_column_is_calm() -> None:
    decision = decide(DRIFTED, situation(drift=report(Verdict.UNIMPORTANT)), POLICY)
    assert outcome(decision) == (State.QUIET, Action.NONE)
    assert "the window is unimportant_drift" in said(decision)


def test_decayed_scores_need_no_second_window() -> None:
    decayed = realised(RealisedVerdict.DECAY, window_last=JUNE)
    alone = decide(MEMORIES[State.QUIET], situation(realised=decayed), POLICY)
    assert (alone.action, alone.memory.cause, alone.memory.since) == (Action.RETRAIN, Cause.DECAY, JUNE)
    both = decide(MEMORIES[State.QUIET], situation(realised=decayed, drift=report(Verdict.DRIFT)), POLICY)
    assert (both.action, both.memory.cause, both.memory.since) == (Action.RETRAIN, Cause.DRIFT, JULY)


def test_a_cause_goes_after_as_many_calm_windows_as_it_took_to_see_it() -> None:
    early = {"complete_until": JULY}
    first = decide(WAITING, situation(**early, drift=report(Verdict.STABLE, JULY)), POLICY)
    assert first.state is State.WAITING_FOR_LABELS
    second = decide(first.memory, situation(**early, drift=report(Verdict.STABLE, AUGUST)), POLICY)
    assert outcome(second) == (State.QUIET, Action.NONE)
    assert "the cause has gone" in said(second)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (RealisedVerdict.HELD, State.QUIET),
        (RealisedVerdict.IMMATURE, State.WAITING_FOR_LABELS),
        (RealisedVerdict.DECAY, State.WAITING_FOR_LABELS),
    ],
)
def test_decay_goes_only_when_scores_hold_again(verdict: RealisedVerdict, state: State) -> None:
    decayed = WAITING.model_copy(update={"cause": Cause.DECAY, "windows": Witness(window_last=JUNE, calm=1)})
    seen = situation(complete_until=JULY, realised=realised(verdict))
    assert decide(decayed, seen, POLICY).state is state


def walked(*seen: Situation) -> list[Decision]:
    """Return a decision after another."""
    decisions: list[Decision] = []
    for each in seen:
        decisions.append(decide(decisions[-1].memory if decisions else None, each, POLICY))
    return decisions


def test_a_shift_of_answers_alone_is_a_cause_from_the_first_window_of_answers_on() -> None:
    """Features are calm all the time; of the answers, April is as ever, May and June have drifted."""
    rows = ((JUNE, Verdict.STABLE, APRIL), (JULY, Verdict.DRIFT, MAY), (AUGUST, Verdict.DRIFT, JUNE))
    decisions = walked(
        *(
            situation(complete_until=JULY, drift=report(Verdict.STABLE, last, answers=found, answers_last=day))
            for last, found, day in rows
        )
    )
    assert [outcome(each) for each in decisions] == [
        (State.QUIET, Action.NONE),
        (State.DETECTED, Action.WAIT),
        (State.WAITING_FOR_LABELS, Action.WAIT),
    ]
    assert "1 of 2 windows of known answers in a row that it takes have drifted" in said(decisions[1])
    waiting = decisions[-1].memory
    assert (waiting.cause, waiting.since) == (Cause.DRIFT, MAY)
    # 30 + 90 + 30 days behind the end of May.
    assert "events must be complete until 2018-10-28" in said(decisions[-1])


def test_a_window_of_answers_counts_once_however_many_newer_windows_tell_of_it() -> None:
    months = (JUNE, JULY, AUGUST)
    seen = [situation(drift=report(window_last=each, answers=Verdict.DRIFT, answers_last=MAY)) for each in months]
    decisions = walked(*seen)
    assert [outcome(each) for each in decisions] == [(State.DETECTED, Action.WAIT)] * 3
    last = decisions[-1].memory
    assert (last.answers.drifted, last.answers.first_drifted, last.answers.first_shown) == (1, MAY, JUNE)
    assert (last.windows.drifted, last.windows.calm) == (0, 3)


def test_answers_that_are_calm_do_not_deny_a_shift_of_features() -> None:
    """They are of windows before it."""
    detected = decide(DRIFTED, situation(drift=report(Verdict.INSUFFICIENT, answers=Verdict.STABLE)), POLICY)
    assert outcome(detected) == (State.DETECTED, Action.WAIT)
    confirmed = decide(DRIFTED, situation(drift=report(Verdict.DRIFT, answers=Verdict.STABLE)), POLICY)
    assert (confirmed.action, confirmed.memory.since) == (Action.RETRAIN, JUNE)


def test_where_features_and_answers_shift_the_cause_stands_from_the_first_of_both_on() -> None:
    both = DRIFTED.model_copy(update={"answers": BY_ANSWERS.answers})
    confirmed = decide(both, situation(drift=report(Verdict.DRIFT, answers=Verdict.DRIFT)), POLICY)
    assert confirmed.memory.since == MAY
    by_features = decide(both, situation(drift=report(Verdict.DRIFT, answers=Verdict.STABLE)), POLICY)
    assert by_features.memory.since == JUNE


def test_a_cause_seen_by_answers_stays_while_only_features_are_calm() -> None:
    answers = Witness(window_last=MAY, drifted=2, first_drifted=APRIL, first_shown=MAY)
    waiting = WAITING.model_copy(update={"windows": Witness(window_last=JUNE, calm=5), "answers": answers})
    stays = decide(waiting, situation(complete_until=JULY, drift=report(answers=Verdict.STABLE)), POLICY)
    assert stays.state is State.WAITING_FOR_LABELS, "one calm window of answers"
    calm = report(window_last=AUGUST, answers=Verdict.STABLE, answers_last=JULY)
    goes = decide(stays.memory, situation(complete_until=JULY, drift=calm), POLICY)
    assert outcome(goes) == (State.QUIET, Action.NONE)
    assert "the cause has gone: 2 windows in a row are calm" in said(goes)


def test_an_evaluated_training_leaves_no_window_to_be_counted_again() -> None:
    training_by_answers = TRAINING.model_copy(update={"answers": BY_ANSWERS.answers})
    evaluated = decide(training_by_answers, situation(training=training(SUCCEEDED)), POLICY)
    assert evaluated.memory.answers == Witness(window_last=MAY)
    again = report(Verdict.STABLE, JULY, answers=Verdict.DRIFT, answers_last=MAY)
    newer = CLOCK + timedelta(days=1)
    assert decide(evaluated.memory, situation(drift=again, event_clock=newer), POLICY).state is State.QUIET
    promoted = decide(training_by_answers, situation(training=training(SUCCEEDED), champion=Serving("4", JULY)), POLICY)
    assert promoted.memory.answers == Witness(), "compared with another version's rows they are not the same"


def test_another_champion_makes_void_what_was_seen_of_the_last_one() -> None:
    seen = situation(champion=Serving("4", JUNE), drift=report(Verdict.DRIFT, JUNE, version="4"))
    decision = decide(WAITING, seen, POLICY)
    assert outcome(decision) == (State.DETECTED, Action.WAIT)
    assert "version 4 serves now, and what was seen of version 3 is void" in said(decision)


def test_rest_after_a_training_is_counted_in_days_of_the_data() -> None:
    rested = MEMORIES[State.QUIET].model_copy(update={"evaluated_on": CLOCK - timedelta(days=27)})
    decayed = {"realised": realised(RealisedVerdict.DECAY)}
    early = decide(rested, situation(**decayed), POLICY)
    assert outcome(early) == (State.DETECTED, Action.WAIT)
    assert "the next one may begin on 2019-01-11" in said(early)
    later = decide(early.memory, situation(**decayed, event_clock=CLOCK + timedelta(days=1)), POLICY)
    assert later.action is Action.RETRAIN


def test_without_new_rows_there_is_nothing_to_learn() -> None:
    decision = decide(WAITING, situation(new_rows=499), POLICY)
    assert outcome(decision) == (State.WAITING_FOR_LABELS, Action.WAIT)
    assert "499 new rows have known labels, and it takes 500" in said(decision)


def test_an_old_champion_is_trained_again_and_need_not_be_surpassed() -> None:
    old = RetrainingPolicy(max_age_days=162)
    decision = decide(None, situation(), old)
    assert (decision.action, decision.memory.cause) == (Action.RETRAIN, Cause.AGE)
    assert decision.memory.request is not None
    assert decision.memory.request.may_be_equal
    assert "163 days old" in said(decision)
    assert decide(None, situation(), RetrainingPolicy(max_age_days=163)).action is Action.NONE
    assert decide(None, situation(), RetrainingPolicy(max_age_days=None)).action is Action.NONE


def test_only_a_declared_rule_trains_before_labels_prove_anything() -> None:
    seen = situation(complete_until=JULY, drift=report(Verdict.DRIFT))
    assert decide(DRIFTED, seen, POLICY).action is Action.WAIT
    decision = decide(DRIFTED, seen, RetrainingPolicy(train_at_once=True))
    assert decision.action is Action.RETRAIN
    assert decision.memory.request is not None
    assert decision.memory.request.may_be_equal
    assert "no worse" in said(decision)


def test_a_training_that_has_not_begun_stays_asked_for() -> None:
    decision = decide(TRAINING, situation(), POLICY)
    assert (*outcome(decision), decision.memory) == (State.TRAINING, Action.WAIT, TRAINING)
    assert "by report orders-2018-06-30-v3 and has not begun" in said(decision)


def test_a_training_that_has_not_begun_is_dropped_when_another_version_comes_to_serve() -> None:
    decision = decide(TRAINING, situation(champion=Serving("4", JULY)), POLICY)
    assert outcome(decision) == (State.EVALUATED, Action.NONE)
    assert "version 4 came to serve" in said(decision)


def test_a_failed_training_is_tried_again_only_on_newer_data() -> None:
    old: dict[str, Any] = {"complete_until": date(2018, 11, 30), "drift": report(Verdict.DRIFT, JUNE)}
    asked = decide(WAITING, situation(**old), POLICY)
    assert (asked.action, asked.sequence) == (Action.RETRAIN, 2)
    failed = decide(asked.memory, situation(**old, training=training(FAILED, 2)), POLICY)
    assert outcome(failed) == (State.WAITING_FOR_LABELS, Action.WAIT)
    assert "training 2 has failed: the run is failed" in said(failed)
    assert "not tried again on the same data" in said(failed)

    newer: list[dict[str, Any]] = [{"complete_until": date(2018, 12, 1)}, {"drift": report(Verdict.DRIFT, JULY)}]
    for change in newer:
        again = decide(failed.memory, situation(**old | change, training=training(FAILED, 2)), POLICY)
        assert (again.action, again.sequence, again.memory.failures) == (Action.RETRAIN, 3, 1)


def test_after_the_last_attempt_somebody_has_to_look() -> None:
    tried_twice = TRAINING.model_copy(update={"failures": 2})
    decision = decide(tried_twice, situation(training=training(FAILED)), POLICY)
    assert outcome(decision) == (State.WAITING_FOR_LABELS, Action.NONE)
    assert "team:machine-learning has to look" in said(decision)
    later = situation(complete_until=CLOCK, drift=report(Verdict.DRIFT, AUGUST), training=training(FAILED))
    assert decide(decision.memory, later, POLICY).action is Action.NONE


@pytest.mark.parametrize(("status", "state"), [(RUNNING, State.TRAINING), (SUCCEEDED, State.EVALUATED)])
def test_a_failed_training_that_is_run_again_by_hand_is_followed(status: TrainingStatus, state: State) -> None:
    waiting = WAITING.model_copy(update={"failures": 3})
    assert decide(waiting, situation(training=training(status)), POLICY).state is state


def test_what_became_of_an_earlier_training_says_nothing_of_this_one() -> None:
    assert outcome(decide(TRAINING, situation(training=training(FAILED, 0)), POLICY)) == (State.TRAINING, Action.WAIT)


def test_a_registry_that_is_down_keeps_even_a_finished_training_waiting() -> None:
    decision = decide(TRAINING, situation(training=training(SUCCEEDED), obstacle="connection refused"), POLICY)
    assert decision.memory == TRAINING
    assert "connection refused" in said(decision)


def test_nobody_serves_and_a_missing_report_say_what_to_do() -> None:
    nobody = decide(WAITING, situation(champion=None), POLICY)
    assert (*outcome(nobody), nobody.sequence) == (State.QUIET, Action.NONE, 1)
    assert "no version serves yet" in said(nobody)
    missing = decide(WAITING, situation(drift=None), POLICY)
    assert (missing.memory, missing.report_id) == (WAITING, None)
    assert "materialise the model's drift" in said(missing)


def test_a_decay_names_its_window() -> None:
    with pytest.raises(ValueError, match="window_last"):
        Realised(RealisedVerdict.DECAY, "past scores are worse")


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Situation, TrainingStatus | None]]:
    """Return what is seen of a model over a year, with what becomes of whatever training is under way."""
    clock, window, version, seen = date(2018, 1, 31), date(2018, 1, 31), 3, []
    for _ in range(draw(st.integers(2, 12))):
        clock += timedelta(days=draw(st.integers(0, 40)))
        window = clock if draw(st.booleans()) else window
        version += draw(st.sampled_from([0, 0, 0, 1]))
        champion = Serving(str(version), date(2018, 1, 1)) if draw(st.integers(0, 9)) else None
        answers = draw(st.sampled_from([None, Verdict.STABLE, Verdict.DRIFT, Verdict.INSUFFICIENT]))
        verdict, answers_last = draw(st.sampled_from(Verdict)), window - timedelta(days=draw(st.sampled_from([60, 90])))
        drift = report(verdict, window, str(version), answers, answers_last) if draw(st.integers(0, 9)) else None
        each = situation(
            event_clock=clock,
            complete_until=clock - timedelta(days=draw(st.integers(0, 200))),
            champion=champion,
            drift=drift,
            realised=realised(draw(st.sampled_from(RealisedVerdict)), window),
            new_rows=draw(st.sampled_from([0, 10_000])),
            obstacle="down" if draw(st.integers(0, 9)) == 0 else None,
        )
        seen.append((each, draw(st.sampled_from([None, *TrainingStatus]))))
    return seen


policies = st.builds(
    RetrainingPolicy,
    confirmations=st.integers(1, 3),
    cooldown_days=st.sampled_from([0, 28]),
    max_age_days=st.sampled_from([None, 100]),
    max_attempts=st.integers(1, 2),
    train_at_once=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(lives(), policies)
def test_whatever_is_seen_trainings_come_one_by_one_and_with_reasons(
    life: list[tuple[Situation, TrainingStatus | None]], policy: RetrainingPolicy
) -> None:
    memory, asked = Remembered(), set()
    for seen, status in life:
        under_way = None if status is None else training(status, memory.sequence)
        now = replace(seen, training=under_way)
        decision = decide(memory, now, policy)
        assert decision.reasons
        assert decision.sequence - memory.sequence == (decision.action is Action.RETRAIN)
        if decision.action is Action.RETRAIN:
            assert memory.state is not State.TRAINING or status is FAILED
            request = decision.memory.request
            assert request is not None
            key = (request.report_id, decision.sequence)
            assert key not in asked
            asked.add(key)
            assert decision.state is State.TRAINING
            since = decision.memory.since
            is_proven = since is not None and now.complete_until >= DELAY.proven_by(since)
            assert is_proven or policy.train_at_once
        again = decide(decision.memory, now, policy)
        assert again.memory == decision.memory
        assert again.action is not Action.RETRAIN
        memory = decision.memory


@given(st.sampled_from(list(MEMORIES)))
def test_memory_survives_being_written_down(state: State) -> None:
    assert Remembered.model_validate_json(MEMORIES[state].model_dump_json()) == MEMORIES[state]
