"""Leaks of several kinds are found, and honest columns pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification import leak_guard
from ml_assets.classification.leak_guard import leak_findings
from ml_assets.classification.panel import Panel
from ml_assets.config import PromotionConfig
from tests.unit.classification.made_panels import made_panel

CONFIG = PromotionConfig()
ROWS = 4000


def honest_columns(generator: np.random.Generator, rows: int = ROWS) -> dict[str, Any]:
    """Return columns as they may be: numbers, some unknown, a name with few and one with many values."""
    value = generator.lognormal(size=rows)
    value[generator.random(rows) < 0.2] = np.nan
    return {
        "recency": generator.integers(0, 365, rows).astype(np.float32),
        "value": value.astype(np.float32),
        "promised_days": generator.integers(8, 40, rows).astype(np.float32),
        "state": np.array(["SP", "RJ", "MG", None], dtype=object)[generator.integers(0, 4, rows)],
        "product": np.array([f"p{number}" for number in generator.integers(0, 2000, rows)], dtype=object),
    }


def made(label: Any, columns: dict[str, Any], *, entities: int = ROWS) -> Panel:
    return made_panel(["2018-01-01"] * len(label), label, entity=np.arange(len(label)) % entities, features=columns)


def found(panel: Panel) -> list[tuple[str, ...]]:
    return [finding.columns for finding in leak_findings(panel, CONFIG, seed=7)]


@pytest.mark.parametrize("share", [0.005, 0.3, 0.995])
def test_honest_columns_pass(share: float) -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    # Recency matters, as it may: an AUC of some 0.8.
    chance = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + (columns["recency"] - 182) / 70)))
    label = (generator.random(ROWS) < chance).astype(float)
    assert found(made(label, columns)) == []


def test_a_constant_does_not_pass_for_a_leak_where_nearly_all_churn() -> None:
    label = np.ones(ROWS)
    label[:40] = 0
    generator = np.random.default_rng(1)
    panel = made(label, {"constant": np.zeros(ROWS, dtype=np.float32), "noise": generator.random(ROWS)})
    assert found(panel) == []


def test_recency_that_defines_the_label_is_found() -> None:
    columns = honest_columns(np.random.default_rng(1))
    assert found(made(columns["recency"] > 90, columns)) == [("recency",)]


def test_the_other_direction_is_found() -> None:
    columns = honest_columns(np.random.default_rng(1))
    assert found(made(columns["recency"] < 30, columns)) == [("recency",)]


def test_a_flag_from_after_the_period_is_found() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    label = (generator.random(ROWS) < 0.97).astype(float)
    columns["ordered_since"] = np.where(label == 1, 0, 1).astype(np.float32)
    assert found(made(label, columns)) == [("ordered_since",)]


def test_delivery_columns_at_purchase_are_found() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    days = generator.gamma(4, 3, ROWS)
    late = days > columns["promised_days"]
    undelivered = late & (generator.random(ROWS) < 0.1)
    columns["days_until_delivery"] = np.where(undelivered, np.nan, days).astype(np.float32)
    columns["days_over_promise"] = columns["days_until_delivery"] - columns["promised_days"]
    assert ("days_over_promise",) in found(made(late, columns))
    # Days to delivery alone do not tell: an order may be quick and late. Beside the days promised they do.
    del columns["days_over_promise"]
    assert found(made(late, columns)) == [("days_until_delivery", "promised_days")]


def test_that_a_value_is_unknown_may_be_the_leak() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    label = (generator.random(ROWS) < 0.1).astype(float)
    columns["delivered_at_hour"] = np.where(label == 1, np.nan, generator.integers(0, 24, ROWS)).astype(np.float32)
    assert found(made(label, columns)) == [("delivered_at_hour",)]


def test_a_category_that_is_the_answer_is_found() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    label = (generator.random(ROWS) < 0.1).astype(float)
    columns["final_status"] = np.where(label == 1, "unavailable", "delivered").astype(object)
    assert found(made(label, columns)) == [("final_status",)]


def test_a_name_of_the_entity_is_no_leak() -> None:
    # Each entity has twenty rows with one answer: its name tells them only to who has seen the entity before.
    generator = np.random.default_rng(1)
    answers = (generator.random(200) < 0.3).astype(float)
    entity = np.arange(ROWS) % 200
    columns = {"name": np.array([f"e{number}" for number in entity], dtype=object)}
    assert found(made(answers[entity], columns, entities=200)) == []


def test_a_tree_of_depth_two_finds_what_no_column_shows_alone() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    first, second = generator.random(ROWS), generator.random(ROWS)
    columns |= {"first": first.astype(np.float32), "second": second.astype(np.float32)}
    label = (first > 0.7) & (second > 0.6)
    (finding,) = leak_findings(made(label, columns), CONFIG, seed=7)
    assert finding.columns == ("first", "second")
    assert finding.auc > 0.97
    assert "tree of depth two on first, second" in finding.reason


def test_one_leak_does_not_hide_another() -> None:
    generator = np.random.default_rng(1)
    columns = honest_columns(generator)
    first, second = generator.random(ROWS), generator.random(ROWS)
    label = (first > 0.7) & (second > 0.6)
    columns |= {"first": first, "second": second, "flag": label.astype(np.float32)}
    assert set(found(made(label, columns))) == {("flag",), ("first", "second")}


def test_a_finding_says_how_well_it_tells() -> None:
    columns = honest_columns(np.random.default_rng(1))
    label = (columns["recency"] > 90).astype(float)
    (finding,) = leak_findings(made(label, columns), CONFIG, seed=7)
    assert (finding.auc, finding.precision) == (1, 1)
    assert "recency" in finding.reason


def test_thresholds_decide() -> None:
    generator = np.random.default_rng(1)
    label = (generator.random(ROWS) < 0.2).astype(float)
    panel = made(label, {"score": label + generator.normal(0, 0.5, ROWS)})
    assert found(panel) == []
    (finding,) = leak_findings(panel, PromotionConfig(leak_auc=0.9), seed=7)
    assert 0.9 < finding.auc < 0.97


def test_rows_without_a_label_and_with_few_events_tell_nothing() -> None:
    few = np.zeros(200)
    few[:9] = 1
    assert found(made(few, {"flag": few})) == []
    few[:10] = 1
    assert found(made(few, {"flag": few})) == [("flag",)]
    few[50:] = np.nan
    assert found(made(few, {"flag": np.nan_to_num(few)})) == [("flag",)]
    assert found(made([], {"flag": np.empty(0)})) == []


def test_a_sample_of_many_rows_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leak_guard, "_MAX_ROWS", 1000)
    columns = honest_columns(np.random.default_rng(1))
    panel = made(columns["recency"] > 90, columns)
    assert found(panel) == [("recency",)]
    assert leak_findings(panel, CONFIG, seed=7) == leak_findings(panel, CONFIG, seed=7)


def test_true_and_false_and_categories_are_columns_too() -> None:
    generator = np.random.default_rng(1)
    label = generator.random(ROWS) < 0.2
    columns = {"flag": label, "status": pd.Categorical(np.where(label, "late", "open"))}
    assert set(found(made(label, columns))) == {("flag",), ("status",)}


@pytest.mark.filterwarnings("error")
def test_empty_and_infinite_columns_do_no_harm() -> None:
    columns = honest_columns(np.random.default_rng(1))
    infinite = np.where(np.arange(ROWS) % 7 == 0, np.inf, 1.0).astype(np.float32)
    columns |= {
        "empty": np.full(ROWS, np.nan, dtype=np.float32),
        "no_text": np.array([None] * ROWS, dtype=object),
        "infinite": infinite,
        "as_infinite": -infinite,
    }
    assert found(made(np.arange(ROWS) % 9 == 0, columns)) == []
