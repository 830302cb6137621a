"""Reports on which an open decision rests are kept, however old."""

from __future__ import annotations

from datetime import date

from ml_assets.monitoring.decision.memory import Remembered, Request, Witness
from ml_assets.monitoring.decision.states import Cause
from ml_assets.monitoring.retention import windows_of

MAY, JUNE, JULY = date(2018, 5, 31), date(2018, 6, 30), date(2018, 7, 31)
REQUEST = Request(report_id="m/2018-07-31/v1", complete_until=JULY, window_last=JULY)


def test_a_quiet_model_keeps_none() -> None:
    assert windows_of(Remembered()) == frozenset()


def test_the_first_window_that_drifted_is_kept() -> None:
    assert windows_of(Remembered(windows=Witness(first_drifted=MAY, drifted=1))) == {MAY}


def test_what_a_training_was_asked_for_by_is_kept_while_its_cause_stands() -> None:
    waiting = Remembered(windows=Witness(first_drifted=MAY), cause=Cause.DRIFT, since=JUNE, request=REQUEST)
    assert windows_of(waiting) == {MAY, JUNE, JULY}
    assert windows_of(Remembered(request=REQUEST)) == frozenset()


def test_of_answers_their_window_is_kept_and_the_report_that_first_told_of_them() -> None:
    answers = Witness(window_last=JUNE, drifted=1, first_drifted=MAY, first_shown=JULY)
    assert windows_of(Remembered(answers=answers)) == {MAY, JULY}
    calm = Witness(window_last=JUNE, calm=1)
    assert windows_of(Remembered(windows=calm, answers=calm)) == frozenset()
