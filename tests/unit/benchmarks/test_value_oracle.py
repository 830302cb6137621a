"""The oracle of value by hand, and what the trials of all seeds say."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from benchmarks.planted_truth.measure import Verdict
from benchmarks.planted_value.measure import planted
from benchmarks.value_oracle.__main__ import gap_verdict, is_near_nothing, main, table
from benchmarks.value_oracle.measure import Compared, oracle
from ml_assets.config import EvaluationConfig

ROW = Compared(seed=1, rows=1000, buyers=300, chosen="blend", model=0.47, rule=0.45, oracle=0.49, is_proven=False)
NULL = replace(ROW, model=0.0, rule=0.01, oracle=float("nan"))


def rows(row: Compared, *models: float) -> list[Compared]:
    return [replace(row, seed=seed, model=model) for seed, model in enumerate(models)]


def test_the_oracle_knows_every_order_and_pulls_towards_what_all_spend() -> None:
    features = pd.DataFrame(
        {
            "frequency": [0.0, 0.0, 1.0],
            "recency": [0.0, 0.0, 50.0],
            "age": [100.0, 100.0, 100.0],
            "monetary_value": [0.0, 0.0, 80.0],
            "order_count": [1, 1, 2],
            "items_value": [50.0, 500.0, 130.0],
        }
    )
    money = oracle(features, 180)
    assert money[0] < money[1], "who paid more once is worth more, though no repeat day says so"
    truth = planted()
    values = [
        truth["p"] * (truth["v"] + spent) / (truth["q"] + truth["p"] * orders - 1)
        for orders, spent in ((1, 50.0), (1, 500.0))
    ]
    assert money[1] / money[0] == pytest.approx(values[1] / values[0]), "both are expected to buy as often"
    assert oracle(features, 360)[0] > money[0]


def test_a_small_gap_is_met_a_large_one_missed_and_one_below_zero_a_leak() -> None:
    assert gap_verdict(rows(ROW, 0.47, 0.471, 0.469)) is Verdict.MET
    assert gap_verdict(rows(ROW, 0.40, 0.402, 0.398)) is Verdict.MISSED
    assert gap_verdict(rows(ROW, 0.60, 0.602, 0.598)) is Verdict.LEAK
    assert gap_verdict(rows(ROW, 0.47)) is Verdict.UNKNOWN


def test_nothing_is_near_nothing() -> None:
    assert is_near_nothing(rows(NULL, 0.05, -0.04, 0.01, -0.03))
    assert not is_near_nothing(rows(NULL, 0.20, 0.21, 0.19, 0.22))
    assert not is_near_nothing(rows(NULL, 0.0))


def test_the_table_says_what_was_found_and_what_chance_allows() -> None:
    said = table(rows(ROW, 0.47, 0.471), rows(NULL, 0.05, -0.04), EvaluationConfig())
    assert "| loyal shop, planted laws | 2 | 1,000 | 300 | 0.490 |" in said
    assert "| near 0 | 0 of 2 |" in said
    assert "no more than the declared 2.5%" in said
    all_proven = [replace(row, is_proven=True) for row in rows(NULL, 0.05, -0.04)]
    assert "2 of 2 models seemed better than the rule, MORE than" in table([ROW, ROW], all_proven, EvaluationConfig())


def test_one_seed_has_no_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "1"])
    assert "two seeds or more" in capsys.readouterr().err
