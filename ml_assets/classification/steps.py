"""A question's own part of the way to a version: each step takes files or the warehouse and leaves something there.

Belongs here: the order inside a step, and what is handed from one to the next. Does not belong here: what the steps of
every model do (``ml_assets.family``), fitting, measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.evaluate import Configs, evaluate, learned_until
from ml_assets.classification.evaluation import Candidate, Evaluation, FoldStatistics
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.folds import TimeSplit, for_period, split_by_time
from ml_assets.classification.panel import Panel, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.shown import candidates_metadata
from ml_assets.classification.train import Training, train
from ml_assets.classification.training_set import complete_until, fingerprint, read_training_set, set_problems
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig, TrainingConfig
from ml_assets.family.records import NEVER, Metadata, Release, TrainingFacts
from ml_assets.family.steps import candidate_fingerprint
from ml_assets.files import ModelFiles, write_frame, write_text
from ml_assets.warehouse import Warehouse


class TrainingSetFacts(BaseModel):
    """What a training set was made from, and how it is divided."""

    model_config = ConfigDict(frozen=True)

    complete_until: date | None
    fingerprint: str
    rows: int
    split: SplitConfig
    folds: tuple[FoldStatistics, ...]

    @classmethod
    def of(cls, frame: pd.DataFrame, panel: Panel, until: date | None, split: SplitConfig) -> Self:
        """Return the facts of rows, which are known until a day, divided as settings say."""
        return cls(
            complete_until=until,
            fingerprint=fingerprint(frame, str(until)),
            rows=len(frame),
            split=split,
            folds=split_by_time(panel, _last_day(until), split).statistics,
        )

    @classmethod
    def stored(cls, model: str, files: ModelFiles) -> Self:
        """Return the facts of the training set of a model that was stored last."""
        return cls.model_validate_json(files.training_set_facts(model).read_text())

    def store(self, model: str, frame: pd.DataFrame, files: ModelFiles) -> None:
        """Store the rows of a model, and then these facts of them."""
        write_frame(files.training_set(model), frame)
        write_text(files.training_set_facts(model), self.model_dump_json(indent=2))

    @property
    def last_day(self) -> np.datetime64:
        """The last complete day; long ago where nothing is complete."""
        return _last_day(self.complete_until)


class QuestionFacts(TrainingFacts):
    """Which version came of a training set, and by which settings."""

    candidates: tuple[Candidate, ...]
    config: TrainingConfig


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """A training set as it was stored, divided as its facts say."""

    facts: TrainingSetFacts
    panel: Panel
    split: TimeSplit

    @property
    def until(self) -> np.datetime64:
        """The last complete day; long ago where nothing is complete."""
        return self.facts.last_day


def make_training_set(
    question: Question, warehouse: Warehouse, files: ModelFiles, config: SplitConfig
) -> tuple[TrainingSetFacts, list[str]]:
    """Store the rows of a question; return what they are, and what is wrong with them."""
    config = for_period(config, question.period)
    until = complete_until(warehouse, question)
    frame = read_training_set(warehouse, question)
    panel = panel_of(question, frame)
    facts = TrainingSetFacts.of(frame, panel, until, config)
    facts.store(question.name, frame, files)
    return facts, set_problems(panel)


def stored_frame(question: Question, files: ModelFiles) -> pd.DataFrame:
    """Return the rows of the training set that was stored last, with all columns of the feature table."""
    return pd.read_parquet(files.training_set(question.name))


def stored_training_set(question: Question, files: ModelFiles) -> TrainingRows:
    """Return the training set that was stored last."""
    facts = TrainingSetFacts.stored(question.name, files)
    panel = panel_of(question, stored_frame(question, files))
    return TrainingRows(facts, panel, split_by_time(panel, facts.last_day, facts.split))


@dataclass(frozen=True, slots=True)
class TrainedQuestion:
    """The fitted candidates of a question with the rows that they were fitted to."""

    question: Question
    rows: TrainingRows
    facts: QuestionFacts
    training: Training

    @property
    def metadata(self) -> Metadata:
        """The candidates with their log-loss on the validation window."""
        return candidates_metadata(self.facts.candidates)

    def release(self, candidate: str) -> Release:
        """Return what the registry gets of a candidate; it is the same for all but for the folder."""
        rows, folds = self.rows, self.rows.facts.folds
        return Release(
            input_example=rows.panel.features.head(5),
            parameters={"split": rows.facts.split.model_dump(), "training": self.facts.config.model_dump()},
            metrics={
                f"validation_log_loss_{found.name}": found.validation_log_loss
                for found in self.facts.candidates
                if found.validation_log_loss is not None
            },
            learned_from=rows.panel.take(rows.split.fold.known).keys[self.question.entity],
            tags={
                "complete_until": str(rows.facts.complete_until),
                "data_window": f"{folds[0].first_period} to {folds[-1].last_period}",
                "features": ",".join(rows.panel.features.columns),
            },
        )


def fit(question: Question, files: ModelFiles, config: TrainingConfig, code_version: str) -> TrainedQuestion:
    """Fit the candidates to the training set that was stored last, and store them."""
    rows = stored_training_set(question, files)
    training = train(rows.panel, rows.split.fold, question, config, rows.facts.split)
    files.replace_folder(files.candidates(question.name), lambda folder: store_candidates(folder, training))
    learned = learned_until(rows.panel, rows.split.fold)
    facts = QuestionFacts(
        fingerprint=fingerprint(
            pd.DataFrame(),
            rows.facts.fingerprint,
            rows.facts.split.model_dump_json(),
            config.model_dump_json(),
            code_version,
        ),
        learned_until=NEVER if learned is None else learned.astype("datetime64[s]").item(),
        chosen=training.chosen,
        candidates=training.candidates,
        config=config,
    )
    return TrainedQuestion(question, rows, facts, training)


def store_candidates(folder: Path, training: Training) -> None:
    """Write the fitted candidates into a folder, one folder each."""
    for name, model in training.models.items():
        model.save(folder / name)


def stored_training(question: Question, files: ModelFiles) -> TrainedQuestion:
    """Return the training that was stored last, with its rows."""
    facts = QuestionFacts.model_validate_json(files.training_facts(question.name).read_text())
    folders = sorted(path for path in files.candidates(question.name).iterdir() if path.is_dir())
    models = {folder.name: FittedClassifier.load(folder) for folder in folders}
    training = Training(candidates=facts.candidates, chosen=facts.chosen, models=models)
    return TrainedQuestion(question, stored_training_set(question, files), facts, training)


def measure(question: Question, files: ModelFiles, config: EvaluationConfig, promotion: PromotionConfig) -> Evaluation:
    """Measure the version that was registered last."""
    trained = stored_training(question, files)
    rows, facts = trained.rows, trained.facts
    return evaluate(
        question,
        rows.panel,
        rows.split,
        trained.training,
        rows.until,
        Configs(rows.facts.split, facts.config, config, promotion),
        version=facts.version,
        fingerprint=candidate_fingerprint(facts, facts.chosen),
    )


def stored_evaluation(question: Question, files: ModelFiles) -> Evaluation:
    """Return the evaluation that was stored last."""
    return Evaluation.model_validate_json(files.evaluation(question.name).read_text())


def _last_day(until: date | None) -> np.datetime64:
    return np.datetime64(until or NEVER.date(), "D")
