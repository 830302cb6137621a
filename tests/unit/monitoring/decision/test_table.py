"""The whole table of the machine: states, verdicts and circumstances against what was written down by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest

from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Remembered
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.situation import Situation
from ml_assets.monitoring.decision.states import Action, RealisedVerdict, State, TrainingStatus
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.decision.builders import (
    BY_ANSWERS,
    CLOCK,
    IMMATURE,
    MATURE,
    MEMORIES,
    SERVING,
    realised,
    report,
    situation,
    training,
)

NEVER, MISSING = "before the first decision", "report missing"
# As if detected, but it was a window of answers that had drifted, not one of features.
ANSWERS_DRIFTED = "detected by answers"
UNKNOWN = "answers not known"
QUIET, DETECTED, WAITING, TRAINING, EVALUATED = State
NONE, WAIT, RETRAIN = Action
STABLE, DRIFT, UNIMPORTANT, INSUFFICIENT, NO_CHAMPION = Verdict
DECAY = RealisedVerdict.DECAY
RUNNING, SUCCEEDED, FAILED = TrainingStatus
NO_RUN = "no run"


BEFORE: Mapping[str, Remembered | None] = {NEVER: None, ANSWERS_DRIFTED: BY_ANSWERS} | {
    str(state): memory for state, memory in MEMORIES.items()
}


@dataclass(frozen=True)
class Cell:
    """One combination; the windows, of features and of answers, are the ones after the last that were counted."""

    before: State | str
    drift: Verdict | str
    answers: Verdict | str
    scores: RealisedVerdict
    run: TrainingStatus | str
    is_down: bool
    is_mature: bool
    is_resting: bool
    is_old: bool


CELLS = [
    Cell(*values)
    for values in product(
        BEFORE,
        (MISSING, *Verdict),
        (UNKNOWN, STABLE, DRIFT),
        RealisedVerdict,
        (NO_RUN, *TrainingStatus),
        (False, True),
        (False, True),
        (False, True),
        (False, True),
    )
]


@dataclass(frozen=True)
class Line:
    """A line of the table: cells that it speaks of (None: whatever), and what must follow (None: the state stays)."""

    state: State | None
    action: Action
    before: Collection[State | str] | None = None
    drift: Collection[Verdict | str] | None = None
    answers: Collection[Verdict | str] | None = None
    scores: Collection[RealisedVerdict] | None = None
    run: Collection[TrainingStatus | str] | None = None
    is_down: bool | None = None
    is_mature: bool | None = None
    is_resting: bool | None = None
    is_old: bool | None = None

    def speaks_of(self, cell: Cell) -> bool:
        """Return whether the line is about a cell."""
        several = all(
            among is None or value in among
            for among, value in (
                (self.before, cell.before),
                (self.drift, cell.drift),
                (self.answers, cell.answers),
                (self.scores, cell.scores),
                (self.run, cell.run),
            )
        )
        return several and all(
            wanted is None or wanted is value
            for wanted, value in (
                (self.is_down, cell.is_down),
                (self.is_mature, cell.is_mature),
                (self.is_resting, cell.is_resting),
                (self.is_old, cell.is_old),
            )
        )


BUSY = (DETECTED, ANSWERS_DRIFTED, WAITING, TRAINING)
IDLE = (NEVER, QUIET, EVALUATED)
CALM = (STABLE, UNIMPORTANT)
SILENT = (*CALM, INSUFFICIENT)


def because(**cells: object) -> list[Line]:
    """Return what follows wherever a cause stands: first the rest is over, then labels are known, then it trains."""
    return [
        Line(DETECTED, WAIT, **cells, is_resting=True),  # type: ignore[arg-type]
        Line(WAITING, WAIT, **cells, is_mature=False),  # type: ignore[arg-type]
        Line(TRAINING, RETRAIN, **cells),  # type: ignore[arg-type]
    ]


# The first line that speaks of a cell holds.
TABLE = [
    # Without the registry nothing is decided.
    Line(None, WAIT, before=BUSY, is_down=True),
    Line(None, NONE, is_down=True),
    # A training is followed to its end; one that failed leaves the cause standing, and new data are there.
    Line(TRAINING, WAIT, before=[TRAINING], run=[NO_RUN, RUNNING]),
    Line(EVALUATED, NONE, before=[TRAINING], run=[SUCCEEDED]),
    # Nobody serves.
    Line(QUIET, NONE, drift=[NO_CHAMPION]),
    # No report.
    Line(WAITING, WAIT, before=[TRAINING], drift=[MISSING]),
    Line(None, WAIT, before=BUSY, drift=[MISSING]),
    Line(None, NONE, drift=[MISSING]),
    # The cause stands already, and one calm window does not end it.
    *because(before=[WAITING, TRAINING]),
    # One window had drifted: a second one confirms, a calm one denies, decayed scores confirm as well.
    *because(before=[DETECTED], drift=[DRIFT]),
    *because(before=[DETECTED], scores=[DECAY]),
    Line(DETECTED, WAIT, before=[DETECTED], drift=[INSUFFICIENT]),
    # A window of answers is another witness: it neither confirms one of features, nor is it denied by a calm one.
    Line(DETECTED, WAIT, before=[DETECTED], answers=[DRIFT]),
    *because(before=[DETECTED], drift=CALM, is_old=True),
    Line(QUIET, NONE, before=[DETECTED], drift=CALM),
    # One window of answers had drifted: the same with the next one of answers.
    *because(before=[ANSWERS_DRIFTED], answers=[DRIFT]),
    *because(before=[ANSWERS_DRIFTED], scores=[DECAY]),
    Line(DETECTED, WAIT, before=[ANSWERS_DRIFTED], answers=[UNKNOWN]),
    Line(DETECTED, WAIT, before=[ANSWERS_DRIFTED], drift=[DRIFT]),
    *because(before=[ANSWERS_DRIFTED], answers=[STABLE], is_old=True),
    Line(QUIET, NONE, before=[ANSWERS_DRIFTED], answers=[STABLE]),
    # Nothing was there: the first window that drifts is seen, decayed scores need no second one, then comes age.
    *because(before=IDLE, scores=[DECAY]),
    Line(DETECTED, WAIT, before=IDLE, drift=[DRIFT]),
    Line(DETECTED, WAIT, before=IDLE, answers=[DRIFT]),
    *because(before=IDLE, drift=SILENT, is_old=True),
    Line(QUIET, NONE, before=IDLE, drift=SILENT),
]


def case(cell: Cell) -> tuple[Remembered | None, Situation, RetrainingPolicy]:
    """Return what a cell stands for: memory, situation and policy."""
    memory = BEFORE[cell.before]
    if cell.is_resting and memory is not None:
        memory = memory.model_copy(update={"evaluated_on": CLOCK - timedelta(days=10)})
    verdict = None if cell.drift == MISSING else Verdict(cell.drift)
    answers = None if cell.answers == UNKNOWN else Verdict(cell.answers)
    seen = situation(
        complete_until=MATURE if cell.is_mature else IMMATURE,
        champion=None if verdict is NO_CHAMPION else SERVING,
        drift=None if verdict is None else report(verdict, answers=answers),
        realised=realised(cell.scores),
        training=None if cell.run == NO_RUN else training(TrainingStatus(cell.run), memory.sequence if memory else 0),
        obstacle="connection refused" if cell.is_down else None,
    )
    return memory, seen, RetrainingPolicy(cooldown_days=28, max_age_days=100 if cell.is_old else 365)


def test_every_cell_of_the_table_is_as_written() -> None:
    used: Counter[int] = Counter()
    wrong = []
    for each in CELLS:
        # Before the first decision there was no training to rest from.
        cell = replace(each, is_resting=False) if each.before == NEVER else each
        line = next((place for place, line in enumerate(TABLE) if line.speaks_of(cell)), None)
        assert line is not None, f"no line speaks of {cell}"
        used[line] += 1
        memory, seen, policy = case(cell)
        decision = decide(memory, seen, policy)
        before = {NEVER: QUIET, ANSWERS_DRIFTED: DETECTED}.get(cell.before, cell.before)
        expected = (TABLE[line].state or before, TABLE[line].action)
        if (decision.state, decision.action) != expected:
            wrong.append((cell, expected, (decision.state, decision.action), decision.reasons))
    assert not wrong, f"{len(wrong)} of {len(CELLS)}, such as {wrong[0]}"
    assert not set(range(len(TABLE))) - used.keys(), "lines that speak of nothing"


@pytest.mark.parametrize("before", BEFORE)
def test_every_decision_has_reasons_and_seeing_the_same_again_changes_nothing(before: str) -> None:
    for cell in CELLS:
        if cell.before != before:
            continue
        memory, seen, policy = case(cell)
        first = decide(memory, seen, policy)
        assert first.reasons
        assert all(first.reasons)
        again = decide(first.memory, seen, policy)
        assert again.memory == first.memory, cell
        assert again.action is (WAIT if first.action is RETRAIN else first.action), cell
