"""A recommender's own part of the way to a version: fitted candidates, and what of them is stored.

Belongs here: the order inside a step, and what is handed from one to the next. Does not belong here: what the steps of
every model do (``ml_assets.family``), fitting (``train``), measuring (``measure``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ml_assets.classification.training_set import fingerprint
from ml_assets.family.records import NEVER, Metadata, Release, TrainingFacts
from ml_assets.files import ModelFiles
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import ContextKind
from ml_assets.recommender.evaluation import ChoiceRecord
from ml_assets.recommender.fitted import ITEMS, FittedRecommender, history_texts
from ml_assets.recommender.methods import Method
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.shown import choice_metadata
from ml_assets.recommender.split import Split, split_of
from ml_assets.recommender.train import train
from ml_assets.recommender.training_set import StoredClicks, stored_clicks

# Histories that the registry gets as an example.
_EXAMPLES = 5


class RecommenderFacts(TrainingFacts):
    """Which version came of a training set, and how.

    Attributes
    ----------
    choice
        What methods reached on the choice window.
    lessons
        Contexts that the order of candidates was learned from, by kind.
    last_click
        The newest event that anything was fitted to; None where there is none.
    config
        Settings.
    remark
        Why nothing was learned; empty if something was.
    """

    choice: tuple[ChoiceRecord, ...]
    lessons: dict[ContextKind, int]
    last_click: datetime | None
    config: RecommenderConfig
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TrainedRecommender:
    """The fitted candidates with the clicks that they were fitted to."""

    question: RecommenderQuestion
    rows: StoredClicks
    facts: RecommenderFacts
    candidates: Mapping[Method, FittedRecommender]

    @property
    def split(self) -> Split:
        """The moments."""
        return split_of(self.rows.start, self.rows.facts.complete_until, self.facts.config.split)

    @property
    def chosen(self) -> FittedRecommender:
        """The candidate that is registered."""
        return self.candidates[Method(self.facts.chosen)]

    @property
    def metadata(self) -> Metadata:
        """All methods on the choice window, and why nothing was learned if so."""
        return choice_metadata(self.facts.choice, self.facts.lessons, self.facts.remark)

    def release(self, candidate: str) -> Release:
        """Return what the registry gets of a candidate; all of them are asked the same."""
        del candidate
        clicks, until = self.rows.clicks, self.split.fitted_until
        past = clicks.before(until)
        some = past.viewers()[:_EXAMPLES]
        texts = history_texts(clicks.items, past.histories(some, self.facts.config.split.longest_history))
        return Release(
            input_example=pd.DataFrame({ITEMS: texts or ["[]"]}),
            parameters={"recommender": self.facts.config.model_dump()},
            metrics={f"choice_{each.method}": each.value for each in self.facts.choice},
            learned_from=pd.Series(clicks.visitors[np.unique(past.visitor)], dtype=object),
            tags={
                "complete_until": str(self.rows.facts.complete_until),
                "data_window": f"{self.rows.facts.first} to before {until}",
                "features": ITEMS,
            },
        )


def fit(
    question: RecommenderQuestion, files: ModelFiles, config: RecommenderConfig, code_version: str
) -> TrainedRecommender:
    """Fit the rule and a learned method to the clicks that were stored last, and store both."""
    rows = stored_clicks(question, files)
    training = train(question, rows, config)
    files.replace_folder(files.candidates(question.name), lambda folder: _store(folder, training.candidates))
    last = training.learned.last_click
    facts = RecommenderFacts(
        fingerprint=fingerprint(pd.DataFrame(), rows.facts.fingerprint, config.model_dump_json(), code_version),
        learned_until=NEVER if last is None else training.learned.until.astype("datetime64[us]").item(),
        chosen=training.chosen.value,
        choice=training.choice,
        lessons=training.learned.lessons,
        last_click=None if last is None else last.astype("datetime64[us]").item(),
        config=config,
        remark=training.remark,
    )
    return TrainedRecommender(question, rows, facts, training.candidates)


def stored_training(question: RecommenderQuestion, files: ModelFiles) -> TrainedRecommender:
    """Return the candidates that were stored last, with their clicks."""
    facts = RecommenderFacts.model_validate_json(files.training_facts(question.name).read_text())
    folders = sorted(path for path in files.candidates(question.name).iterdir() if path.is_dir())
    candidates = {Method(folder.name): FittedRecommender.load(folder) for folder in folders}
    return TrainedRecommender(question, stored_clicks(question, files), facts, candidates)


def _store(folder: Path, candidates: Mapping[Method, FittedRecommender]) -> None:
    for name, fitted in candidates.items():
        fitted.save(folder / name)
