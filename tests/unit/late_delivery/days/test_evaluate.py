"""From rows to models and record: intervals keep their promise where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.late_delivery.days.config import DeliveryDaysConfig
from ml_assets.late_delivery.days.evaluate import NO_FEATURES, NOT_RECALIBRATED, evaluate_days
from ml_assets.late_delivery.days.evaluation import DeliveryDaysEvaluation
from tests.unit.late_delivery.days.made_rows import COMPLETE_UNTIL, process

SMALL = DeliveryDaysConfig(min_train_orders=300, rounds=40, max_depth=3, refit_months=3)


@pytest.fixture(scope="module")
def evaluation() -> DeliveryDaysEvaluation:
    return evaluate_days(process(seed=2), COMPLETE_UNTIL, SMALL)[1]


def test_nine_of_ten_are_covered_over_months_in_which_all_slowed_down(evaluation: DeliveryDaysEvaluation) -> None:
    assert evaluation.pooled is not None
    assert 0.87 <= (evaluation.pooled.covered.value or 0) <= 0.93
    assert all(0.8 <= (each.coverage.covered.value or 0) <= 0.97 for each in evaluation.by_month[-8:])


def test_orders_that_never_arrive_are_counted_beside(evaluation: DeliveryDaysEvaluation) -> None:
    assert evaluation.pooled is not None
    arrived = evaluation.pooled.delivered / (evaluation.pooled.delivered + evaluation.pooled.never_delivered)
    assert arrived == pytest.approx(0.98, abs=0.01)
    assert evaluation.pooled.covered_of_all == pytest.approx(arrived * (evaluation.pooled.covered.value or 0))
    assert evaluation.pooled.void > 0


def test_features_narrow_the_interval_and_recalibration_mends_both_ends(evaluation: DeliveryDaysEvaluation) -> None:
    pooled = evaluation.pooled
    assert pooled is not None
    assert pooled.mean_width < 0.9 * evaluation.comparisons[NO_FEATURES].mean_width
    bare = evaluation.comparisons[NOT_RECALIBRATED]
    assert bare.delivered == pooled.delivered
    assert abs(pooled.above - 0.05) < abs(bare.above - 0.05)
    assert abs(pooled.below - 0.05) < abs(bare.below - 0.05)


def test_pooled_are_the_newest_months(evaluation: DeliveryDaysEvaluation) -> None:
    newest = evaluation.by_month[-8:]
    assert evaluation.pooled_months == 8 < len(evaluation.by_month)
    assert evaluation.pooled is not None
    assert evaluation.pooled.delivered == sum(each.coverage.delivered for each in newest)
    assert any(f"{each.month:%Y-%m}" in evaluation.remarks[-1] for each in newest)


def test_the_record_survives_json(evaluation: DeliveryDaysEvaluation) -> None:
    assert DeliveryDaysEvaluation.model_validate_json(evaluation.model_dump_json()) == evaluation


@pytest.mark.parametrize("orders", [0, 200])
def test_too_few_orders_are_no_error_but_a_remark(orders: int) -> None:
    frame = process(seed=3).iloc[:orders]
    fitted, evaluation = evaluate_days(frame, COMPLETE_UNTIL, SMALL)
    assert (fitted.models, evaluation.pooled, evaluation.by_month, evaluation.comparisons) == ((), None, (), {})
    assert "300 deliveries" in evaluation.remarks[0]


def test_nothing_after_the_last_complete_day_is_counted_or_used() -> None:
    frame = process(seed=2)
    until = np.datetime64("2018-09-30")
    fitted, evaluation = evaluate_days(frame, until, SMALL)
    assert evaluation.by_month[-1].month.isoformat() <= "2018-09-01"
    assert fitted.models[-1].known_until <= np.datetime64("2018-10-01")
    assert fitted.calibration.moments[-1] <= np.datetime64("2018-10-01")
