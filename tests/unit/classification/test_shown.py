"""What assets show in the UI, also where there is nothing to show."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pandas as pd

from ml_assets.classification.evaluation import Candidate, FoldStatistics
from ml_assets.classification.shown import (
    candidates_metadata,
    evaluation_metadata,
    folds_metadata,
)
from ml_assets.family.gate import Outcome
from ml_assets.family.scoring import Scored
from ml_assets.family.shown import outcome_metadata, scores_metadata
from ml_assets.registry.verdict import Serves, Verdict
from tests.unit.registry.builders import decision, evaluation


def records(shown: object) -> list[dict[str, object]]:
    assert isinstance(shown, dg.TableMetadataValue)
    return [dict(record.data) for record in shown.records]


def test_an_empty_part_has_no_period() -> None:
    empty = FoldStatistics(name="train", first_period=None, last_period=None, rows=0, positives=0, entities=0)
    full = FoldStatistics(
        name="test", first_period=date(2018, 1, 1), last_period=date(2018, 2, 1), rows=9, positives=2, entities=3
    )
    [first, second] = records(folds_metadata([empty, full])["parts"])
    assert (first["first period"], first["rows"]) == ("", 0)
    assert (second["last period"], second["yes"]) == ("2018-02-01", 2)
    assert folds_metadata([]) == {}


def test_a_candidate_that_was_not_measured_is_shown_as_such() -> None:
    found = candidates_metadata(
        [
            Candidate(name="rule", validation_log_loss=None, parameters={}),
            Candidate(name="boosted_trees", validation_log_loss=0.25, parameters={}),
        ]
    )
    assert [record["validation log-loss"] for record in records(found["candidates"])] == ["none", 0.25]
    assert candidates_metadata([]) == {}


def test_an_evaluation_shows_its_figures_and_none_where_there_is_no_window() -> None:
    shown = evaluation_metadata(evaluation())
    assert shown["test auc"].value == "0.7500 (0.7400 to 0.7600)"
    nothing = evaluation_metadata(evaluation().model_copy(update={"test": None}))
    assert set(nothing) == {"version", "chosen"}


def test_an_outcome_says_who_serves() -> None:
    shown = outcome_metadata(Outcome(decision(Verdict.REFUSED, Serves.NOBODY), None), "http://reports.test/m.html")
    assert (shown["verdict"].value, shown["serves"].value) == ("refused", "nobody")


def test_scores_are_counted_by_band_and_none_where_nothing_was_written() -> None:
    frame = pd.DataFrame({"band": ["high", "low", "low"], "is_backtest": [True, False, False]})
    shown = scores_metadata(Scored("3", frame, 4, ()))
    assert {name: value.value for name, value in shown.items()} == {
        "dagster/row_count": 3,
        "version": "3",
        "rows kept as they were answered at the time": 4,
        "rows with hindsight": 1,
        "band high": 1,
        "band medium": 0,
        "band low": 2,
    }
    assert scores_metadata(Scored("3", frame, 0, ("wrong",)))["dagster/row_count"].value == 0
    assert scores_metadata(Scored("3", frame.iloc[:0], 0, ()))["rows with hindsight"].value == 0
