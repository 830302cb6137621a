"""The verdict over all columns: what matters, what it says, and each guard on input that passes and that does not."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.monitoring.columns import MonitoredColumn, Role
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.gate.pairs import (
    CONFIG,
    NORMAL,
    SKEWED,
    STATE,
    M,
    N,
    both,
    judged,
    split,
    verdict_of,
)
from tests.unit.monitoring.gate.windows import FIRST, LAST, categorical, numeric, window


def test_windows_of_one_law_are_stable() -> None:
    verdict = verdict_of(
        [numeric("amount"), numeric("skewed"), categorical("state")],
        amount=split(NORMAL), skewed=split(SKEWED), state=split(STATE),
    )  # fmt: skip
    assert verdict.verdict is Verdict.STABLE
    assert verdict.drifted == ()
    assert verdict.drifted_importance == 0.0
    assert (verdict.reference_rows, verdict.current_rows, verdict.current_entities) == (N, M, M)
    assert (verdict.current_first, verdict.current_last) == (FIRST, LAST)
    assert "None of 3 columns" in verdict.words


def test_the_shifted_column_is_named_with_its_part_and_its_raw_columns() -> None:
    reference, current = split(NORMAL)
    verdict = verdict_of(
        [numeric("amount", 0.3, raw_columns=("order_items.price",)), categorical("state")],
        amount=(reference, current + 0.3), state=split(STATE),
    )  # fmt: skip
    amount, state = verdict.columns
    assert verdict.verdict is Verdict.DRIFT
    assert (amount.is_drifted, state.is_drifted) == (True, False)
    assert amount.part == "location"
    assert "The reference is 1 times as long as the current window" in verdict.words
    assert amount.effect == pytest.approx(0.3, abs=0.08)
    assert amount.threshold is not None
    assert 0.0 < amount.threshold < 0.2
    assert verdict.drifted_importance == pytest.approx(0.3)
    assert "amount (location: median" in verdict.words
    assert "from order_items.price" in verdict.words
    assert "30%" in verdict.words


@pytest.mark.parametrize(
    ("rows", "verdict"), [(499, Verdict.INSUFFICIENT), (500, Verdict.DRIFT), (0, Verdict.INSUFFICIENT)]
)
def test_too_few_rows_say_nothing(rows: int, verdict: Verdict) -> None:
    few, many = window({"x": NORMAL[:rows] + 5.0}), window({"x": NORMAL})
    for reference, current in ((many, few), (few, many)):
        found = judge(reference, current, [numeric("x")], CONFIG)
        assert found.verdict is verdict
        assert bool(found.drifted) is (verdict is Verdict.DRIFT)
        assert (found.columns[0].effect is None) is (verdict is Verdict.INSUFFICIENT)
        assert ("too few" in found.words) is (verdict is Verdict.INSUFFICIENT)


@pytest.mark.parametrize(
    ("column", "verdict"),
    [
        (numeric("x", 0.05), Verdict.DRIFT),
        (numeric("x", 0.04), Verdict.UNIMPORTANT),
        (numeric("x", 0.0, role=Role.PREDICTION), Verdict.DRIFT),
        (numeric("x", 0.9, excluded="tenure grows"), Verdict.STABLE),
    ],
)
def test_what_matters(column: MonitoredColumn, verdict: Verdict) -> None:
    reference, current = split(NORMAL)
    found = verdict_of([column, numeric("other", 0.5)], x=(reference, current + 0.5), other=split(SKEWED))
    assert found.verdict is verdict
    assert found.columns[0].excluded == column.excluded
    assert ("too little to matter" in found.words) is (verdict is Verdict.UNIMPORTANT)
    assert ("prediction x (location" in found.words) is (column.role is Role.PREDICTION)
    assert found.columns[0].effect == pytest.approx(0.47, abs=0.1)


def test_every_drift_matters_where_no_importance_is_known() -> None:
    reference, current = split(NORMAL)
    found = verdict_of([numeric("x", 0.0), numeric("other", 0.0)], x=(reference, current + 0.5), other=split(SKEWED))
    assert found.verdict is Verdict.DRIFT
    assert "so each counts" in found.words


def test_excluded_columns_cost_no_power() -> None:
    reference, current = split(NORMAL)
    clocks = [numeric(f"clock {place}", excluded="it counts up") for place in range(30)]
    values = {"x": (reference, current), **{clock.name: (reference, current) for clock in clocks}}
    alone, among = verdict_of([numeric("x")], x=(reference, current)), verdict_of([numeric("x"), *clocks], **values)
    assert among.columns[0].threshold == alone.columns[0].threshold


def test_nothing_to_judge_is_stable() -> None:
    assert judge(*both(x=split(NORMAL)), [], CONFIG).verdict is Verdict.STABLE


def test_words_name_the_farthest_five_and_count_the_rest() -> None:
    values = {f"c{place}": (NORMAL[:N], NORMAL[N:] + 0.3 + place / 10) for place in range(7)}
    words = judge(*both(**values), [numeric(name, 0.1) for name in values], CONFIG, "last year").words
    assert words.startswith("Against last year, 7 of 7 columns moved: c6 (")
    assert "and 2 more" in words
    assert "c1 (" not in words


def test_a_column_that_a_window_lacks_is_named() -> None:
    with pytest.raises(ValueError, match="'y' is monitored, but the window from 2018-01-01 to 2018-01-31 lacks it"):
        judge(*both(x=split(NORMAL)), [numeric("y")], CONFIG)


def test_words_in_a_numeric_column_are_named() -> None:
    with pytest.raises(ValueError, match="'x' is declared numeric"):
        judged(STATE[:N], STATE[N:], numeric("x"))


def test_a_window_of_parts_that_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="3 rows, 2 entities and 3 periods"):
        window({"x": [1, 2, 3]}, entity=[1, 2])


def test_a_month_like_others_that_differ_as_much_is_no_drift() -> None:
    generator = np.random.default_rng(13)
    months = np.arange("2017-01", "2018-01", dtype="datetime64[M]").astype("datetime64[D]")
    moved = np.repeat(generator.normal(size=12) * 0.3, 400)
    reference = generator.normal(size=4_800)
    current = window({"x": generator.normal(size=400 * 2) + 0.35}, period=np.full(800, "2018-01-01"))
    steady, unsteady = (
        judge(window({"x": values}, period=np.repeat(months, 400)), current, [numeric("x")], CONFIG)
        for values in (reference, reference + moved)
    )
    assert steady.verdict is Verdict.DRIFT
    assert "times as long" not in steady.words
    assert unsteady.verdict is Verdict.STABLE
