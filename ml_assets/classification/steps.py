"""What the assets of a question do, without Dagster: each step takes files or the warehouse and leaves something there.

Belongs here: the order inside a step, and what is handed from one to the next. Does not belong here: Dagster
(``assets``), fitting, measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.classification.evaluate import Configs, evaluate, learned_until, metrics_of
from ml_assets.classification.evaluation import Candidate, Evaluation, FoldStatistics
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.folds import TimeSplit, for_period, split_by_time
from ml_assets.classification.panel import Panel, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.train import Training, train
from ml_assets.classification.training_set import complete_until, fingerprint, read_training_set, set_problems
from ml_assets.config import EvaluationConfig, PromotionConfig, SplitConfig, TrainingConfig
from ml_assets.files import ModelFiles, write_frame, write_text
from ml_assets.registry.names import CANDIDATE, DAGSTER_RUN_ID, GIT_COMMIT, LEARNED_UNTIL
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse

# A version that learned from nothing is older than every row.
_NEVER = datetime(1970, 1, 1)


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class TrainingSetFacts(_Facts):
    """What a training set was made from, and how it is divided."""

    complete_until: date | None
    fingerprint: str
    rows: int
    split: SplitConfig
    folds: tuple[FoldStatistics, ...]


class TrainingFacts(_Facts):
    """Which version came of a training set, and by which settings."""

    version: str
    fingerprint: str
    learned_until: datetime
    chosen: str
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
        return _last_day(self.facts.complete_until)


def make_training_set(
    question: Question, warehouse: Warehouse, files: ModelFiles, config: SplitConfig
) -> tuple[TrainingSetFacts, list[str]]:
    """Store the rows of a question; return what they are, and what is wrong with them."""
    config = for_period(config, question.period)
    until = complete_until(warehouse, question)
    frame = read_training_set(warehouse, question)
    panel = panel_of(question, frame)
    facts = TrainingSetFacts(
        complete_until=until,
        fingerprint=fingerprint(frame, str(until)),
        rows=len(frame),
        split=config,
        folds=split_by_time(panel, _last_day(until), config).statistics,
    )
    write_frame(files.training_set(question.name), frame)
    write_text(files.training_set_facts(question.name), facts.model_dump_json(indent=2))
    return facts, set_problems(panel)


def stored_frame(question: Question, files: ModelFiles) -> pd.DataFrame:
    """Return the rows of the training set that was stored last, with all columns of the feature table."""
    return pd.read_parquet(files.training_set(question.name))


def stored_training_set(question: Question, files: ModelFiles) -> TrainingRows:
    """Return the training set that was stored last."""
    facts = TrainingSetFacts.model_validate_json(files.training_set_facts(question.name).read_text())
    panel = panel_of(question, stored_frame(question, files))
    return TrainingRows(facts, panel, split_by_time(panel, _last_day(facts.complete_until), facts.split))


def fit_and_register(
    question: Question,
    files: ModelFiles,
    registry: ModelRegistry,
    config: TrainingConfig,
    code_version: str,
    run_id: str,
) -> TrainingFacts:
    """Fit the candidates, and register the chosen one unless the same rows, settings and code made a version before."""
    rows = stored_training_set(question, files)
    training = train(rows.panel, rows.split.fold, question, config, rows.facts.split)
    files.replace_folder(files.candidates(question.name), lambda folder: store_candidates(folder, training))
    learned = learned_until(rows.panel, rows.split.fold)
    facts = TrainingFacts(
        version="",
        fingerprint=fingerprint(
            pd.DataFrame(),
            rows.facts.fingerprint,
            rows.facts.split.model_dump_json(),
            config.model_dump_json(),
            code_version,
        ),
        learned_until=_NEVER if learned is None else learned.astype("datetime64[s]").item(),
        chosen=training.chosen,
        candidates=training.candidates,
        config=config,
    )
    version = register_candidate(question, files, registry, rows, facts, training.chosen, run_id)
    facts = facts.model_copy(update={"version": version.number})
    write_text(files.training_facts(question.name), facts.model_dump_json(indent=2))
    return facts


def register_candidate(
    question: Question,
    files: ModelFiles,
    registry: ModelRegistry,
    rows: TrainingRows,
    facts: TrainingFacts,
    name: str,
    run_id: str,
) -> Version:
    """Return the version of a stored candidate, registered now unless it was before."""
    print_of = candidate_fingerprint(facts, name)
    known = registry.find(question.name, print_of)
    if known is not None:
        return known
    folds = rows.facts.folds
    return registry.register(
        question.name,
        files.candidates(question.name) / name,
        fingerprint=print_of,
        input_example=rows.panel.features.head(5),
        parameters={"split": rows.facts.split.model_dump(), "training": facts.config.model_dump()},
        metrics={
            f"validation_log_loss_{found.name}": found.validation_log_loss
            for found in facts.candidates
            if found.validation_log_loss is not None
        },
        tags={
            CANDIDATE: name,
            LEARNED_UNTIL: facts.learned_until.isoformat(),
            "complete_until": str(rows.facts.complete_until),
            "data_window": f"{folds[0].first_period} to {folds[-1].last_period}",
            "features": ",".join(rows.panel.features.columns),
            GIT_COMMIT: files.commit,
            DAGSTER_RUN_ID: run_id,
        },
        experiment=question.name,
    )


def candidate_fingerprint(facts: TrainingFacts, name: str) -> str:
    """Return what tells a candidate from all others that were ever registered: the same rows, settings and code."""
    return f"{facts.fingerprint}-{name}"


def newest_version(question: Question, files: ModelFiles, registry: ModelRegistry) -> Version:
    """Return the version that was trained last.

    Raises
    ------
    LookupError
        If it is no longer in the registry.
    """
    facts = TrainingFacts.model_validate_json(files.training_facts(question.name).read_text())
    version = registry.find(question.name, candidate_fingerprint(facts, facts.chosen))
    if version is None:
        raise LookupError(
            f"version {facts.version} of {question.name} is not in the registry; materialise the model again"
        )
    return version


def store_candidates(folder: Path, training: Training) -> None:
    """Write the fitted candidates into a folder, one folder each."""
    for name, model in training.models.items():
        model.save(folder / name)


def stored_training(question: Question, files: ModelFiles) -> tuple[TrainingFacts, Training]:
    """Return the training that was stored last."""
    facts = TrainingFacts.model_validate_json(files.training_facts(question.name).read_text())
    folders = sorted(path for path in files.candidates(question.name).iterdir() if path.is_dir())
    models = {folder.name: FittedClassifier.load(folder) for folder in folders}
    return facts, Training(candidates=facts.candidates, chosen=facts.chosen, models=models)


def measure_version(
    question: Question,
    files: ModelFiles,
    registry: ModelRegistry,
    config: EvaluationConfig,
    promotion: PromotionConfig,
) -> Evaluation:
    """Measure the version that was registered last, and write the figures onto its run."""
    rows = stored_training_set(question, files)
    facts, training = stored_training(question, files)
    configs = Configs(rows.facts.split, facts.config, config, promotion)
    evaluation = evaluate(
        question,
        rows.panel,
        rows.split,
        training,
        rows.until,
        configs,
        version=facts.version,
        fingerprint=candidate_fingerprint(facts, facts.chosen),
    )
    path = files.evaluation(question.name)
    write_text(path, evaluation.model_dump_json(indent=2))
    registry.log_evaluation(newest_version(question, files, registry), metrics_of(evaluation), {path.name: path})
    return evaluation


def stored_evaluation(question: Question, files: ModelFiles) -> Evaluation:
    """Return the evaluation that was stored last."""
    return Evaluation.model_validate_json(files.evaluation(question.name).read_text())


def _last_day(until: date | None) -> np.datetime64:
    return np.datetime64(until or _NEVER.date(), "D")
