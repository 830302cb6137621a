"""Rows of value: answers that are not known, and the newest snapshot at a moment."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.cltv.panel import histories_of, joined, value_panel_of
from ml_assets.cltv.question import CLTV_OLIST_CUSTOMERS, QUESTIONS
from tests.unit.cltv.made import HORIZON, LAST, QUESTION, Made, frame, purchases


def test_answers_beyond_what_is_known_are_unknown_everywhere(asked: Made) -> None:
    unknown = asked.panel.panel.horizon_ends_at > np.datetime64(LAST, "us") + np.timedelta64(1, "D")
    assert unknown.any()
    for column in (asked.panel.count, asked.panel.value, asked.panel.panel.label):
        np.testing.assert_array_equal(np.isnan(column), unknown)


def test_label_says_whether_anything_was_bought(asked: Made) -> None:
    known = ~np.isnan(asked.panel.value)
    np.testing.assert_array_equal(asked.panel.panel.label[known] == 1, asked.panel.count[known] > 0)


def test_holdout_is_no_feature(asked: Made) -> None:
    assert not {name for name in asked.panel.panel.features.columns if "holdout" in name or name == "has_bought"}


def test_newest_snapshot_is_the_last_one_asked_by_a_moment(asked: Made) -> None:
    dates = np.unique(asked.panel.panel.asked_at)
    rows = asked.panel.newest_snapshot(dates[3])
    assert set(asked.panel.panel.asked_at[rows]) == {dates[3]}
    before = asked.panel.newest_snapshot(dates[3] - np.timedelta64(1, "s"))
    assert set(asked.panel.panel.asked_at[before]) == {dates[2]}
    assert not asked.panel.newest_snapshot(dates[0] - np.timedelta64(1, "D")).any()


def test_rows_are_ordered_whatever_their_order_was() -> None:
    table = frame(purchases(40), months=3)
    shuffled = value_panel_of(QUESTION, table.sample(frac=1.0, random_state=2))
    np.testing.assert_array_equal(shuffled.value, value_panel_of(QUESTION, table).value)


def test_histories_are_those_of_the_columns(asked: Made) -> None:
    features = asked.panel.panel.features
    assert histories_of(features).frequency.tolist() == features["frequency"].tolist()


def test_joined_panels_have_all_rows(asked: Made) -> None:
    halves = [asked.panel.take(np.arange(10)), asked.panel.take(np.arange(10, 30))]
    np.testing.assert_array_equal(joined(halves).count, asked.panel.count[:30])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_questions_say_what_the_holdout_is(question) -> None:  # type: ignore[no-untyped-def]
    assert question.count_column in question.holdout_columns
    assert question.value_column in question.holdout_columns
    assert question.hurdle.not_features == question.holdout_columns
    assert question.rules[-1].name == "decayed_spend"
    assert question.horizon > HORIZON


def test_customers_are_told_apart_by_person() -> None:
    assert CLTV_OLIST_CUSTOMERS.entity == "customer_unique_id"
