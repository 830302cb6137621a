"""From snapshots to named segments and their record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.registry.kinds import UnreadableModelError
from ml_assets.segmentation.evaluate import GRID_SEGMENTS, SEGMENTS, evaluate
from ml_assets.segmentation.evaluation import SegmentationEvaluation
from ml_assets.segmentation.fitted import MODEL_FILE, FittedSegmentation
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.rules import CAME_BACK, RFM_GRID, RULES
from ml_assets.segmentation.snapshots import Snapshots
from ml_assets.segmentation.train import NoSegmentsError, Training, train
from tests.unit.segmentation.made import AS_OF, QUICK, customers, snapshot

SNAPSHOTS = Snapshots(
    served=snapshot(600, 1),
    judged=snapshot(500, 2, date(2018, 1, 31), with_spend=True),
    known=snapshot(400, 3, date(2017, 7, 31), with_spend=True),
)


@pytest.fixture(scope="module")
def training() -> Training:
    return train(QUESTION, SNAPSHOTS, QUICK)


@pytest.fixture(scope="module")
def evaluation(training: Training) -> SegmentationEvaluation:
    return evaluate(QUESTION, training, SNAPSHOTS, QUICK)


def test_twice_the_same_customers_give_the_same_bytes(training: Training, tmp_path: Path) -> None:
    training.fitted.save(tmp_path / "first")
    train(QUESTION, SNAPSHOTS, QUICK).fitted.save(tmp_path / "second")
    first, second = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second


def test_loaded_it_assigns_bitwise_the_same_and_a_row_alone_as_in_a_batch(training: Training, tmp_path: Path) -> None:
    training.fitted.save(tmp_path)
    loaded = FittedSegmentation.load(tmp_path)
    new = customers(50, seed=9)
    expected = training.fitted.assign(new)
    pd.testing.assert_frame_equal(loaded.assign(new), expected, check_exact=True)
    alone = pd.concat([loaded.assign(new.iloc[[number]]) for number in range(10)])
    pd.testing.assert_frame_equal(alone, expected.iloc[:10], check_exact=True)


def test_everybody_has_a_segment_a_band_and_reasons(training: Training) -> None:
    found = training.fitted.assign(customers(80, seed=4).assign(items_value=np.nan))
    assert set(found["segment"]) <= set(training.fitted.names)
    assert found["score"].between(0, 1).all()
    assert set(found["band"]) <= {"high", "medium", "low"}
    for text in found["reasons"]:
        reasons = json.loads(text)
        sizes = [abs(reason["contribution"]) for reason in reasons]
        assert sizes == sorted(sizes, reverse=True)
    assert training.fitted.assign(customers(5).iloc[:0]).empty


def test_reasons_are_deviations_from_everybody(training: Training) -> None:
    row = customers(1).assign(days_since_last_order=0)
    [deviations] = training.fitted.deviations(row)
    reasons = {reason["feature"]: reason for reason in json.loads(training.fitted.assign(row)["reasons"].iloc[0])}
    assert reasons["days_since_last_order"]["contribution"] == pytest.approx(deviations[0], abs=1e-4)
    assert reasons["days_since_last_order"]["value"] == 0
    assert deviations[0] < -1


def test_a_folder_of_another_form_is_refused(training: Training, tmp_path: Path) -> None:
    training.fitted.save(tmp_path)
    state = json.loads((tmp_path / MODEL_FILE).read_text())
    (tmp_path / MODEL_FILE).write_text(json.dumps(state | {"kind": "unheard of"}))
    with pytest.raises(UnreadableModelError, match="train anew"):
        FittedSegmentation.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        FittedSegmentation.load(tmp_path / "nowhere")


def test_those_who_came_back_are_a_segment_named_so(training: Training) -> None:
    frame = customers(400, seed=6)
    segment = training.fitted.segment(frame)
    came_back = frame["order_day_count"].to_numpy() > 1
    assert set(segment[came_back]).isdisjoint(segment[~came_back])
    assert set(segment[came_back]) <= {"Champions", "Loyal", "Potential loyal", "At risk"}


def test_names_of_the_champion_last(training: Training) -> None:
    renamed = replace(training.fitted, names=tuple(f"old {number}" for number in range(len(training.fitted.names))))
    again = train(QUESTION, SNAPSHOTS, QUICK, champion=renamed)
    assert again.fitted.names == renamed.names


def test_segments_that_follow_spend_are_judged_by_it(evaluation: SegmentationEvaluation) -> None:
    of = {each.name: each for each in evaluation.separations}
    assert list(of) == [SEGMENTS, GRID_SEGMENTS, *RULES]
    gini = of[SEGMENTS].gini.value
    assert gini is not None
    assert gini > 0.3
    assert of[SEGMENTS].gain is None
    assert of[CAME_BACK].groups == 4
    assert of[RFM_GRID].gain is not None
    assert evaluation.judged is not None
    assert SNAPSHOTS.judged is not None
    assert evaluation.judged.spenders == SNAPSHOTS.judged.spenders > 0


def test_the_record_is_whole_and_reads_back(evaluation: SegmentationEvaluation) -> None:
    assert SegmentationEvaluation.model_validate_json(evaluation.model_dump_json()) == evaluation
    assert sum(profile.customers for profile in evaluation.profiles) == 600
    assert sum(profile.share for profile in evaluation.profiles) == pytest.approx(1.0)
    assert len(evaluation.trials) == 4
    assert 0 <= evaluation.least_names_kept <= evaluation.names_kept <= 1
    [claim] = evaluation.claims
    assert claim.achieved is not None
    assert claim.is_met == (claim.achieved >= 0.25)
    assert evaluation.worst_segment in {profile.name for profile in evaluation.profiles}


def test_without_later_spend_segments_are_chosen_by_stability_and_it_is_said() -> None:
    alone = Snapshots(SNAPSHOTS.served, None, None)
    found = evaluate(QUESTION, train(QUESTION, alone, QUICK), alone, QUICK)
    assert found.separations == ()
    assert all(profile.mean_future_spend is None for profile in found.profiles)
    assert any("not judged" in remark for remark in found.remarks)


def test_customers_who_do_not_differ_have_no_segments() -> None:
    same = pd.concat([customers(1)] * 50, ignore_index=True)
    with pytest.raises(NoSegmentsError, match="50 customers as of 2018-07-31"):
        train(QUESTION, Snapshots(replace(SNAPSHOTS.served, frame=same, as_of=AS_OF), None, None), QUICK)


def test_a_claim_that_nobody_measures_is_an_error(training: Training) -> None:
    with pytest.raises(ValueError, match="not about beauty"):
        evaluate(replace(QUESTION, claims={"beauty": 1.0}), training, Snapshots(SNAPSHOTS.served, None, None), QUICK)
