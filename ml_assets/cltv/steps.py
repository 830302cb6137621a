"""A question's own part of the way to a version of value: each step takes files or the warehouse and leaves something.

Belongs here: the order inside a step, and what is handed from one to the next. Does not belong here: what the steps of
every model do (``ml_assets.family``), fitting, measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml_assets.classification.evaluate import learned_until
from ml_assets.classification.folds import TimeSplit, for_period, split_by_time
from ml_assets.classification.steps import TrainingSetFacts
from ml_assets.classification.training_set import complete_until, fingerprint
from ml_assets.cltv.config import ValueMeasurementConfig, ValueTrainingConfig
from ml_assets.cltv.evaluate import ValueConfigs, evaluate, first_asked
from ml_assets.cltv.evaluation import Candidate, ValueEvaluation
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.panel import ValuePanel, value_panel_of
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.shown import candidates_metadata
from ml_assets.cltv.train import Training, train
from ml_assets.cltv.verdicts import set_problems
from ml_assets.config import SplitConfig
from ml_assets.family.records import NEVER, Metadata, Release, TrainingFacts
from ml_assets.family.steps import candidate_fingerprint
from ml_assets.files import ModelFiles
from ml_assets.warehouse import Warehouse


class ValueFacts(TrainingFacts):
    """Which version came of a training set, and by which settings; the penalisers are those that were chosen."""

    candidates: tuple[Candidate, ...]
    remarks: tuple[str, ...]
    config: ValueTrainingConfig


@dataclass(frozen=True, slots=True)
class ValueRows:
    """A training set as it was stored, divided as its facts say."""

    facts: TrainingSetFacts
    panel: ValuePanel
    split: TimeSplit

    @property
    def until(self) -> np.datetime64:
        """The last complete day; long ago where nothing is complete."""
        return self.facts.last_day

    @property
    def moment(self) -> np.datetime64:
        """The moment before which all is known that may be learned."""
        return first_asked(self.panel, self.split, self.until)

    @property
    def learned_until(self) -> np.datetime64 | None:
        """The moment up to which answers, and the histories that the laws were fitted to, were known."""
        answers = learned_until(self.panel.panel, self.split.fold)
        snapshot = self.panel.newest_snapshot(self.moment)
        moments = [] if answers is None else [answers]
        moments += [self.panel.panel.asked_at[snapshot].max()] if snapshot.any() else []
        return max(moments, default=None)


def make_training_set(
    question: ValueQuestion, warehouse: Warehouse, files: ModelFiles, config: SplitConfig
) -> tuple[TrainingSetFacts, list[str]]:
    """Store the rows of a question; return what they are, and what is wrong with them."""
    config = for_period(config, question.hurdle.period)
    until = complete_until(warehouse, question.hurdle)
    frame = warehouse.read(question.table).sort_values([question.as_of_column, question.entity], ignore_index=True)
    panel = value_panel_of(question, frame)
    facts = TrainingSetFacts.of(frame, panel.panel, until, config)
    facts.store(question.name, frame, files)
    return facts, set_problems(panel)


def stored_training_set(question: ValueQuestion, files: ModelFiles) -> ValueRows:
    """Return the training set that was stored last."""
    facts = TrainingSetFacts.stored(question.name, files)
    panel = value_panel_of(question, pd.read_parquet(files.training_set(question.name)))
    return ValueRows(facts, panel, split_by_time(panel.panel, facts.last_day, facts.split))


@dataclass(frozen=True, slots=True)
class TrainedValue:
    """The fitted candidates of a question with the rows that they were fitted to."""

    question: ValueQuestion
    rows: ValueRows
    facts: ValueFacts
    training: Training

    @property
    def metadata(self) -> Metadata:
        """The candidates with their normalised Gini on the validation rows."""
        return candidates_metadata(self.training)

    def release(self, candidate: str) -> Release:
        """Return what the registry gets of a candidate; it is the same for all but for the folder."""
        del candidate
        panel, folds = self.rows.panel.panel, self.rows.facts.folds
        return Release(
            input_example=panel.features.head(5),
            parameters={"split": self.rows.facts.split.model_dump(), "training": self.facts.config.model_dump()},
            metrics={
                f"validation_gini_{found.name}": found.validation_gini
                for found in self.facts.candidates
                if found.validation_gini is not None
            },
            learned_from=panel.take(self.rows.split.fold.known).keys[self.question.entity],
            tags={
                "complete_until": str(self.rows.facts.complete_until),
                "data_window": f"{folds[0].first_period} to {folds[-1].last_period}",
                "features": ",".join(panel.features.columns),
            },
        )


def fit(question: ValueQuestion, files: ModelFiles, config: ValueTrainingConfig, code_version: str) -> TrainedValue:
    """Fit the candidates to the training set that was stored last, and store them."""
    rows = stored_training_set(question, files)
    training = train(rows.panel, rows.split.fold, rows.moment, question, config, rows.facts.split)
    files.replace_folder(files.candidates(question.name), lambda folder: store_candidates(folder, training))
    learned = rows.learned_until
    facts = ValueFacts(
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
        remarks=training.remarks,
        config=training.config,
    )
    return TrainedValue(question, rows, facts, training)


def store_candidates(folder: Path, training: Training) -> None:
    """Write the fitted candidates into a folder, one folder each."""
    for name, model in training.models.items():
        model.save(folder / name)


def stored_training(question: ValueQuestion, files: ModelFiles) -> TrainedValue:
    """Return the training that was stored last, with its rows."""
    facts = ValueFacts.model_validate_json(files.training_facts(question.name).read_text())
    folders = sorted(path for path in files.candidates(question.name).iterdir() if path.is_dir())
    training = Training(
        candidates=facts.candidates,
        chosen=facts.chosen,
        models={folder.name: FittedValue.load(folder) for folder in folders},
        remarks=facts.remarks,
        config=facts.config,
    )
    return TrainedValue(question, stored_training_set(question, files), facts, training)


def measure(question: ValueQuestion, files: ModelFiles, config: ValueMeasurementConfig) -> ValueEvaluation:
    """Measure the version that was registered last."""
    trained = stored_training(question, files)
    rows, facts = trained.rows, trained.facts
    return evaluate(
        question,
        rows.panel,
        rows.split,
        trained.training,
        rows.until,
        ValueConfigs(rows.facts.split, facts.config, config.evaluation, config.promotion),
        version=facts.version,
        fingerprint=candidate_fingerprint(facts, facts.chosen),
    )


def stored_evaluation(question: ValueQuestion, files: ModelFiles) -> ValueEvaluation:
    """Return the evaluation that was stored last."""
    return ValueEvaluation.model_validate_json(files.evaluation(question.name).read_text())
