"""A segmentation's own part of the way to a version: fitted candidates, and their measurement.

Belongs here: the order inside a step, and what is handed from one to the next. Does not belong here: what the steps of
every model do (``ml_assets.family``), fitting, measuring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.classification.training_set import fingerprint
from ml_assets.family.records import NEVER, Metadata, Release, TrainingFacts
from ml_assets.files import ModelFiles
from ml_assets.registry.kinds import UnreadableModelError
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.evaluation import Trial
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.grid import fit_grid
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.quintiles import QuintileGrid
from ml_assets.segmentation.shown import trials_metadata
from ml_assets.segmentation.snapshots import Snapshot
from ml_assets.segmentation.train import NoSegmentsError, Training, methods_of, train
from ml_assets.segmentation.training_set import StoredSnapshots, stored_snapshots

# Name of the candidate that is the rule.
GRID = QuintileGrid.kind


class SegmentationFacts(TrainingFacts):
    """Which version came of a training set, and by which settings.

    Attributes
    ----------
    setting
        Of the learned candidate that is chosen; None where nothing was learned.
    trials
        All that was tried.
    weights
        By what the distances of each feature are multiplied.
    config
        Settings.
    remark
        Why nothing was learned; empty if something was.
    """

    setting: float | None
    trials: tuple[Trial, ...]
    weights: dict[str, float]
    config: SegmentationConfig
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TrainedSegments:
    """The fitted candidates with the customers that they were fitted to."""

    question: SegmentationQuestion
    rows: StoredSnapshots
    facts: SegmentationFacts
    candidates: Mapping[str, FittedSegmentation]

    @property
    def training(self) -> Training | None:
        """What came of learning; None where nothing was learned."""
        facts = self.facts
        if facts.chosen == GRID:
            return None
        [method] = [
            each for each in methods_of(facts.config) if (each.kind, each.setting) == (facts.chosen, facts.setting)
        ]
        features = tuple(replace(each, weight=facts.weights[each.column]) for each in self.question.features)
        weighted = replace(self.question, features=features)
        return Training(self.candidates[facts.chosen], method, facts.trials, weighted)

    @property
    def metadata(self) -> Metadata:
        """All that was tried, and why nothing was learned if so."""
        return trials_metadata(self.facts.trials, self.facts.remark)

    def release(self, candidate: str) -> Release:
        """Return what the registry gets of a candidate."""
        rows, fitted, served = self.rows, self.candidates[candidate], self.rows.snapshots.served
        known = rows.facts.known
        return Release(
            input_example=served.frame[list(fitted.feature_names)].head(5).astype("float64"),
            parameters={"segmentation": self.facts.config.model_dump(), "weights": self.facts.weights},
            metrics=_metrics(self.facts),
            learned_from=served.frame[self.question.entity],
            tags={
                "complete_until": str(rows.facts.complete_until),
                "data_window": f"as of {rows.facts.served}" + (f", spend after {known}" if known else ""),
                "features": ",".join(fitted.feature_names),
                "segments": ",".join(fitted.names),
            },
        )


def fit(
    question: SegmentationQuestion,
    files: ModelFiles,
    config: SegmentationConfig,
    code_version: str,
    champion: Callable[[], Any],
) -> TrainedSegments:
    """Fit the grid and learned segments to the training set that was stored last, and store both.

    Learned segments take the names of the champion where they come out again; where none serves, those of the grid, so
    that whichever serves first a name means the same customers.
    """
    rows = stored_snapshots(question, files)
    served = rows.snapshots.served
    grid = fit_grid(question, served.frame, served.as_of, config.bands)
    training, remark = _learned(question, rows, config, lambda: serving(champion, served) or grid)
    candidates = {GRID: grid} if training is None else {GRID: grid, training.method.kind: training.fitted}
    files.replace_folder(files.candidates(question.name), lambda folder: _store(folder, candidates))
    chosen = GRID if training is None else training.method.kind
    facts = SegmentationFacts(
        fingerprint=fingerprint(
            pd.DataFrame(), rows.facts.fingerprint, config.model_dump_json(), code_version, *candidates[chosen].names
        ),
        learned_until=NEVER if rows.taken_at is None else rows.taken_at.astype("datetime64[s]").item(),
        chosen=chosen,
        setting=None if training is None else training.method.setting,
        trials=() if training is None else training.trials,
        weights={} if training is None else {each.column: each.weight for each in training.question.features},
        config=config,
        remark=remark,
    )
    return TrainedSegments(question, rows, facts, candidates)


def serving(champion: Callable[[], Any], served: Snapshot) -> FittedSegmentation | None:
    """Return the segments that serve, if there are any that can place the customers of a snapshot."""
    try:
        found = champion()
    except UnreadableModelError:
        # Whether it serves on is decided by the gate; its names end with it.
        return None
    if not isinstance(found, FittedSegmentation) or not set(found.feature_names) <= set(served.frame.columns):
        return None
    return found


def stored_training(question: SegmentationQuestion, files: ModelFiles) -> TrainedSegments:
    """Return the candidates that were stored last, with their customers."""
    facts = SegmentationFacts.model_validate_json(files.training_facts(question.name).read_text())
    folders = sorted(path for path in files.candidates(question.name).iterdir() if path.is_dir())
    candidates = {folder.name: FittedSegmentation.load(folder) for folder in folders}
    return TrainedSegments(question, stored_snapshots(question, files), facts, candidates)


def _learned(
    question: SegmentationQuestion,
    rows: StoredSnapshots,
    config: SegmentationConfig,
    before: Callable[[], FittedSegmentation],
) -> tuple[Training | None, str]:
    """Return what is learned, or why nothing is."""
    customers = len(rows.snapshots.served)
    if customers < config.choice.min_customers:
        return None, f"{customers} customers are fewer than {config.choice.min_customers}: there is only the grid"
    try:
        return train(question, rows.snapshots, config, before()), ""
    except NoSegmentsError as error:
        return None, f"{error}; there is only the grid"


def _store(folder: Path, candidates: Mapping[str, FittedSegmentation]) -> None:
    for name, fitted in candidates.items():
        fitted.save(folder / name)


def _metrics(facts: SegmentationFacts) -> dict[str, float]:
    """Return stability and separation of the chosen method, as they were when it was chosen."""
    found: dict[str, float] = {}
    for trial in facts.trials:
        if (trial.method, trial.setting) != (facts.chosen, facts.setting):
            continue
        figures = {"choice_stability": trial.stability, "choice_separation": trial.separation}
        found |= {name: each.value for name, each in figures.items() if each is not None and each.value is not None}
    return found


def moments(days: pd.Series[Any]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Return dates as moments, whatever the engine gave."""
    return np.asarray(pd.to_datetime(days).to_numpy(), dtype="datetime64[us]")
