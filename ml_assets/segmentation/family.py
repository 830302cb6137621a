"""A segmentation as a family of models: how its kind takes the shared way.

Belongs here: what each step of the way is for segments. Does not belong here: the way (``ml_assets.family``), the
steps' inner parts (``training_set``, ``steps``, ``measure``, ``contest``, ``scoring``), which segmentations there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.family.records import Answers, Check, Judgement, Measured, Shown
from ml_assets.files import ModelFiles
from ml_assets.keys import Step
from ml_assets.predictions import AS_OF_DATE, PREDICTION_TABLES, PredictionTable
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.reports.segmentation_card import segmentation_card
from ml_assets.reports.segmentation_rows import segmentation_rows
from ml_assets.reports.standing import Standing
from ml_assets.segmentation.config import SegmentationConfig, SegmentGateConfig, SegmentScoringConfig
from ml_assets.segmentation.contest import SegmentationContest
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.measure import measure, stored_groups, stored_record
from ml_assets.segmentation.monitored import MonitoredSegmentation
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.record import SegmentationRecord
from ml_assets.segmentation.scoring import answers, newest_rows
from ml_assets.segmentation.shown import record_metadata, snapshots_metadata
from ml_assets.segmentation.steps import TrainedSegments, fit, stored_training
from ml_assets.segmentation.training_set import make_training_set
from ml_assets.segmentation.verdicts import judged_separation, judged_sizes, judged_stability
from ml_assets.warehouse import Warehouse

TRAINING_SET_CHECK = "finite_and_in_range"
STABILITY_CHECK = "stable_beyond_the_null"
SEPARATION_CHECK = "separates_better_than_the_grid"
SIZE_CHECK = "smallest_segment_is_large_enough"


class SnapshotsConfig(dg.Config):
    """The snapshots follow from the data; there is nothing to set."""


@dataclass(frozen=True, slots=True)
class SegmentationFamily:
    """A segmentation that is registered as a model."""

    question: SegmentationQuestion

    @property
    def name(self) -> str:
        """Name of the registered model."""
        return self.question.name

    @property
    def words(self) -> str:
        """The question in words."""
        return self.question.words

    @property
    def source(self) -> str:
        """Source that is asked about."""
        return self.question.source

    @property
    def tables(self) -> tuple[TableName, ...]:
        """Features, later spend, and until when events are complete."""
        return self.question.table, self.question.value_table, OBSERVATION_WINDOWS

    @property
    def asked(self) -> TableName:
        """The feature table."""
        return self.question.table

    @property
    def asked_key(self) -> tuple[str, ...]:
        """The key of scores and features."""
        return self.question.entity, AS_OF_DATE

    @property
    def scores(self) -> PredictionTable:
        """The table of the question's name."""
        return PREDICTION_TABLES[self.question.name]

    @property
    def descriptions(self) -> Mapping[Step, str]:
        """What the assets are."""
        return {
            Step.TRAINING_SET: f"Three snapshots of the customers. {self.question.words} {self.question.population}",
            Step.MODEL: "Learned segments, chosen by stability and by spend known before, registered as a version; "
            "beside them the grid of quintiles.",
            Step.EVALUATION: "How stable segments are beside data without structure, and how well they tell later "
            "spend apart beside the grid.",
        }

    @property
    def checks(self) -> Mapping[Step, tuple[Check, ...]]:
        """Checks of rows and figures."""
        return {
            Step.TRAINING_SET: (
                Check(TRAINING_SET_CHECK, "Numbers have an end, amounts and counts are not negative."),
            ),
            Step.EVALUATION: (
                Check(STABILITY_CHECK, "Segments come out again more than without structure.", is_blocking=False),
                Check(SEPARATION_CHECK, "Segments tell later spend better apart than the grid.", is_blocking=False),
                Check(SIZE_CHECK, "No segment is too small to be worth a name.", is_blocking=False),
            ),
        }

    @property
    def configs(self) -> Mapping[Step, type[dg.Config]]:
        """Types of the settings."""
        return {
            Step.TRAINING_SET: SnapshotsConfig,
            Step.MODEL: SegmentationConfig,
            Step.EVALUATION: SegmentGateConfig,
            Step.PROMOTION: SegmentGateConfig,
            Step.SCORES: SegmentScoringConfig,
        }

    @property
    def beside(self) -> tuple[dg.AssetKey, ...]:
        """Nothing else stands before the gate."""
        return ()

    @property
    def monitored(self) -> MonitoredSegmentation:
        """Its customers and their segments."""
        return MonitoredSegmentation(self.question)

    def make_training_set(self, warehouse: Warehouse, files: ModelFiles, config: SnapshotsConfig) -> Shown:
        """Store the snapshots that time allows."""
        del config
        facts, problems = make_training_set(self.question, warehouse, files)
        found = Judgement(not problems, "; ".join(problems) or "all are")
        return Shown(snapshots_metadata(facts), {TRAINING_SET_CHECK: found})

    def fit(
        self, files: ModelFiles, config: SegmentationConfig, code_version: str, champion: Callable[[], Any]
    ) -> TrainedSegments:
        """Fit grid and learned segments, which keep the champion's names where they come out again."""
        return fit(self.question, files, config, code_version, champion)

    def measure(self, files: ModelFiles, config: SegmentGateConfig) -> Measured:
        """Measure the chosen candidate beside the grid."""
        record = measure(self.question, files)
        judgements = {
            STABILITY_CHECK: judged_stability(record),
            SEPARATION_CHECK: judged_separation(record),
            SIZE_CHECK: judged_sizes(record, config),
        }
        return Measured(record, metrics_of(record), Shown(record_metadata(record), judgements))

    def contest(self, files: ModelFiles, config: SegmentGateConfig) -> SegmentationContest:
        """Return the newest version on the judged snapshot."""
        question = self.question
        return SegmentationContest(
            stored_record(question, files), stored_training(question, files), stored_groups(question, files), config
        )

    def rows_to_score(self, warehouse: Warehouse, config: SegmentScoringConfig) -> pd.DataFrame:
        """Return the customers of the newest dates."""
        return newest_rows(self.question, warehouse, config.periods)

    def answers(
        self, model: FittedSegmentation, rows: pd.DataFrame, files: ModelFiles, config: SegmentScoringConfig
    ) -> Answers:
        """Return segments with strength, band and reasons."""
        del files, config
        return answers(self.question, model, rows)

    def card(self, files: ModelFiles, standing: Standing, config: SegmentGateConfig) -> str:
        """Return the card."""
        return segmentation_card(self.question, stored_record(self.question, files), standing, config)

    def scoreboard_rows(self, files: ModelFiles, serves: str) -> tuple[ScoreboardRow, ...]:
        """Return separation beside the grid, and each claim."""
        is_evaluated = files.evaluation(self.name).exists()
        record = stored_record(self.question, files) if is_evaluated else None
        return segmentation_rows(self.question, record, serves, SegmentGateConfig().min_events)


def metrics_of(record: SegmentationRecord) -> dict[str, float]:
    """Return the figures that are logged onto the version's run."""
    learned = record.learned
    found = {
        "grid_separation": record.grid.separation.value if record.grid.separation else None,
        "grid_names_kept": record.grid.names_kept,
    }
    if learned is not None:
        found |= {
            "stability": learned.stability.value,
            "null_stability": learned.null_stability.value,
            "names_kept": learned.names_kept,
            "silhouette": learned.silhouette,
            "noise_share": learned.noise_share,
            **{f"separation_{each.name}": each.gini.value for each in learned.separations},
        }
    return {name: value for name, value in found.items() if value is not None}
