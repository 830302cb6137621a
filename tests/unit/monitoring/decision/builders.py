"""A model in the middle of its life, and what may be seen of it, for tests of the decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from ml_assets.monitoring.decision.memory import Remembered, Request, Witness
from ml_assets.monitoring.decision.situation import (
    AnswersSeen,
    DriftReport,
    LabelDelay,
    Realised,
    Serving,
    Situation,
    Training,
)
from ml_assets.monitoring.decision.states import Cause, RealisedVerdict, State, TrainingStatus
from ml_assets.monitoring.verdict import Verdict

MAY, JUNE, JULY, AUGUST = date(2018, 5, 31), date(2018, 6, 30), date(2018, 7, 31), date(2018, 8, 31)
APRIL = date(2018, 4, 30)
CLOCK = date(2019, 1, 10)
# 30 + 90 + 30 days behind the end of July, and a day less than that behind the end of May.
MATURE, IMMATURE = date(2018, 12, 28), date(2018, 10, 27)
DELAY = LabelDelay(horizon=30, gap=30, test_window=90)
SERVING = Serving(version="3", data_until=date(2018, 7, 31))
REQUEST = Request(report_id="orders-2018-06-30-v3", complete_until=date(2018, 7, 10), window_last=JUNE)

MEMORIES = {
    State.QUIET: Remembered(champion="3", sequence=1, windows=Witness(window_last=JUNE, calm=1)),
    State.DETECTED: Remembered(
        state=State.DETECTED,
        champion="3",
        sequence=1,
        windows=Witness(window_last=JUNE, drifted=1, first_drifted=JUNE, first_shown=JUNE),
    ),
    State.WAITING_FOR_LABELS: Remembered(
        state=State.WAITING_FOR_LABELS,
        champion="3",
        sequence=1,
        windows=Witness(window_last=JUNE, drifted=2, first_drifted=MAY, first_shown=MAY),
        cause=Cause.DRIFT,
        since=MAY,
    ),
    State.TRAINING: Remembered(
        state=State.TRAINING,
        champion="3",
        sequence=1,
        windows=Witness(window_last=JUNE, drifted=2, first_drifted=MAY, first_shown=MAY),
        cause=Cause.DRIFT,
        since=MAY,
        request=REQUEST,
    ),
    State.EVALUATED: Remembered(
        state=State.EVALUATED,
        champion="3",
        sequence=1,
        windows=Witness(window_last=JUNE),
        evaluated_on=date(2018, 7, 5),
        evaluated_report="orders-2018-06-30-v3",
    ),
}


# Answers are known a month later than features; of a model that is calm otherwise the newest window has drifted.
BY_ANSWERS = MEMORIES[State.DETECTED].model_copy(
    update={
        "windows": Witness(window_last=JUNE, calm=1),
        "answers": Witness(window_last=MAY, drifted=1, first_drifted=MAY, first_shown=JUNE),
    }
)


def report(
    verdict: Verdict = Verdict.STABLE,
    window_last: date = JULY,
    version: str = "3",
    answers: Verdict | None = None,
    answers_last: date = JUNE,
) -> DriftReport:
    """Return a report on a window, compared with the training window of a version."""
    seen = None if answers is None else AnswersSeen(answers, answers_last)
    return DriftReport(f"orders-{window_last}-v{version}", verdict, window_last, f"the window is {verdict}", seen)


def realised(verdict: RealisedVerdict = RealisedVerdict.HELD, window_last: date = JULY) -> Realised:
    """Return what labels say of scores until a day."""
    return Realised(verdict, f"past scores: {verdict}", window_last)


def training(status: TrainingStatus, sequence: int = 1) -> Training:
    """Return what became of a training."""
    return Training(sequence, status, f"the run is {status}")


def situation(**changes: Any) -> Situation:
    """Return a calm July with all labels known, with changes."""
    calm: dict[str, Any] = {
        "event_clock": CLOCK,
        "complete_until": MATURE,
        "delay": DELAY,
        "champion": SERVING,
        "drift": report(),
        "realised": realised(),
        "new_rows": 10_000,
    }
    return Situation(**calm | changes)
