"""All candidates fitted to a fold, and the one that is chosen.

Belongs here: the order of fit, calibration, measure and choice. Does not belong here: how a candidate is fitted
(``candidates``), any row outside the fold, whether the chosen one serves (``registry.promotion``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss

from ml_assets.classification.bands import Bands
from ml_assets.classification.candidates import (
    CANDIDATES,
    LEARNED,
    PRIOR,
    RULE,
    Parameters,
    Workbench,
    with_parameters,
)
from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.evaluation import Candidate, Importance
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.folds import Fold
from ml_assets.classification.lines import Line
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.classification.search import searched
from ml_assets.classification.training_data import TrainingData
from ml_assets.config import SplitConfig, TrainingConfig

FloatArray = npt.NDArray[np.float64]

# Rows whose contributions are averaged for the importances.
IMPORTANCE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Training:
    """What a training set was made into.

    Attributes
    ----------
    candidates
        Each with its settings and its log-loss on the validation window, from the simplest on.
    chosen
        Name of the one that challenges: the learned candidate with the least log-loss, or the rule where there are
        too few events to learn from.
    models
        The fitted candidates by name.
    """

    candidates: tuple[Candidate, ...]
    chosen: str
    models: Mapping[str, FittedClassifier]


def train(panel: Panel, fold: Fold, question: Question, config: TrainingConfig, split: SplitConfig) -> Training:
    """Fit all candidates to a fold and choose one on its validation window.

    Every candidate is calibrated on the validation window by the same two numbers before it is measured there: what
    is compared is what would serve.

    Parameters
    ----------
    panel
        All rows of the question; only those of the fold are read.
    fold
        Training and validation rows, all with labels.
    question
        What is asked, and the rule to beat.
    config
        Settings of the candidates, and of the search for better ones.
    split
        How many rows and events are enough.
    """
    data = TrainingData.of(panel, fold, question.entity, split)
    workbench = Workbench(data, question.rule, config)
    if data.can_learn and config.search.trials:
        workbench.config = config.model_copy(update={"trees": searched(workbench.tree_data, config)})
    fitted = [_fitted(name, workbench, question) for name in (CANDIDATES if data.can_learn else (PRIOR, RULE))]
    candidates = tuple(candidate for candidate, _ in fitted)
    return Training(
        candidates=candidates,
        chosen=_chosen(candidates),
        models={candidate.name: model for candidate, model in fitted},
    )


def refit(
    name: str,
    training_parameters: Mapping[str, Any],
    panel: Panel,
    fold: Fold,
    question: Question,
    config: TrainingConfig,
    split: SplitConfig,
) -> FittedClassifier:
    """Fit one candidate to another fold with the settings that were chosen for it; nothing is searched or chosen.

    Boosting ends where the validation window of this fold ends it. Where the fold has too few events to learn from,
    the rule is fitted in the candidate's place, as ``train`` would choose it there; its ``name`` says so.

    Parameters
    ----------
    name, training_parameters
        A candidate and its ``Candidate.parameters``.
    panel, fold, question, config, split
        As for ``train``; of ``config`` all but the candidate's settings is used.
    """
    data = TrainingData.of(panel, fold, question.entity, split)
    workbench = Workbench(data, question.rule, with_parameters(config, name, training_parameters))
    _, model = _fitted(RULE if name in LEARNED and not data.can_learn else name, workbench, question)
    return model


def _fitted(name: str, workbench: Workbench, question: Question) -> tuple[Candidate, FittedClassifier]:
    """Return a candidate with its validation log-loss, and as it would serve."""
    data, config = workbench.data, workbench.config
    model, parameters = workbench.fit(name)
    margin = _margin(model, data.validation)
    calibration = Line.fit(margin, data.validation_label) if data.can_calibrate else Line()
    probability = calibration.probability(margin if len(margin) else _margin(model, data.train))
    classifier = FittedClassifier(
        question=question.name,
        name=name,
        encoder=data.encoder,
        model=model,
        calibration=calibration,
        bands=Bands.fit(probability, config.bands),
        importances=_importances(model, data.validation if len(margin) else data.train, data.encoder),
    )
    return _candidate(name, parameters, data.validation_label, probability), classifier


def _candidate(name: str, parameters: Parameters, label: FloatArray, probability: FloatArray) -> Candidate:
    loss = float(log_loss(label, probability, labels=[0.0, 1.0])) if len(label) else None
    return Candidate(name=name, validation_log_loss=loss, parameters=parameters)


def _chosen(candidates: tuple[Candidate, ...]) -> str:
    """Return the learned candidate with the least log-loss, the simplest of equals; the rule if there is none."""
    losses = {
        candidate.name: candidate.validation_log_loss
        for candidate in candidates
        if candidate.name in LEARNED and candidate.validation_log_loss is not None
    }
    return min(losses, key=losses.__getitem__) if losses else RULE


def _margin(model: MarginModel, matrix: Matrix) -> FloatArray:
    return model.margin(matrix) if len(matrix) else np.empty(0)


def _importances(model: MarginModel, matrix: Matrix, encoder: FeatureEncoder) -> tuple[Importance, ...]:
    """Return each feature's share in the absolute contributions over some rows, evenly spaced; largest first."""
    some = matrix[np.linspace(0, len(matrix) - 1, min(len(matrix), IMPORTANCE_ROWS)).astype(np.intp)]
    if len(some) == 0:
        return ()
    moved = np.abs(model.contributions(some)[:, :-1]).mean(axis=0)
    total = moved.sum()
    if total == 0.0:
        return ()
    order = np.argsort(-moved, kind="stable")
    return tuple(Importance(column=encoder.names[place], share=float(moved[place] / total)) for place in order)
