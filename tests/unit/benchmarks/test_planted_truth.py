"""The comparison with the oracle: rows put beside each other, the gap over seeds, and its verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.asked import Asked
from benchmarks.planted_truth.measure import Verdict, compared, mean_over_seeds, verdict_on
from benchmarks.planted_truth.oracle import oracle_path, oracle_probability
from ml_assets.classification.panel import Panel
from ml_assets.metrics.estimate import Estimate
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, panel_of_truth

UNTIL = np.datetime64("2018-12-31")


def with_horizon(panel: Panel) -> Panel:
    """Return a panel in which every answer is known the day before the next period."""
    return replace(panel, horizon_ends_at=panel.asked_at + np.timedelta64(20, "D"))


def asked_of(panel: Panel) -> Asked:
    return Asked(QUESTION, panel.keys, panel, UNTIL)


def test_the_oracle_is_joined_by_key_and_as_of(tmp_path: Path) -> None:
    keys = pd.DataFrame(
        {"thing_id": ["b", "a", "a"], "as_of_date": pd.to_datetime(["2018-01-31"] * 2 + ["2018-02-28"])}
    )
    panel = replace(panel_of_truth(3), keys=keys)
    path = oracle_path(tmp_path, QUESTION)
    path.parent.mkdir()
    said = {"thing_id": ["a", "b"], "as_of_date": [pd.Timestamp("2018-01-31").date()] * 2, "probability": [0.1, 0.2]}
    pd.DataFrame(said).to_parquet(path)
    np.testing.assert_array_equal(oracle_probability(tmp_path, QUESTION, panel), [0.2, 0.1, np.nan])


def test_an_oracle_that_says_two_things_of_one_row_is_refused(tmp_path: Path) -> None:
    path = oracle_path(tmp_path, QUESTION)
    path.parent.mkdir()
    twice = {"thing_id": ["a", "a"], "as_of_date": [pd.Timestamp("2018-01-31").date()] * 2, "probability": [0.1, 0.2]}
    pd.DataFrame(twice).to_parquet(path)
    with pytest.raises(pd.errors.MergeError):
        oracle_probability(tmp_path, QUESTION, panel_of_truth(5))


def test_model_and_oracle_are_measured_on_the_rows_that_both_have() -> None:
    panel = with_horizon(panel_of_truth())
    oracle = panel.label.copy()
    oracle[::2] = np.nan
    found = compared(asked_of(panel), oracle, 1, CONFIG, SPLIT)
    assert found.oracle == 1.0
    assert 0.6 < found.model < 1.0
    assert found.gap == pytest.approx(1.0 - found.model)
    assert abs(found.rows - found.without_oracle) <= 1


def test_the_mean_over_seeds_has_students_interval() -> None:
    gap = mean_over_seeds([0.01, 0.02, 0.03])
    # 4.303 is the 97.5 % point of Student's t with two degrees of freedom.
    half = 4.303 * 0.01 / 3**0.5
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.02, 0.02 - half, 0.02 + half), abs=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.03, Verdict.MET),
        (-0.01, 0.02, Verdict.MET),
        (0.01, 0.031, Verdict.MISSED),
        (-0.02, -0.001, Verdict.LEAK),
        (None, None, Verdict.UNKNOWN),
    ],
)
def test_the_verdict_goes_by_the_whole_interval(low: float | None, high: float | None, verdict: Verdict) -> None:
    assert verdict_on(Estimate(value=0.0, low=low, high=high)) is verdict


@pytest.mark.parametrize("values", [[], [0.01, float("nan")]], ids=["nothing", "undefined"])
def test_what_is_undefined_has_no_mean(values: list[float]) -> None:
    assert mean_over_seeds(values).value is None


def test_one_seed_has_no_interval() -> None:
    assert verdict_on(mean_over_seeds([0.01])) is Verdict.UNKNOWN
