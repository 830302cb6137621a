"""Answers are judged on their own window: whose drift counts, which window it is of, what it shares with the rest."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import SAME_MONTHS, NamedReference, judge
from ml_assets.monitoring.verdict import DriftVerdict, Verdict
from ml_assets.monitoring.window import Window
from tests.unit.monitoring.gate.pairs import CONFIG, NORMAL, M, N
from tests.unit.monitoring.gate.windows import LAST, numeric, window

MAY = (date(2017, 5, 1), date(2017, 5, 31))
IS_LATE = MonitoredColumn("is_late", ColumnKind.NUMERIC, Role.LABEL)
COLUMNS = [numeric("amount"), IS_LATE]
LATE = (np.random.default_rng(3).random(N + M) < 0.1).astype(float)
REFERENCE = window({"amount": NORMAL[:N], "is_late": LATE[:N]})


def current(shift: float = 0.0) -> Window:
    """Return the newest window, of which no answer is known."""
    return window({"amount": NORMAL[N:] + shift})


def answered(share: float = 0.1, rows: int = M) -> Window:
    """Return an older window with a share of yes."""
    yes = (np.arange(rows) < share * rows).astype(float)
    return window({"amount": NORMAL[N : N + rows], "is_late": yes}, first=MAY[0], last=MAY[1])


def found(shift: float, then: Window | None, config: DriftConfig = CONFIG) -> DriftVerdict:
    return judge(REFERENCE, current(shift), COLUMNS, config, answered=then)


@pytest.mark.parametrize(
    ("shift", "share", "verdicts"),
    [
        (0.0, 0.1, (Verdict.STABLE, Verdict.STABLE, Verdict.STABLE)),
        (0.5, 0.1, (Verdict.DRIFT, Verdict.DRIFT, Verdict.STABLE)),
        (0.0, 0.3, (Verdict.DRIFT, Verdict.STABLE, Verdict.DRIFT)),
        (0.5, 0.3, (Verdict.DRIFT, Verdict.DRIFT, Verdict.DRIFT)),
    ],
)
def test_features_and_answers_have_a_verdict_each(
    shift: float, share: float, verdicts: tuple[Verdict, Verdict, Verdict]
) -> None:
    verdict = found(shift, answered(share))
    assert verdict.answers is not None
    assert (verdict.verdict, verdict.current_verdict, verdict.answers.verdict) == verdicts
    assert [column.is_drifted for column in verdict.columns] == [shift > 0.0, share > 0.1]


def test_each_column_says_of_which_window_it_is() -> None:
    verdict = found(0.0, answered(0.3))
    assert [column.window_last for column in verdict.columns] == [LAST, MAY[1]]
    assert [column.name for column in verdict.of_current] == ["amount"]
    assert [column.name for column in verdict.of_answers] == ["is_late"]
    answers = verdict.answers
    assert answers is not None
    assert (answers.first, answers.last, answers.rows, answers.reference_rows) == (*MAY, M, N)
    assert "None of 1 columns moved" in verdict.words
    assert "answers of 2017-05-01 to 2017-05-31 moved: label is_late (" in verdict.words
    assert "answers of 2017-05-01 to 2017-05-31 did not move" in found(0.5, answered()).words


def test_answers_that_are_not_known_are_not_judged_and_cost_no_power() -> None:
    by_chance = DriftConfig(location_floor=0.0, shape_floor=0.0, share_floor=0.0)
    unknown, known = (found(0.5, then, by_chance) for then in (None, answered()))
    assert unknown.answers is None
    assert [column.effect is None for column in unknown.columns] == [False, True]
    assert unknown.columns[1].window_last is None
    thresholds = [each.columns[0].threshold for each in (unknown, known)]
    assert thresholds[0] is not None
    assert thresholds[1] is not None
    assert thresholds[0] < thresholds[1], "two columns share the chance of a false alarm"


def test_too_few_answers_say_nothing_and_leave_features_as_they_are() -> None:
    verdict = found(0.5, answered(0.9, rows=499))
    assert verdict.answers is not None
    assert verdict.answers.verdict is Verdict.INSUFFICIENT
    assert verdict.verdict is Verdict.DRIFT
    assert not verdict.columns[1].is_drifted
    assert "Answers are not judged: 4,000 rows" in verdict.words


def test_too_few_rows_of_the_newest_window_leave_answers_as_they_are() -> None:
    small = window({"amount": NORMAL[:499] + 5.0})
    verdict = judge(REFERENCE, small, COLUMNS, CONFIG, answered=answered(0.3))
    assert (verdict.verdict, verdict.current_verdict) == (Verdict.DRIFT, Verdict.INSUFFICIENT)
    assert [column.is_drifted for column in verdict.columns] == [False, True]


def test_answers_may_have_a_reference_of_their_own() -> None:
    often_late = window({"amount": NORMAL[:N], "is_late": (np.arange(N) < 0.3 * N).astype(float)})
    verdict = judge(
        REFERENCE, current(), COLUMNS, CONFIG, "last June",
        answered=answered(0.3), answered_reference=NamedReference(often_late, SAME_MONTHS),
    )  # fmt: skip
    assert verdict.answers is not None
    assert (verdict.answers.verdict, verdict.answers.reference_name) == (Verdict.STABLE, SAME_MONTHS)
    assert f"Against {SAME_MONTHS}, answers of" in verdict.words
    assert verdict.reference_name == "last June"
