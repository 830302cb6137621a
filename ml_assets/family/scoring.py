"""The champion's answers to the newest rows, as rows of its table of predictions.

Belongs here: which answers stay, what every answer says of itself, writing them. Does not belong here: how a version
answers (the families), who the champion is (``registry``), the columns of the table (``predictions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.family.family import Family
from ml_assets.family.records import Answers, Judgement, Standing
from ml_assets.files import ModelFiles
from ml_assets.prediction_checks import schema_problems
from ml_assets.predictions import (
    AS_OF_DATE,
    IS_BACKTEST,
    MODEL_VERSION,
    SCORED_AT,
    PredictionTable,
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
    judgements
        Of the family's own checks, by name.
    """

    version: str
    frame: pd.DataFrame
    kept: int
    problems: tuple[str, ...]
    judgements: Mapping[str, Judgement] = field(default_factory=dict)


def score(
    family: Family, warehouse: Warehouse, files: ModelFiles, registry: ModelRegistry, config: Any, now: datetime
) -> Scored:
    """Let the champion answer the newest rows, and write the answers unless something is wrong with them.

    Parameters
    ----------
    family
        What is asked.
    warehouse, files, registry
        Where rows, further files and the champion are, and where the answers go.
    config
        Of the family's scores: which rows.
    now
        Moment of the answers, UTC.

    Raises
    ------
    NoChampionError
        If no version serves.
    """
    version = registry.aliased(family.name, CHAMPION)
    if version is None:
        raise NoChampionError(
            f"no version of {family.name} serves: materialise its promotion, whose checks say why if it does not run"
        )
    table = family.scores
    rows = family.rows_to_score(warehouse, config)
    answers = family.answers(registry.load(version), rows, files, config)
    scored = write_answers(answers, version, table, warehouse, now)
    if not scored.problems and family.asked_key:
        # Answers to what is no longer asked, such as those of a sample that real data have replaced.
        warehouse.keep_known(table.name, family.asked, family.asked_key)
    elif not scored.problems:
        clear_standing(warehouse, table, scored, answers.standing, now)
    return scored


def write_answers(
    answers: Answers, version: Version, table: PredictionTable, warehouse: Warehouse, now: datetime
) -> Scored:
    """Write what a version answers, unless something is wrong with it or an honest answer stands there already."""
    frame = signed(answers, version, table, now)
    frame, kept = without_hindsight(frame, standing_answers(warehouse, table), table)
    judgements = answers.judgements
    failed = (f"{name}: {each.words}" for name, each in judgements.items() if not each.passed)
    problems = (*schema_problems(frame, table), *failed)
    if not problems:
        warehouse.replace(table.name, frame, table.key, whole=table.answer_key)
    return Scored(version=version.number, frame=frame, kept=kept, problems=problems, judgements=judgements)


def clear_standing(
    warehouse: Warehouse, table: PredictionTable, scored: Scored, standing: Standing, now: datetime
) -> None:
    """Remove answers that new ones replace, and those that are to go: no table lists whom is asked about.

    Where honest answers were kept in the place of hindsight, all honest ones that it would replace stay.
    """
    if warehouse.exists(table.name):
        older = f"{SCORED_AT} <> timestamp '{now}'"
        replaced = f"{older} and {standing.replaced}" + (f" and {IS_BACKTEST}" if scored.kept else "")
        warehouse.delete(table.name, f"({replaced}) or ({standing.dropped})")


def signed(answers: Answers, version: Version, table: PredictionTable, now: datetime) -> pd.DataFrame:
    """Return answers with who gave them, when, and whether with hindsight; the columns in the order of the table."""
    frame = answers.frame.copy(deep=False)
    frame[MODEL_VERSION] = version.number
    frame[SCORED_AT] = np.datetime64(now, "us")
    frame[IS_BACKTEST] = np.datetime64(version.tags[LEARNED_UNTIL]) > answers.asked_at
    declared = [column.name for column in table.columns if column.name in frame.columns]
    return frame[[*declared, *(name for name in frame.columns if name not in declared)]]


def standing_answers(warehouse: Warehouse, table: PredictionTable) -> pd.DataFrame:
    """Return the keys of answers that were given without hindsight."""
    if not warehouse.exists(table.name):
        return pd.DataFrame(columns=list(table.answer_key))
    return warehouse.read(table.name, list(table.answer_key), where=f"not {IS_BACKTEST}")


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
    key = list(table.answer_key)
    stands = pd.MultiIndex.from_frame(_dated(frame[key])).isin(pd.MultiIndex.from_frame(_dated(standing[key])))
    is_left_out = frame[IS_BACKTEST].to_numpy(dtype=bool) & stands
    return frame[~is_left_out].reset_index(drop=True), int(is_left_out.sum())


def _dated(keys: pd.DataFrame) -> pd.DataFrame:
    """Return keys whose dates compare as moments, whatever the engine gave."""
    return keys.assign(**{AS_OF_DATE: pd.to_datetime(keys[AS_OF_DATE]).astype("datetime64[us]")})
