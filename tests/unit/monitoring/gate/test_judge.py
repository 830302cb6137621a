"""The verdict: each guard on input that passes and input that does not, and what leaves it unmoved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn, Role
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict, Verdict
from ml_assets.monitoring.window import Window
from tests.unit.monitoring.gate.windows import FIRST, LAST, categorical, numeric, window

CONFIG = DriftConfig()
N, M = 4_000, 1_000
GENERATOR = np.random.default_rng(7)
NORMAL = GENERATOR.normal(size=N + M)
SKEWED = np.exp(GENERATOR.normal(size=N + M))
STATE = GENERATOR.choice(["SP", "RJ", "MG"], size=N + M, p=[0.5, 0.3, 0.2])


def split(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[:N], values[N:]


def judged(reference: npt.ArrayLike, current: npt.ArrayLike, column: MonitoredColumn) -> ColumnDrift:
    """Return what is said of one column, between two windows of its values."""
    verdict = judge(window({column.name: reference}), window({column.name: current}), [column], CONFIG)
    return verdict.columns[0]


def whole(frame: pd.DataFrame) -> Window:
    return window({str(name): frame[name].to_numpy() for name in frame.columns})


def both(**columns: tuple[np.ndarray, np.ndarray]) -> tuple[Window, Window]:
    return window({k: v[0] for k, v in columns.items()}), window({k: v[1] for k, v in columns.items()})


def verdict_of(columns: list[MonitoredColumn], **values: tuple[np.ndarray, np.ndarray]) -> DriftVerdict:
    return judge(*both(**values), columns, CONFIG)


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


def test_a_wider_column_is_named_by_its_spread() -> None:
    reference, current = split(NORMAL)
    found = judged(reference, current * 1.5, numeric("x"))
    assert found.is_drifted
    assert found.part == "spread"
    assert found.reference.startswith("median ")


def test_a_category_whose_share_grew() -> None:
    reference, current = split(STATE)
    moved = np.where((current == "SP") & (GENERATOR.random(M) < 0.3), "RJ", current)
    found = judged(reference, moved, categorical("state"))
    assert found.is_drifted
    assert found.part in ("share of 'SP'", "share of 'RJ'")
    assert found.reference.endswith("%")


def test_a_new_category_is_named_and_was_not_there() -> None:
    reference, current = split(STATE)
    found = judged(reference, np.where(np.arange(M) < 60, "BA", current), categorical("state"))
    assert (found.is_drifted, found.part, found.reference, found.current) == (True, "share of 'BA'", "0.0%", "6.0%")
    assert not judged(reference, np.where(np.arange(M) < 3, "BA", current), categorical("state")).is_drifted


def test_many_categories_that_are_seen_once_are_no_drift() -> None:
    names = np.array([f"seller {number}" for number in GENERATOR.integers(0, 20_000, size=N + M)])
    found = judged(*split(names), categorical("seller"))
    assert (found.effect, found.is_drifted, found.part) == (None, False, "")


@pytest.mark.parametrize(("share", "is_drifted"), [(0.1, False), (0.17, True)])
def test_the_missing_share(share: float, is_drifted: bool) -> None:
    reference = np.where(np.arange(N) % 10 == 0, np.nan, NORMAL[:N])
    current = np.where(np.arange(M) % 100 < 100 * share, np.nan, NORMAL[N:])
    found = judged(reference, current, numeric("x"))
    assert found.is_drifted is is_drifted
    if is_drifted:
        assert (found.part, found.reference, found.current) == ("missing share", "10.0% missing", "17.0% missing")


def test_a_column_that_came_to_be_missing_altogether() -> None:
    found = judged(NORMAL[:N], np.full(M, np.nan), numeric("x"))
    assert (found.is_drifted, found.part, found.current) == (True, "missing share", "100.0% missing")
    assert judged(STATE[:N], np.full(M, None), categorical("s")).part == "missing share"


@pytest.mark.parametrize("kind", list(ColumnKind))
@pytest.mark.parametrize("value", [1.0, np.nan])
def test_a_column_with_nothing_to_compare(kind: ColumnKind, value: float) -> None:
    found = judged(np.full(N, value), np.full(M, value), MonitoredColumn("x", kind))
    assert (found.effect, found.threshold, found.is_drifted, found.part) == (None, None, False, "")


def test_a_constant_that_changed() -> None:
    assert judged(np.ones(N), np.full(M, 2.0), numeric("x")).is_drifted


def test_few_distinct_values() -> None:
    counts = GENERATOR.integers(0, 4, size=N + M).astype(np.float64)
    reference, current = split(counts)
    assert not judged(reference, current, numeric("x")).is_drifted
    assert judged(reference, np.where(GENERATOR.random(M) < 0.2, 3.0, current), numeric("x")).is_drifted


def test_infinite_values_are_the_largest() -> None:
    reference, current = split(NORMAL)
    assert not judged(
        np.where(reference > 2, np.inf, reference), np.where(current > 2, np.inf, current), numeric("x")
    ).is_drifted
    found = judged(reference, np.where(current > 0.5, np.inf, current), numeric("x"))
    assert found.is_drifted
    assert found.current.startswith("median")


def test_booleans_and_nullable_numbers() -> None:
    reference, current = split(NORMAL > 1.5)
    assert not judged(reference, current, numeric("x")).is_drifted
    assert judged(reference, current | (NORMAL[N:] < -1.5), numeric("x")).is_drifted
    nullable = pd.Series(NORMAL, dtype="Float64").mask(pd.Series(np.arange(N + M) % 5 == 0))
    assert not judged(nullable[:N], nullable[N:].reset_index(drop=True), numeric("x")).is_drifted


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
        (numeric("x", 0.0, role=Role.LABEL), Verdict.DRIFT),
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


def test_rows_of_one_entity_are_not_taken_for_many() -> None:
    # One in ten rows alone would be an alarm; that they are copies says so.
    generator = np.random.default_rng(12)
    reference, current = generator.normal(size=N), np.repeat(generator.normal(0.12, size=M // 10), 10)
    entity = np.concatenate([np.arange(N), N + np.repeat(np.arange(M // 10), 10)])
    independent = window({"x": reference}), window({"x": current}, entity=np.arange(N, N + M))
    clustered = window({"x": reference}, entity=entity[:N]), window({"x": current}, entity=entity[N:])
    loud, quiet = (judge(*pair, [numeric("x")], CONFIG).columns[0] for pair in (independent, clustered))
    assert loud.effect == quiet.effect
    assert loud.threshold is not None
    assert quiet.threshold is not None
    assert quiet.threshold > 2.0 * loud.threshold


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


@settings(deadline=None, max_examples=15)
@given(st.randoms(use_true_random=False))
def test_order_of_rows_names_of_categories_and_monotone_transforms_change_nothing(random: object) -> None:
    seed = random.randrange(2**31)  # type: ignore[attr-defined]
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"x": generator.normal(size=1_200).round(1), "s": generator.choice(["a", "b", "c"], size=1_200)}
    )
    frame.loc[generator.random(1_200) < 0.1, "x"] = np.nan
    columns = [numeric("x"), categorical("s")]
    plain = judge(whole(frame[:700]), whole(frame[700:]), columns, CONFIG)
    other = frame.assign(x=np.exp(frame["x"]) * 5, s=frame["s"].map({"a": "z", "b": "y", "c": "x"}))
    first, second = other[:700], other[700:]
    shuffled = judge(
        whole(first.sample(frac=1, random_state=seed)),
        whole(second.sample(frac=1, random_state=seed)),
        columns,
        CONFIG,
    )
    for one, two in zip(plain.columns, shuffled.columns, strict=True):
        assert one.effect == pytest.approx(two.effect)
        assert one.threshold == pytest.approx(two.threshold)
        assert one.is_drifted == two.is_drifted


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.sampled_from(list(ColumnKind)))
def test_a_window_compared_with_itself_has_no_effect(seed: int, kind: ColumnKind) -> None:
    values = np.random.default_rng(seed).integers(0, 9, size=600)
    found = judged(values, values, MonitoredColumn("x", kind))
    assert found.effect == pytest.approx(0.0, abs=1e-9)
    assert not found.is_drifted
