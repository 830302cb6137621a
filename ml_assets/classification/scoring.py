"""The champion's answers to the newest rows of a question, as rows of its table of predictions.

Belongs here: which rows are asked, which answers stay, how an answer becomes a row. Does not belong here: who the
champion is (``registry``), the columns of the table (``predictions``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from ml_assets.classification.fitted import FittedClassifier
from ml_assets.classification.panel import Panel, in_order, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.value import expected_value
from ml_assets.config import ScoringConfig, ValueConfig
from ml_assets.predictions import (
    AS_OF_DATE,
    BAND,
    EXPECTED_VALUE,
    IS_BACKTEST,
    MODEL_VERSION,
    PREDICTION_TABLES,
    REASONS,
    SCORE,
    SCORED_AT,
    PredictionTable,
    schema_problems,
)
from ml_assets.registry.names import CHAMPION, LEARNED_UNTIL
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse


class NoChampionError(RuntimeError):
    """No version of a model serves; the message names the repair."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows that were written into a table of predictions, or that were not because of problems.

    Attributes
    ----------
    version
        Number of the version that answered.
    frame
        The rows.
    kept
        Rows left as they are, because an answer without hindsight stands there already.
    problems
        Why nothing was written; none if all was.
    """

    version: str
    frame: pd.DataFrame
    kept: int
    problems: tuple[str, ...]


def score(
    question: Question,
    warehouse: Warehouse,
    registry: ModelRegistry,
    config: ScoringConfig,
    now: datetime,
    further: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Scored:
    """Let the champion answer the newest rows, and write the answers unless something is wrong with them.

    Parameters
    ----------
    question
        What is asked.
    warehouse, registry
        Where rows and champion are, and where the answers go.
    config
        Which rows, and what a contact is worth.
    now
        Moment of the answers, UTC.
    further
        From rows of the feature table to further columns of the answers.

    Raises
    ------
    NoChampionError
        If no version serves.
    """
    version = registry.aliased(question.name, CHAMPION)
    if version is None:
        raise NoChampionError(
            f"no version of {question.name} serves: materialise its promotion, whose checks say why if it does not run"
        )
    table = PREDICTION_TABLES[question.name]
    rows = in_order(question, newest_rows(question, warehouse, config.periods))
    frame = answers(question, panel_of(question, rows), registry.load(version), version, table, config.value, now)
    if further is not None:
        frame = frame.join(further(rows))
    frame, kept = without_hindsight(frame, standing_answers(warehouse, table), table)
    problems = tuple(schema_problems(frame, table))
    if not problems:
        warehouse.replace(table.name, frame, table.key)
        # Answers to what is no longer asked, such as those of a sample that real data have replaced.
        warehouse.keep_known(table.name, question.table, shared_key(question, table))
    return Scored(version=version.number, frame=frame, kept=kept, problems=problems)


def newest_rows(question: Question, warehouse: Warehouse, periods: int) -> pd.DataFrame:
    """Return the rows of the newest as-of periods, whether their answer is known or not."""
    moments = warehouse.read(question.table, [question.as_of_column], question.where)[question.as_of_column]
    first = first_moment(question, moments, periods)
    conditions = [f"({question.where})"] if question.where else []
    conditions += [f"{question.as_of_column} >= timestamp '{first}'"] if first is not None else []
    return warehouse.read(question.table, where=" and ".join(conditions) or None)


def first_moment(question: Question, moments: pd.Series[pd.Timestamp], periods: int) -> pd.Timestamp | None:
    """Return the first moment of the newest periods, None where there are no rows."""
    if moments.empty:
        return None
    starts = np.unique(question.period_of(moments.to_numpy(dtype="datetime64[us]")))
    return pd.Timestamp(starts[-periods:][0])


def answers(
    question: Question,
    panel: Panel,
    model: FittedClassifier,
    version: Version,
    table: PredictionTable,
    value: ValueConfig,
    now: datetime,
) -> pd.DataFrame:
    """Return the rows of a table of predictions, one a row of the panel."""
    probability = model.probability(panel.features)
    learned_until = np.datetime64(version.tags[LEARNED_UNTIL])
    as_of = panel.keys[question.as_of_column].to_numpy(dtype="datetime64[us]")
    columns = {
        **{name: panel.keys[name].to_numpy() for name in table.required if name in panel.keys},
        AS_OF_DATE: as_of.astype("datetime64[D]").astype("datetime64[us]"),
        SCORE: probability,
        BAND: model.band(probability),
        REASONS: model.reasons(panel.features),
        MODEL_VERSION: version.number,
        SCORED_AT: np.datetime64(now, "us"),
        IS_BACKTEST: learned_until > panel.asked_at,
    }
    worth = expected_value(probability, value)
    return pd.DataFrame(columns if worth is None else {**columns, EXPECTED_VALUE: worth})


def standing_answers(warehouse: Warehouse, table: PredictionTable) -> pd.DataFrame:
    """Return the keys of answers that were given without hindsight."""
    if not warehouse.exists(table.name):
        return pd.DataFrame(columns=list(table.key))
    return warehouse.read(table.name, list(table.key), where=f"not {IS_BACKTEST}")


def without_hindsight(frame: pd.DataFrame, standing: pd.DataFrame, table: PredictionTable) -> tuple[pd.DataFrame, int]:
    """Leave out answers of a version that learned later than it was asked, where an honest one stands already.

    What was answered at the time is what will be judged when the truth is known.

    Returns
    -------
    tuple
        The rows to write, and how many were left out.
    """
    if standing.empty or frame.empty:
        return frame, 0
    key = list(table.key)
    stands = pd.MultiIndex.from_frame(_dated(frame[key])).isin(pd.MultiIndex.from_frame(_dated(standing[key])))
    is_left_out = frame[IS_BACKTEST].to_numpy(dtype=bool) & stands
    return frame[~is_left_out].reset_index(drop=True), int(is_left_out.sum())


def shared_key(question: Question, table: PredictionTable) -> tuple[str, ...]:
    """Return the columns of the table's key that the feature table has too."""
    return tuple(name for name in table.key if name in (*question.key, question.as_of_column))


def _dated(keys: pd.DataFrame) -> pd.DataFrame:
    """Return keys whose dates compare as moments, whatever the engine gave."""
    return keys.assign(**{AS_OF_DATE: pd.to_datetime(keys[AS_OF_DATE]).astype("datetime64[us]")})
