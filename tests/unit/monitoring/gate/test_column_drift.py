"""What is said of one column, on input that drifts and that does not, and what leaves it unmoved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.gate import judge
from tests.unit.monitoring.gate.pairs import (
    CONFIG,
    GENERATOR,
    NORMAL,
    STATE,
    M,
    N,
    judged,
    split,
    whole,
)
from tests.unit.monitoring.gate.windows import categorical, numeric, window


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
