"""The assets of a question of value, from made features to scores: who serves when, and what is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.family import CALIBRATION_CHECK, LEAK_CHECK, TRAINING_SET_CHECK
from ml_assets.cltv.challenger import LEARNED
from ml_assets.cltv.family import INTERVALS_CHECK, RULES_CHECK
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.panel import value_panel_of
from ml_assets.cltv.question import CLTV_OLIST_CUSTOMERS
from ml_assets.cltv.rules import DECAYED_SPEND
from ml_assets.cltv.steps import stored_evaluation, stored_training_set
from ml_assets.family.assets import SCHEMA_CHECK
from ml_assets.keys import Step
from ml_assets.predictions import SCORE_HORIZON
from ml_assets.registry.names import CHAMPION, LEARNED_UNTIL
from ml_assets.registry.rollback import roll_back
from ml_assets.registry.verdict import Verdict
from tests.fixtures.question_home import failed_checks
from tests.unit.cltv.value_home import FAMILY, LAST, QUICK_EVALUATION, SELLERS, ValueHome, seller_months


def found(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {each.check_name: each.passed for each in result.get_asset_check_evaluations()}


def without_signal() -> pd.DataFrame:
    """Return the made months with the money of other sellers of the same month."""
    made = seller_months()
    order = np.random.default_rng(5).permutation(len(made))
    order = order[np.argsort(made[SELLERS.as_of_column].to_numpy()[order], kind="stable")]
    columns = [*SELLERS.holdout_columns]
    return made.assign(**{name: made[name].to_numpy()[order] for name in columns})


def test_the_horizon_of_the_questions_is_that_of_the_score() -> None:
    assert SELLERS.horizon == CLTV_OLIST_CUSTOMERS.horizon == SCORE_HORIZON


def test_a_model_that_beats_every_rule_serves(serving: ValueHome) -> None:
    assert serving.champion() in LEARNED
    decision = serving.promotion()
    assert decision["verdict"] == Verdict.PROMOTED
    assert decision["metric"] == "normalised_gini"
    assert decision["gain_low"] > 0
    evaluation = stored_evaluation(SELLERS, serving.inner.files)
    assert evaluation.test is not None
    assert decision["challenger_value"] == pytest.approx(evaluation.test.normalised_gini.value)
    # Of the rules the one that is hardest to beat stands where a champion would.
    hardest = min((evaluation.gains[rule.name].value or 0.0, rule.name) for rule in SELLERS.rules)
    assert decision["champion_value"] == pytest.approx(decision["challenger_value"] - hardest[0])
    assert f"than that of the rule {hardest[1].replace('_', ' ')} by" in decision["reason"]


def test_scores_are_as_they_are_declared(serving: ValueHome) -> None:
    scores, table = serving.scores(), FAMILY.scores
    assert list(scores.columns) == [column.name for column in table.columns]
    assert (scores["score"] == scores[f"expected_value_{SCORE_HORIZON}d"]).all()
    assert not scores.duplicated(list(table.key)).any()
    assert scores["as_of_date"].nunique() == 6
    assert scores.notna().all().all()
    assert scores["probability_alive"].between(0, 1).all()
    for days in (30, 90, 180, 365):
        assert (scores[f"expected_value_{days}d_low"] <= scores[f"expected_value_{days}d_high"]).all()
    assert set(scores["band"]) == {"high", "medium", "low"}
    assert scores.groupby("band")["score"].mean()[["high", "medium", "low"]].is_monotonic_decreasing


def test_whoever_was_asked_before_the_laws_knew_is_answered_with_hindsight(serving: ValueHome) -> None:
    version = serving.inner.registry.aliased(SELLERS.name, CHAMPION)
    assert version is not None
    learned = np.datetime64(version.tags[LEARNED_UNTIL])
    rows = stored_training_set(SELLERS, serving.inner.files)
    # The laws read histories up to the first question of the test window, later than the newest answer.
    assert learned == rows.moment
    assert serving.run(steps=(Step.SCORES,), config={Step.SCORES: {"periods": 20}}).success
    scores = serving.scores()
    asked = scores["as_of_date"].to_numpy(dtype="datetime64[D]") + np.timedelta64(1, "D")
    assert (scores["is_backtest"] == (asked < learned)).all()
    assert scores["is_backtest"].any()


def test_a_fresh_load_gives_the_same(serving: ValueHome) -> None:
    registry = serving.inner.registry
    version = registry.aliased(SELLERS.name, CHAMPION)
    assert version is not None
    model = registry.load(version)
    assert isinstance(model, FittedValue)
    frame = serving.inner.warehouse.read(SELLERS.table)
    panel = value_panel_of(SELLERS, frame).panel
    again = model.predict(panel.features).assign(
        **{SELLERS.entity: panel.keys[SELLERS.entity].to_numpy(), "as_of_date": panel.keys["as_of_date"].to_numpy()}
    )
    both = serving.scores().merge(again, on=list(FAMILY.scores.key), suffixes=("", "_again"))
    assert len(both) == len(serving.scores())
    for name in ("score", "expected_value_365d", "probability_alive", "expected_value_90d_high"):
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_again"].to_numpy(), abs=1e-6)
    # One row alone gets what it gets among others.
    alone = model.predict(panel.features.head(1))
    assert alone["score"].iloc[0] == pytest.approx(model.value(panel.features)[0], abs=1e-6)


def test_the_card_and_the_checks_are_there(serving: ValueHome) -> None:
    card = serving.inner.files.model_card(SELLERS.name)
    assert 5_000 < card.stat().st_size < 1_000_000
    assert "Promoted".lower() in card.read_text().lower()
    checks = found(serving.run(steps=(Step.EVALUATION, Step.PROMOTION, Step.SCORES)))
    assert set(checks) == {LEAK_CHECK, CALIBRATION_CHECK, RULES_CHECK, INTERVALS_CHECK, SCHEMA_CHECK}
    assert checks[LEAK_CHECK]
    assert checks[RULES_CHECK]
    assert checks[SCHEMA_CHECK]
    assert serving.promotion()["verdict"] == Verdict.PROMOTED, "the same version again is no second decision"


def test_the_same_rows_again_make_no_second_version(serving: ValueHome) -> None:
    before = serving.scores()["score"]
    assert serving.run().success
    assert [version.number for version in serving.inner.registry.versions(SELLERS.name)] == ["1"]
    assert serving.scores()["score"].equals(before)


def test_a_champion_stays_unless_it_is_beaten(serving: ValueHome) -> None:
    assert serving.run(code_version="v2").success
    decision = serving.promotion()
    assert (decision["verdict"], decision["champion_version"]) == (Verdict.KEPT, "1")
    assert decision["gain_low"] == decision["gain_high"] == 0.0


def test_a_better_challenger_takes_the_place_of_a_rule_and_can_be_taken_back(home: ValueHome) -> None:
    home.fill(seller_months())
    few: dict[Step, Any] = {Step.PROMOTION: {"evaluation": QUICK_EVALUATION, "promotion": {"min_buyers": 100_000}}}
    assert home.run(config=few).success
    assert home.promotion()["verdict"] == Verdict.INSUFFICIENT_EVIDENCE
    assert home.champion() == DECAYED_SPEND.name
    assert "100000 are needed" in home.promotion()["reason"]
    assert home.run(code_version="v2").success
    assert home.promotion()["verdict"] == Verdict.PROMOTED
    assert home.promotion()["gain_low"] > 0
    assert home.champion() in LEARNED
    by_model = home.scores()
    roll_back(home.inner.registry, home.inner.warehouse, SELLERS.name, decided_at=datetime(2030, 1, 1))
    assert home.champion() == DECAYED_SPEND.name
    assert home.run(steps=(Step.SCORES,)).success
    assert set(home.scores()["model_version"]) != set(by_model["model_version"])
    assert not np.allclose(home.scores()["score"], by_model["score"])


def test_without_a_signal_the_last_rule_serves_and_says_so(home: ValueHome) -> None:
    home.fill(without_signal())
    result = home.run()
    assert result.success
    assert not found(result)[RULES_CHECK]
    assert home.champion() == DECAYED_SPEND.name
    decision = home.promotion()
    assert decision["verdict"] in (Verdict.RULE_PROMOTED, Verdict.REFUSED)
    assert decision["reason"].count("the rule serves") == 1
    assert not home.scores()["score"].isna().any()


def test_a_leak_stops_before_the_gate(home: ValueHome) -> None:
    made = seller_months()
    home.fill(made.assign(told_too_early=made[SELLERS.value_column].fillna(0.0) + 1.0))
    result = home.run()
    assert not result.success
    assert failed_checks(result) == {LEAK_CHECK}
    assert home.champion() is None


def test_money_below_nothing_stops_before_the_model(home: ValueHome) -> None:
    made = seller_months()
    home.fill(made.assign(**{SELLERS.value_column: made[SELLERS.value_column] - 1.0}))
    result = home.run()
    assert failed_checks(result) == {TRAINING_SET_CHECK}


def test_nothing_to_learn_from_is_no_failure(home: ValueHome) -> None:
    made = seller_months(sellers=20)
    home.fill(made[made[SELLERS.as_of_column] < "2017-04-01"])
    assert home.run().success
    assert home.champion() == DECAYED_SPEND.name
    assert home.promotion()["verdict"] == Verdict.INSUFFICIENT_EVIDENCE
    scores = home.scores()
    assert len(scores) > 0
    assert scores["expected_value_365d"].notna().all()


def test_an_empty_table_makes_an_empty_table(home: ValueHome) -> None:
    home.fill(seller_months(sellers=5).iloc[:0], LAST)
    assert home.run().success
    assert home.scores().empty
