"""A question of value as a family of models: how its kind takes the shared way.

Belongs here: what each step of the way is for expected money. Does not belong here: the way (``ml_assets.family``), the
steps' inner parts (``steps``, ``contest``), which questions there are (``question``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from ml_assets.classification.family import CALIBRATION_CHECK, LEAK_CHECK, TRAINING_SET_CHECK
from ml_assets.classification.panel import in_order
from ml_assets.classification.scoring import newest_rows, shared_key
from ml_assets.classification.shown import folds_metadata
from ml_assets.cltv.config import (
    ValueGateConfig,
    ValueMeasurementConfig,
    ValuePromotionConfig,
    ValueScoringConfig,
    ValueTrainingConfig,
)
from ml_assets.cltv.contest import ValueContest
from ml_assets.cltv.evaluate import metrics_of
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.monitored import MonitoredValue
from ml_assets.cltv.panel import value_panel_of
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.shown import evaluation_metadata
from ml_assets.cltv.steps import (
    TrainedValue,
    fit,
    make_training_set,
    measure,
    stored_evaluation,
    stored_training,
    stored_training_set,
)
from ml_assets.cltv.verdicts import judged_against_rules, judged_calibration, judged_intervals, judged_leaks
from ml_assets.config import SplitConfig
from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.family.records import Answers, Check, Judgement, Measured, Shown
from ml_assets.files import ModelFiles
from ml_assets.keys import Step
from ml_assets.predictions import AS_OF_DATE, PREDICTION_TABLES, PredictionTable
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.reports.standing import Standing
from ml_assets.reports.value_card import ValueCardFacts, value_card
from ml_assets.reports.value_rows import value_rows
from ml_assets.warehouse import Warehouse

RULES_CHECK = "beats_the_rules"
INTERVALS_CHECK = "intervals_cover"


@dataclass(frozen=True, slots=True)
class ValueFamily:
    """A question of value."""

    question: ValueQuestion

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
        """The feature table, and until when its events are complete."""
        return self.question.table, OBSERVATION_WINDOWS

    @property
    def asked(self) -> TableName:
        """The feature table."""
        return self.question.table

    @property
    def asked_key(self) -> tuple[str, ...]:
        """Entity and as-of date."""
        return shared_key(self.question.hurdle, self.scores)

    @property
    def scores(self) -> PredictionTable:
        """The table of the question's name."""
        return PREDICTION_TABLES[self.question.name]

    @property
    def descriptions(self) -> Mapping[Step, str]:
        """What the assets are."""
        return {
            Step.TRAINING_SET: (
                f"Rows with the money of the {self.question.horizon} days after them, where it is known. "
                f"{self.question.words} {self.question.population}"
            ),
            Step.MODEL: "The simplest candidate that is as good as the best on validation rows, registered.",
            Step.EVALUATION: "How well the version ranks money it has not seen, beside each rule, and month by month.",
        }

    @property
    def checks(self) -> Mapping[Step, tuple[Check, ...]]:
        """Checks of rows and figures."""
        return {
            Step.TRAINING_SET: (Check(TRAINING_SET_CHECK, "Money is 0 or more, numbers have an end."),),
            Step.EVALUATION: (
                Check(LEAK_CHECK, "No column ranks money, or tells who buys, by itself."),
                Check(CALIBRATION_CHECK, "As much money comes as is expected.", is_blocking=False),
                Check(RULES_CHECK, "The version ranks money better than every rule.", is_blocking=False),
                Check(INTERVALS_CHECK, "Intervals hold as much of the truth as they say.", is_blocking=False),
            ),
        }

    @property
    def configs(self) -> Mapping[Step, type[dg.Config]]:
        """Types of the settings."""
        return {
            Step.TRAINING_SET: SplitConfig,
            Step.MODEL: ValueTrainingConfig,
            Step.EVALUATION: ValueMeasurementConfig,
            Step.PROMOTION: ValueGateConfig,
            Step.SCORES: ValueScoringConfig,
        }

    @property
    def beside(self) -> tuple[dg.AssetKey, ...]:
        """Nothing further."""
        return ()

    @property
    def monitored(self) -> MonitoredValue:
        """Its rows, expected money and money."""
        return MonitoredValue(self.question)

    def make_training_set(self, warehouse: Warehouse, files: ModelFiles, config: SplitConfig) -> Shown:
        """Store the rows, those without an answer yet among them."""
        facts, problems = make_training_set(self.question, warehouse, files, config)
        return Shown(
            {"rows": facts.rows, "complete until": str(facts.complete_until), **folds_metadata(facts.folds)},
            {TRAINING_SET_CHECK: Judgement(not problems, "; ".join(problems) or "all are")},
        )

    def fit(
        self, files: ModelFiles, config: ValueTrainingConfig, code_version: str, champion: Callable[[], Any]
    ) -> TrainedValue:
        """Fit rules, laws and challengers; what serves now has no part in it."""
        del champion
        return fit(self.question, files, config, code_version)

    def measure(self, files: ModelFiles, config: ValueMeasurementConfig) -> Measured:
        """Measure the chosen candidate beside all others."""
        evaluation = measure(self.question, files, config)
        judgements = {
            LEAK_CHECK: judged_leaks(evaluation),
            CALIBRATION_CHECK: judged_calibration(evaluation, config.promotion),
            RULES_CHECK: judged_against_rules(evaluation, tuple(rule.name for rule in self.question.rules)),
            INTERVALS_CHECK: judged_intervals(evaluation),
        }
        return Measured(evaluation, metrics_of(evaluation), Shown(evaluation_metadata(evaluation), judgements))

    def contest(self, files: ModelFiles, config: ValueGateConfig) -> ValueContest:
        """Return the newest version on its test window."""
        return ValueContest(stored_evaluation(self.question, files), stored_training(self.question, files), config)

    def rows_to_score(self, warehouse: Warehouse, config: ValueScoringConfig) -> pd.DataFrame:
        """Return the rows of the newest as-of periods."""
        hurdle = self.question.hurdle
        return in_order(hurdle, newest_rows(hurdle, warehouse, config.periods))

    def answers(self, model: FittedValue, rows: pd.DataFrame, files: ModelFiles, config: ValueScoringConfig) -> Answers:
        """Return expected money with band, reasons and intervals, and what the laws say."""
        del files, config
        panel = value_panel_of(self.question, rows).panel
        as_of = panel.keys[self.question.as_of_column].to_numpy(dtype="datetime64[us]")
        predicted = model.predict(panel.features).reset_index(drop=True)
        keys = pd.DataFrame(
            {
                self.question.entity: panel.keys[self.question.entity].to_numpy(),
                AS_OF_DATE: as_of.astype("datetime64[D]").astype("datetime64[us]"),
            }
        )
        return Answers(pd.concat([keys, predicted], axis=1), np.asarray(panel.asked_at))

    def card(self, files: ModelFiles, standing: Standing, config: ValueGateConfig) -> str:
        """Return the card."""
        rows = stored_training_set(self.question, files)
        asked = rows.panel.panel.keys[self.question.as_of_column]
        facts = ValueCardFacts(
            **asdict(standing),
            data_from=asked.min().date() if len(asked) else None,
            data_to=asked.max().date() if len(asked) else None,
            complete_until=rows.facts.complete_until,
            measured_with=config.evaluation,
            max_ratio=config.promotion.max_ratio,
        )
        return value_card(self.question, stored_evaluation(self.question, files), facts)

    def scoreboard_rows(self, files: ModelFiles, serves: str) -> tuple[ScoreboardRow, ...]:
        """Return a row for each metric, normalised Gini first."""
        is_evaluated = files.evaluation(self.name).exists()
        evaluation = stored_evaluation(self.question, files) if is_evaluated else None
        return value_rows(self.question, evaluation, serves, ValuePromotionConfig().min_buyers)
