"""Which rows a question is asked of, and until when its answers are complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from ml_assets.classification.training_set import complete_until, read_training_set
from tests.fixtures.question_home import PURCHASES, SELLERS, QuestionHome, purchase_months, seller_months


def test_the_clock_is_that_of_the_source_and_the_event(home: QuestionHome) -> None:
    home.fill(SELLERS, seller_months(months=2, sellers=3), date(2018, 8, 27))
    assert complete_until(home.warehouse, SELLERS) == date(2018, 8, 27)
    assert complete_until(home.warehouse, replace(SELLERS, observed_event="surveys")) is None
    assert complete_until(home.warehouse, replace(SELLERS, source="retailrocket")) is None


def test_a_source_of_which_nothing_is_complete_has_no_day(home: QuestionHome) -> None:
    home.fill(SELLERS, seller_months(months=2, sellers=3), None)
    assert complete_until(home.warehouse, SELLERS) is None


def test_rows_of_other_questions_in_the_table_are_left_out_and_unanswered_ones_are_not(home: QuestionHome) -> None:
    frame = purchase_months(months=2, orders=5)
    home.fill(PURCHASES, pd.concat([frame, frame.assign(decision_point="handover")]), None)
    found = read_training_set(home.warehouse, PURCHASES)
    assert set(found["decision_point"]) == {"purchase"}
    assert len(found) == 10
    assert found["is_late"].isna().sum() == 5
    assert found["decision_at"].is_monotonic_increasing
