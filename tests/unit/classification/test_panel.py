"""Rows become a panel: order, moments, answers, entities, and which columns are features."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.panel import concatenated, feature_names, in_order, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.training_set import fingerprint, set_problems
from tests.fixtures.question_home import PURCHASES, SELLERS

FRAME = pd.DataFrame(
    {
        "seller_id": ["b", "a", "a"],
        "as_of_date": [date(2018, 2, 28), date(2018, 2, 28), date(2018, 1, 31)],
        "seller_state": ["SP", None, "RJ"],
        "order_count_90d": [3, None, 1],
        "is_new": pd.array([True, None, False], dtype="boolean"),
        "has_churned": pd.array([None, True, False], dtype="boolean"),
        "label_known_at": pd.to_datetime(["2018-04-30", "2018-04-30", "2018-04-02"]),
    }
)


def test_rows_are_in_the_order_of_moment_and_key_whatever_order_they_come_in() -> None:
    for seed in range(3):
        panel = panel_of(SELLERS, FRAME.sample(frac=1, random_state=seed))
        assert panel.keys["seller_id"].tolist() == ["a", "a", "b"]
        assert panel.entity.tolist() == [0, 0, 1]
        assert panel.label[:2].tolist() == [0.0, 1.0]
        assert np.isnan(panel.label[2])


def test_a_day_is_asked_about_when_it_is_over_and_a_moment_at_once() -> None:
    panel = panel_of(SELLERS, FRAME)
    assert panel.asked_at.tolist()[0] == pd.Timestamp("2018-02-01")
    assert panel.period.astype(str).tolist() == ["2018-01-01", "2018-02-01", "2018-02-01"]
    orders = pd.DataFrame(
        {
            "order_id": ["o"],
            "decision_point": ["purchase"],
            "decision_at": pd.to_datetime(["2018-01-31 23:59:59.5"]),
            "is_late": [True],
            "horizon_ends_at": pd.to_datetime(["NaT"]),
            "delivery_days": [None],
        }
    )
    panel = panel_of(PURCHASES, orders)
    assert panel.asked_at.tolist() == [pd.Timestamp("2018-01-31 23:59:59.5")]
    assert panel.period.astype(str).tolist() == ["2018-01-01"]
    assert np.isnat(panel.horizon_ends_at).all()


def test_features_are_single_precision_or_text_and_what_is_missing_stays_so() -> None:
    features = panel_of(SELLERS, FRAME).features
    assert list(features.columns) == ["seller_state", "order_count_90d", "is_new"]
    assert features["order_count_90d"].dtype == features["is_new"].dtype == np.float32
    assert features["seller_state"].tolist() == ["RJ", None, "SP"]
    assert np.isnan(features["order_count_90d"][1])
    assert features["is_new"][2] == 1.0


def test_no_rows_have_the_same_types_as_some() -> None:
    some, none = panel_of(SELLERS, FRAME), panel_of(SELLERS, FRAME.iloc[:0])
    assert len(none) == 0
    assert none.features.dtypes.to_dict() == some.features.dtypes.to_dict()
    assert none.label.dtype == some.label.dtype


@pytest.mark.parametrize("changes", [{}, {"not_features": ("is_new",)}, {"left_out": {"is_new": "Because."}}])
def test_key_answer_moments_and_what_is_named_are_no_features(changes: dict[str, object]) -> None:
    question: Question = replace(SELLERS, **changes)  # type: ignore[arg-type]
    names = feature_names(question, list(FRAME.columns))
    assert names == ["seller_state", "order_count_90d", *([] if changes else ["is_new"])]


def test_rows_are_taken_by_mask_or_place_and_put_together_again() -> None:
    panel = panel_of(SELLERS, FRAME)
    first, rest = panel.take(np.array([True, False, False])), panel.take(np.array([1, 2]))
    assert first.keys["seller_id"].tolist() == ["a"]
    whole = concatenated([first, rest])
    pd.testing.assert_frame_equal(whole.keys, panel.keys)
    pd.testing.assert_frame_equal(whole.features, panel.features)
    assert (whole.asked_at == panel.asked_at).all()


def test_what_is_wrong_with_a_set_is_counted() -> None:
    assert set_problems(panel_of(SELLERS, FRAME)) == []
    odd = panel_of(SELLERS, FRAME.assign(order_count_90d=[np.inf, -np.inf, 1.0]))
    assert set_problems(odd) == ["2 rows have an infinite order_count_90d"]
    assert set_problems(panel_of(SELLERS, FRAME.assign(has_churned=[0, 1, np.nan]))) == []
    neither = panel_of(SELLERS, FRAME.assign(has_churned=[2, 0.5, np.nan]))
    assert set_problems(neither) == ["2 rows have an answer that is neither yes nor no"]


@pytest.mark.parametrize(
    "column", [["a", None], [None, None], [date(2018, 1, 1), None], ["1", "2"], [1.5, None]], ids=range(5)
)
def test_a_fingerprint_can_be_taken_of_any_column(column: list[object]) -> None:
    frame = pd.DataFrame({"value": column})
    assert fingerprint(frame) == fingerprint(frame.copy())
    assert fingerprint(frame) != fingerprint(pd.DataFrame({"value": column[::-1]})) or column[0] == column[1]
    assert fingerprint(frame, "2018-01-01") != fingerprint(frame)


def test_order_does_not_change_rows() -> None:
    ordered = in_order(SELLERS, FRAME)
    assert ordered.index.tolist() == [0, 1, 2]
    assert ordered["seller_id"].tolist() == ["a", "a", "b"]
