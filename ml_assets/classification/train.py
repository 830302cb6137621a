"""All candidates fitted to a fold, the one that is chosen, and what serves: fitted to all that was known.

Belongs here: the order of fit, calibration, measure, choice and last fit. Does not belong here: how a candidate is
fitted (``candidates``), any row outside the fold, whether the chosen one serves (``registry.promotion``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss

from ml_assets.classification.bands import Bands
from ml_assets.classification.calibration import calibration_of, carried_over
from ml_assets.classification.candidates import (
    LEARNED,
    ROUNDS,
    Parameters,
    Workbench,
    candidates_of,
    rounds_in,
    with_parameters,
)
from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.evaluation import PRIOR, RULE, Candidate
from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.folds import Fold, earlier_folds
from ml_assets.classification.importances import importances
from ml_assets.classification.lines import Line
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question
from ml_assets.classification.search import searched
from ml_assets.classification.training_data import TrainingData, rarer_class
from ml_assets.config import SplitConfig, TrainingConfig

FloatArray = npt.NDArray[np.float64]

# Parameter of a candidate: 1 if its margin is calibrated, 0 if it is taken as it is.
CALIBRATED = "calibrated"


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
    """Fit all candidates to a fold and choose one on its validation window and on those before it.

    Every candidate is fitted to the training rows, and calibrated on the validation window where that helps there
    (``calibration_of``), before it is measured: what is compared is what would serve. The same is done once more for
    each of the validation windows before, with what was known before these (``earlier_folds``), and the one with the
    least mean log-loss is chosen: a single window may be an odd quarter. Then each is fitted once more,
    with the settings and the number of rounds found, to all rows that were known before the test window: training,
    validation and the gap between them.

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
    newest = Workbench(data, question, config)
    if data.can_learn and config.search.trials:
        newest.config = config.model_copy(update={"trees": searched(newest.tree_data, config)})
    windows = (newest, *(_before(newest, panel, earlier, split) for earlier in _earlier(panel, fold, data, split)))
    if data.can_learn:
        _choose_penalty(windows)
    names = candidates_of(question) if data.can_learn else (PRIOR, RULE)
    tried = [_tried(name, newest) for name in names]
    seen = [tuple(each.candidate for each in tried)]
    seen += [tuple(_tried(name, window).candidate for name in names) for window in windows[1:]]
    candidates = tuple(_over_windows(of_one) for of_one in zip(*seen, strict=True))
    last = TrainingData.of(panel, _all_known(fold), question.entity, split)
    again, its_window = _settled(last, newest, candidates), _window(last, panel, fold)
    return Training(
        candidates=candidates,
        chosen=_chosen(candidates),
        models={each.candidate.name: _serving(each, again, data, its_window) for each in tried},
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

    Where too few events were known to learn from, the rule is fitted in the candidate's place, as ``train`` would
    choose it there; its ``name`` says so.

    Parameters
    ----------
    name, training_parameters
        A candidate and its ``Candidate.parameters``. If these say that it was calibrated, it is calibrated again, on
        the validation window of this fold.
    panel, fold, question, config, split
        As for ``train``; of ``config`` all but the candidate's settings is used.
    """
    settings = with_parameters(config, name, training_parameters)
    last = TrainingData.of(panel, _all_known(fold), question.entity, split)
    name = RULE if name in LEARNED and rarer_class(last.train_label) < split.min_train_events else name
    rounds = rounds_in(name, training_parameters)
    model, _ = Workbench(last, question, settings, rounds).fit(name)
    calibration = Line()
    if training_parameters.get(CALIBRATED):
        data = TrainingData.of(panel, fold, question.entity, split)
        earlier, _ = Workbench(data, question, settings, rounds).fit(name)
        before, after = _margin(earlier, data.validation), _margin(model, _window(last, panel, fold))
        calibration = carried_over(Line.fit(before, data.validation_label), data.validation_label, before, after)
    probability = calibration.probability(_margin(model, last.train))
    return _classifier(question, name, last.encoder, model, calibration, probability, config)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A candidate fitted to the training rows: its record, its calibration, and validation margins before that."""

    candidate: Candidate
    calibration: Line
    margin: FloatArray
    probability: FloatArray


def _tried(name: str, workbench: Workbench) -> _Tried:
    """Return a candidate as it does on the validation window."""
    data = workbench.data
    model, parameters = workbench.fit(name)
    margin = _margin(model, data.validation)
    calibration = calibration_of(margin, data.validation_label) if data.can_calibrate else Line()
    probability = calibration.probability(margin if len(margin) else _margin(model, data.train))
    recorded = parameters | {CALIBRATED: int(calibration != Line())}
    return _Tried(_candidate(name, recorded, data.validation_label, probability), calibration, margin, probability)


def _earlier(panel: Panel, fold: Fold, data: TrainingData, split: SplitConfig) -> tuple[Fold, ...]:
    """Return the folds of the validation windows before the newest, if there is something to learn from at all."""
    return earlier_folds(panel, fold, split.choice_windows - 1, split) if data.can_learn else ()


def _before(newest: Workbench, panel: Panel, fold: Fold, split: SplitConfig) -> Workbench:
    """Return a workbench on what was known before an earlier window, with the settings of the newest."""
    data = TrainingData.of(panel, fold, newest.question.entity, split)
    return Workbench(data, newest.question, newest.config)


def _choose_penalty(windows: tuple[Workbench, ...]) -> None:
    """Settle all windows on the penalty of the regression with the least mean log-loss, the stronger of equals."""
    logistic = windows[0].config.logistic
    if logistic.inverse_penalty is not None:
        return
    losses = [window.penalty_losses for window in windows]
    best = min(losses[0], key=lambda each: sum(of_window[each] for of_window in losses))
    for window in windows:
        settled = logistic.model_copy(update={"inverse_penalty": best})
        window.config = window.config.model_copy(update={"logistic": settled})


def _over_windows(candidates: tuple[Candidate, ...]) -> Candidate:
    """Return what all validation windows say of a candidate, the newest of which comes first.

    Its settings are those of the newest, its number of rounds is the median: where the world drifts, a single window
    often ends the growth of trees much too early or too late.
    """
    newest = candidates[0]
    losses = tuple(loss for each in candidates for loss in each.window_log_losses)
    rounds = [int(each.parameters[ROUNDS]) for each in candidates if ROUNDS in each.parameters]
    settled: Parameters = {ROUNDS: int(np.median(rounds))} if rounds else {}
    return newest.model_copy(
        update={
            "validation_log_loss": sum(losses) / len(losses) if losses else None,
            "window_log_losses": losses,
            "parameters": newest.parameters | settled,
        }
    )


def _settled(last: TrainingData, workbench: Workbench, candidates: tuple[Candidate, ...]) -> Workbench:
    """Return a workbench on other rows that fits each candidate with the settings and rounds that were found."""
    config, rounds = workbench.config, dict[str, int]()
    for found in candidates:
        config = with_parameters(config, found.name, found.parameters)
        rounds |= rounds_in(found.name, found.parameters)
    return Workbench(last, workbench.question, config, rounds)


def _serving(tried: _Tried, again: Workbench, data: TrainingData, seen: Matrix) -> FittedClassifier:
    """Return a candidate fitted to all rows that were known, as it would serve.

    Parameters
    ----------
    tried
        The candidate as it was fitted to the training rows.
    again
        Workbench on all rows that were known.
    data, seen
        The rows of the first fit, and those of its validation window as the last fit reads them.
    """
    name, last = tried.candidate.name, again.data
    model, _ = again.fit(name)
    calibration, probability = tried.calibration, tried.probability
    if calibration != Line():
        margin = _margin(model, seen)
        calibration = carried_over(calibration, data.validation_label, tried.margin, margin)
        # Bands lie where the answers lie that are given.
        probability = probability if calibration != Line() else calibration.probability(margin)
    return _classifier(again.question, name, last.encoder, model, calibration, probability, again.config, last.train)


def _classifier(
    question: Question,
    name: str,
    encoder: FeatureEncoder,
    model: MarginModel,
    calibration: Line,
    probability: FloatArray,
    config: TrainingConfig,
    explained: Matrix | None = None,
) -> FittedClassifier:
    """Return a fitted model with the bands that some probabilities give, and importances over some rows."""
    return FittedClassifier(
        question=question.name,
        name=name,
        encoder=encoder,
        model=model,
        calibration=calibration,
        bands=Bands.fit(probability, config.bands),
        importances=() if explained is None else importances(model, explained, encoder.names),
    )


def _window(data: TrainingData, panel: Panel, fold: Fold) -> Matrix:
    """Return the validation rows of a fold as models of other rows read them."""
    return data.encoder.matrix(panel.features, np.flatnonzero(fold.validation))


def _all_known(fold: Fold) -> Fold:
    """Return a fold whose training rows are all that was known, and that has nothing to choose on."""
    return Fold(train=fold.known, validation=np.zeros_like(fold.known), known=fold.known)


def _candidate(name: str, parameters: Parameters, label: FloatArray, probability: FloatArray) -> Candidate:
    loss = float(log_loss(label, probability, labels=[0.0, 1.0])) if len(label) else None
    windows = () if loss is None else (loss,)
    return Candidate(name=name, validation_log_loss=loss, parameters=parameters, window_log_losses=windows)


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
