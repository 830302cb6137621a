"""The gate's view of segments: each check and each branch, on records that are changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.promotion import decide
from ml_assets.registry.verdict import Champion, Serves, Terms, Verdict
from ml_assets.reports.scoreboard_record import ScoreVerdict
from ml_assets.reports.segmentation_card import segmentation_card
from ml_assets.reports.segmentation_rows import segmentation_rows
from ml_assets.segmentation.config import SegmentGateConfig
from ml_assets.segmentation.contest import SegmentationContest
from ml_assets.segmentation.evaluate import GRID_SEGMENTS, SEGMENTS
from ml_assets.segmentation.measure import SPEND
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from ml_assets.segmentation.record import SegmentationRecord
from ml_assets.segmentation.rules import RFM_GRID
from ml_assets.segmentation.steps import GRID
from ml_assets.segmentation.verdicts import judged_separation, judged_sizes, judged_stability
from tests.unit.segmentation.made import QUICK
from tests.unit.segmentation.made_records import SNAPSHOTS, STANDING, Made, made_record

GATE = SegmentGateConfig(resamples=60, min_events=20)


@pytest.fixture(scope="module")
def made() -> Made:
    return made_record()


def groups(own: str) -> pd.DataFrame:
    """Return groups of the judged customers: ``own`` knows who spends, the other of segments and grid knows nothing."""
    judged = SNAPSHOTS.judged
    assert judged is not None
    assert judged.spend is not None
    known = (judged.spend > 0).astype(np.int64)
    nothing = np.arange(len(judged)) % 3
    return pd.DataFrame(
        {
            SPEND: judged.spend,
            **{name: known if name == own else nothing for name in (SEGMENTS, GRID_SEGMENTS, RFM_GRID)},
        }
    )


def contest(record: SegmentationRecord, frame: pd.DataFrame, config: SegmentGateConfig = GATE) -> SegmentationContest:
    rows = SimpleNamespace(
        snapshots=SNAPSHOTS,
        taken_at=np.datetime64("2018-08-01"),
        frame=pd.concat([SNAPSHOTS.served.frame, frame.iloc[:0]]),
    )
    trained: Any = SimpleNamespace(question=QUESTION, rows=rows, facts=SimpleNamespace(config=QUICK))
    return SegmentationContest(record, trained, frame, config)


def decided(found: SegmentationContest, champion: Champion | None = None) -> tuple[Verdict, Serves, str]:
    decision = decide(found.evidence(1), champion, Terms())
    return decision.verdict, decision.serves, decision.reason


def learned(record: SegmentationRecord, **changed: Any) -> SegmentationRecord:
    assert record.learned is not None
    return record.model_copy(update={"learned": record.learned.model_copy(update=changed)})


def test_segments_that_beat_the_grid_in_both_readings_serve(made: Made) -> None:
    verdict, serves, reason = decided(contest(made.record, groups(SEGMENTS)))
    assert (verdict, serves) == (Verdict.PROMOTED, Serves.CHALLENGER)
    assert "separation of later spend" in reason


@pytest.mark.parametrize("reading", [GRID_SEGMENTS, RFM_GRID])
def test_segments_that_do_not_beat_one_reading_make_way_for_the_grid(made: Made, reading: str) -> None:
    frame = groups(SEGMENTS)
    frame[reading] = frame[SEGMENTS]
    verdict, serves, _ = decided(contest(made.record, frame))
    assert (verdict, serves) == (Verdict.RULE_PROMOTED, Serves.RULE)


def test_too_few_spenders_are_no_evidence(made: Made) -> None:
    strict = SegmentGateConfig(resamples=60, min_events=10_000)
    verdict, serves, reason = decided(contest(made.record, groups(SEGMENTS), strict))
    assert (verdict, serves) == (Verdict.INSUFFICIENT_EVIDENCE, Serves.RULE)
    assert "10000 are needed" in reason
    verdict, serves, _ = decided(contest(made.record, groups(SEGMENTS), strict), Champion("2"))
    assert (verdict, serves) == (Verdict.INSUFFICIENT_EVIDENCE, Serves.CHAMPION)


def test_without_a_judged_snapshot_nothing_is_known(made: Made) -> None:
    record = made.record.model_copy(update={"judged": None})
    found = contest(record, groups(SEGMENTS).iloc[:0])
    assert found.window_to is None
    assert decided(found)[:2] == (Verdict.INSUFFICIENT_EVIDENCE, Serves.RULE)
    assert found.evidence(1).value is None


FAULTS: Mapping[str, tuple[Mapping[str, Any], SegmentGateConfig, str]] = {
    "not above the null": ({"is_structured": False}, GATE, "not above the null"),
    "names do not last": ({"names_kept": 0.5}, GATE, "the same name"),
    "a segment is too small": ({}, GATE.model_copy(update={"smallest_share": 0.45}), "the smallest segment"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_refuses_however_well_spend_is_told_apart(made: Made, fault: str) -> None:
    changed, config, words = FAULTS[fault]
    verdict, serves, reason = decided(contest(learned(made.record, **changed), groups(SEGMENTS), config))
    assert (verdict, serves) == (Verdict.REFUSED, Serves.RULE)
    assert words in reason


def test_a_champion_gives_way_only_to_what_is_better_for_certain(made: Made) -> None:
    found = contest(made.record, groups(SEGMENTS))
    gain = found.gain_over(made.training.fitted, 1)
    assert gain is not None
    assert gain.value is not None
    assert gain.value > 0
    assert decided(found, Champion("2", gain=gain))[:2] == (Verdict.PROMOTED, Serves.CHALLENGER)
    blind = contest(made.record, groups(GRID_SEGMENTS)).gain_over(made.training.fitted, 1)
    assert decided(found, Champion("2", gain=blind))[:2] == (Verdict.KEPT, Serves.CHAMPION)


def test_a_champion_whose_columns_are_gone_cannot_answer(made: Made) -> None:
    space = made.training.fitted.space
    gone = space.model_copy(
        update={"coordinates": (space.coordinates[0].model_copy(update={"column": "gone"}), *space.coordinates[1:])}
    )
    assert contest(made.record, groups(SEGMENTS)).gain_over(replace(made.training.fitted, space=gone), 1) is None


def test_the_grid_alone_serves_without_a_comparison(made: Made) -> None:
    record = made.record.model_copy(update={"chosen": GRID, "learned": None})
    frame = groups(GRID_SEGMENTS).drop(columns=SEGMENTS)
    found = contest(record, frame)
    assert found.evidence(1).is_rule
    assert decided(found)[:2] == (Verdict.RULE_PROMOTED, Serves.RULE)


def test_a_later_comparison_is_surer(made: Made) -> None:
    found = contest(made.record, groups(SEGMENTS))
    first, fourth = (found.evidence(number).over_rule for number in (1, 4))
    assert first is not None
    assert fourth is not None
    assert first.low is not None
    assert fourth.low is not None
    assert fourth.low < first.low


def test_checks_pass_and_fail_with_numbers(made: Made) -> None:
    assert judged_stability(made.record).passed
    assert not judged_stability(learned(made.record, is_structured=False)).passed
    assert judged_sizes(made.record, GATE).passed
    assert not judged_sizes(made.record, SegmentGateConfig(smallest_share=0.45)).passed
    assert made.record.learned is not None
    better = [
        each.model_copy(update={"gain": None if each.name == SEGMENTS else Estimate(value=0.2, low=0.1, high=0.3)})
        for each in made.record.learned.separations
    ]
    found = judged_separation(learned(made.record, separations=tuple(better)))
    assert found.passed
    assert "0.2000 (0.1000 to 0.3000)" in found.words
    worse = [
        each.model_copy(update={"gain": Estimate(value=0.2, low=-0.1, high=0.3)}) if each.name == RFM_GRID else each
        for each in better
    ]
    assert not judged_separation(learned(made.record, separations=tuple(worse))).passed
    assert not judged_separation(learned(made.record, separations=())).passed
    alone = made.record.model_copy(update={"learned": None})
    assert all(each.passed for each in (judged_stability(alone), judged_separation(alone), judged_sizes(alone, GATE)))


def test_rows_of_the_scoreboard_say_what_became_of_the_claim(made: Made) -> None:
    separation, silhouette = segmentation_rows(QUESTION, made.record, "k means", 20)
    assert (separation.metric, separation.verdict, separation.rule_value) == ("separation", ScoreVerdict.NO_CLAIM, 0.3)
    assert separation.window_to == date(2018, 1, 31)
    for reached, raw, verdict in (
        (0.1, 0.1, ScoreVerdict.NOT_MET),
        (0.3, 0.1, ScoreVerdict.MET),
        (0.3, 0.9, ScoreVerdict.MET_WITHOUT_MODEL),
    ):
        assert made.record.learned is not None
        scaling = made.record.learned.raw_scaling
        assert scaling is not None
        record = learned(
            made.record, silhouette=reached, raw_scaling=scaling.model_copy(update={"frequency_silhouette": raw})
        )
        assert segmentation_rows(QUESTION, record, "k means", 20)[1].verdict is verdict
    assert silhouette.claimed_target == 0.25
    short = segmentation_rows(QUESTION, made.record, "k means", 10_000)[0]
    assert short.verdict is ScoreVerdict.INSUFFICIENT_EVIDENCE
    assert {row.verdict for row in segmentation_rows(QUESTION, None, "nobody", 20)} == {ScoreVerdict.NOT_EVALUATED}


def test_the_card_shows_each_state(made: Made, tmp_path: Path) -> None:
    served = segmentation_card(QUESTION, made.record, replace(STANDING, champion_version="3"), GATE)
    assert "This version serves." in served
    assert "chosen</span>" in served
    unjudged = made.record.model_copy(update={"judged": None})
    assert "nothing yet: no snapshot" in segmentation_card(QUESTION, learned(unjudged, separations=()), STANDING, GATE)
    alone = made.record.model_copy(update={"learned": None, "chosen": GRID})
    assert "there is only the grid" in segmentation_card(QUESTION, alone, STANDING, GATE)
    with pytest.raises(ValueError, match="cannot link"):
        segmentation_card(QUESTION, made.record, replace(STANDING, links={"x": "javascript:1"}), GATE)
