"""A question with a yes or no for an answer as a family of models: how its kind takes the shared way.

Belongs here: what each step of the way is for a classifier. Does not belong here: the way (``ml_assets.family``), the
steps' inner parts (``steps``, ``contest``, ``scoring``), which questions there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg
import pandas as pd

from ml_assets.classification.contest import GateConfig, QuestionContest
from ml_assets.classification.evaluate import metrics_of
from ml_assets.classification.extras import Extras
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.monitored import MonitoredQuestion
from ml_assets.classification.panel import in_order, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.scoring import answers, newest_rows, shared_key
from ml_assets.classification.shown import evaluation_metadata, folds_metadata
from ml_assets.classification.steps import (
    TrainedQuestion,
    fit,
    make_training_set,
    measure,
    stored_evaluation,
    stored_training,
    stored_training_set,
)
from ml_assets.classification.verdicts import judged_against_rule, judged_calibration, judged_leaks
from ml_assets.config import EvaluationConfig, PromotionConfig, ScoringConfig, SplitConfig, TrainingConfig
from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.family.records import Answers, Check, Judgement, Measured, Shown
from ml_assets.files import ModelFiles
from ml_assets.keys import Step
from ml_assets.predictions import PREDICTION_TABLES, PredictionTable
from ml_assets.reports.card import CardFacts, model_card
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.reports.scoreboard_rows import scoreboard_rows
from ml_assets.reports.standing import Standing
from ml_assets.warehouse import Warehouse

TRAINING_SET_CHECK = "finite_and_in_range"
LEAK_CHECK = "no_leak"
CALIBRATION_CHECK = "calibrated"
BASELINE_CHECK = "beats_the_rule"


class MeasurementConfig(dg.Config):
    """How a version is measured, and from what on its columns are suspected of a leak."""

    evaluation: EvaluationConfig = EvaluationConfig()
    gate: GateConfig = GateConfig()


@dataclass(frozen=True, slots=True)
class QuestionFamily:
    """A question, and what it may have beside its probability."""

    question: Question
    extras: Extras | None = None

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
        """The key of the scores as far as the feature table has it."""
        return shared_key(self.question, self.scores)

    @property
    def scores(self) -> PredictionTable:
        """The table of the question's name."""
        return PREDICTION_TABLES[self.question.name]

    @property
    def descriptions(self) -> Mapping[Step, str]:
        """What the assets are."""
        words, population = self.question.words, self.question.population
        return {
            Step.TRAINING_SET: f"Rows whose answer is known, whichever it is. {words} {population}",
            Step.MODEL: "The best candidate of the validation window, registered as a version.",
            Step.EVALUATION: "What the version is worth on rows it has not seen, beside the rule, and month by month.",
        }

    @property
    def checks(self) -> Mapping[Step, tuple[Check, ...]]:
        """Checks of rows and figures."""
        return {
            Step.TRAINING_SET: (Check(TRAINING_SET_CHECK, "Answers are yes or no, numbers have an end."),),
            Step.EVALUATION: (
                Check(LEAK_CHECK, "No column tells the answer by itself."),
                Check(CALIBRATION_CHECK, "What is said to happen as often does.", is_blocking=False),
                Check(BASELINE_CHECK, "The version is better than the rule.", is_blocking=False),
            ),
        }

    @property
    def configs(self) -> Mapping[Step, type[dg.Config]]:
        """Types of the settings."""
        return {
            Step.TRAINING_SET: SplitConfig,
            Step.MODEL: TrainingConfig,
            Step.EVALUATION: MeasurementConfig,
            Step.PROMOTION: GateConfig,
            Step.SCORES: ScoringConfig,
        }

    @property
    def beside(self) -> tuple[dg.AssetKey, ...]:
        """The asset of the extras."""
        return (self.extras.asset,) if self.extras else ()

    @property
    def monitored(self) -> MonitoredQuestion:
        """Its rows, probabilities and answers."""
        return MonitoredQuestion(self.question)

    def make_training_set(self, warehouse: Warehouse, files: ModelFiles, config: SplitConfig) -> Shown:
        """Store the rows, those without an answer yet among them."""
        facts, problems = make_training_set(self.question, warehouse, files, config)
        return Shown(
            {"rows": facts.rows, "complete until": str(facts.complete_until), **folds_metadata(facts.folds)},
            {TRAINING_SET_CHECK: Judgement(not problems, "; ".join(problems) or "all are")},
        )

    def fit(
        self, files: ModelFiles, config: TrainingConfig, code_version: str, champion: Callable[[], Any]
    ) -> TrainedQuestion:
        """Fit the candidates; what serves now has no part in it."""
        del champion
        return fit(self.question, files, config, code_version)

    def measure(self, files: ModelFiles, config: MeasurementConfig) -> Measured:
        """Measure the chosen candidate beside rule and prior."""
        evaluation = measure(self.question, files, config.evaluation, config.gate.promotion)
        judgements = {
            LEAK_CHECK: judged_leaks(evaluation),
            CALIBRATION_CHECK: judged_calibration(evaluation, config.gate.promotion),
            BASELINE_CHECK: judged_against_rule(evaluation),
        }
        return Measured(evaluation, metrics_of(evaluation), Shown(evaluation_metadata(evaluation), judgements))

    def contest(self, files: ModelFiles, config: GateConfig) -> QuestionContest:
        """Return the newest version on its test window."""
        return QuestionContest(stored_evaluation(self.question, files), stored_training(self.question, files), config)

    def rows_to_score(self, warehouse: Warehouse, config: ScoringConfig) -> pd.DataFrame:
        """Return the rows of the newest as-of periods."""
        return in_order(self.question, newest_rows(self.question, warehouse, config.periods))

    def answers(self, model: FittedClassifier, rows: pd.DataFrame, files: ModelFiles, config: ScoringConfig) -> Answers:
        """Return probabilities with bands and reasons, and the further columns of the extras."""
        panel = panel_of(self.question, rows)
        frame = answers(self.question, panel, model, self.scores, config.value)
        further = frame if self.extras is None else frame.join(self.extras.columns(files, rows))
        return Answers(further, panel.asked_at)

    def card(self, files: ModelFiles, standing: Standing, config: GateConfig) -> str:
        """Return the card, with the tables of the extras."""
        rows = stored_training_set(self.question, files)
        asked = rows.panel.keys[self.question.as_of_column]
        facts = CardFacts(
            **asdict(standing),
            data_from=asked.min().date() if len(asked) else None,
            data_to=asked.max().date() if len(asked) else None,
            complete_until=rows.facts.complete_until,
            measured_with=config.evaluation,
            tables=self.extras.tables(files) if self.extras else (),
        )
        return model_card(self.question, stored_evaluation(self.question, files), facts)

    def scoreboard_rows(self, files: ModelFiles, serves: str) -> tuple[ScoreboardRow, ...]:
        """Return a row for each metric and claim."""
        is_evaluated = files.evaluation(self.name).exists()
        evaluation = stored_evaluation(self.question, files) if is_evaluated else None
        return scoreboard_rows(self.question, evaluation, serves, PromotionConfig().min_events)
