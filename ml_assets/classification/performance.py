"""Past probabilities of a question beside the answers that became known.

Belongs here: the losses of scored rows, and what the version promised. Does not belong here: what is concluded from
them (``ml_assets.monitoring.performance``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from ml_assets.classification.evaluation import TEST_FOLD, Evaluation, FoldStatistics, Scores
from ml_assets.classification.question import Question
from ml_assets.classification.scoring import shared_key
from ml_assets.classification.training_set import complete_until
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.performance.judge import Promised
from ml_assets.monitoring.performance.settled import settled
from ml_assets.monitoring.performance.skill import JudgedRows
from ml_assets.monitoring.rows import entity_numbers
from ml_assets.predictions import AS_OF_DATE, IS_BACKTEST, MODEL_VERSION, SCORE, PredictionTable
from ml_assets.warehouse import Warehouse


def scored_rows(
    question: Question,
    table: PredictionTable,
    warehouse: Warehouse,
    version: str,
    answers: tuple[str, ...],
    folds: Iterable[FoldStatistics],
) -> pd.DataFrame:
    """Return the scores that a version gave without hindsight and whose answers are known for certain.

    By the rows of its test window it came to serve: that it does well on them is no news, and they are left out with
    all before them, though it did not learn from them.

    Parameters
    ----------
    question
        What was asked.
    table
        Of its scores.
    warehouse
        Where both are.
    version
        Number of the version.
    answers
        Columns of the feature table that are wanted beside the scores.
    folds
        Parts of the rows of the version's training, of which the test window is one.
    """
    key = shared_key(question, table)
    labels = settled_answers(question, table, warehouse, answers)
    wanted = list(dict.fromkeys([*key, AS_OF_DATE, SCORE, MODEL_VERSION, IS_BACKTEST]))
    scores = warehouse.read(table.name, wanted, where=f"not {IS_BACKTEST}")
    rows = settled(scores, labels, key, version)
    tested = last_tested(folds)
    if tested is None:
        return rows
    periods = question.period_of(rows[AS_OF_DATE].to_numpy(dtype="datetime64[us]"))
    return rows.loc[periods > np.datetime64(tested, "D")].reset_index(drop=True)


def settled_answers(
    question: Question, table: PredictionTable, warehouse: Warehouse, answers: tuple[str, ...]
) -> pd.DataFrame:
    """Return the rows whose answers are known for certain: whichever it is, it would be known by now.

    Parameters
    ----------
    question, table
        What was asked, and the table of its scores.
    warehouse
        Where the rows are.
    answers
        Columns that are wanted beside the columns by which a score finds its row, and the entity.
    """
    complete = complete_until(warehouse, question)
    end = pd.Timestamp(complete) + pd.Timedelta(days=1) if complete is not None else pd.Timestamp(0)
    where = question.rows_where(
        f"{question.known_answer} is not null", f"{question.horizon_ends_column} <= timestamp '{end}'"
    )
    columns = list(dict.fromkeys([*shared_key(question, table), question.entity, *answers]))
    return warehouse.read(question.table, columns, where)


def last_tested(folds: Iterable[FoldStatistics]) -> date | None:
    """Return the last period of the test window; None where it holds no row."""
    return next((fold.last_period for fold in folds if fold.name == TEST_FOLD), None)


def judged_rows(question: Question, rows: pd.DataFrame, prior: float) -> JudgedRows:
    """Return the squared errors of scored rows beside those of the share of yes that was learned.

    Parameters
    ----------
    question
        What was asked.
    rows
        As ``scored_rows`` returns them, with the label.
    prior
        Share of yes among the rows that were learned from.
    """
    label = rows[question.label].to_numpy(dtype=np.float64, na_value=np.nan)
    return JudgedRows(
        loss=np.square(label - rows[SCORE].to_numpy(dtype=np.float64)),
        reference_loss=np.square(label - prior),
        entity=entity_numbers(rows[question.entity]),
        period=question.period_of(rows[AS_OF_DATE].to_numpy(dtype="datetime64[us]")),
        is_event=label > 0,
    )


def promised(evaluation: Evaluation, candidate: str) -> Promised:
    """Return the Brier skill that a candidate showed on the test window, and the share of yes on it."""
    scores = scores_of(evaluation, candidate)
    test = next((fold for fold in evaluation.folds if fold.name == TEST_FOLD), None)
    if scores is None or test is None or not test.rows:
        return Promised(Estimate(value=None))
    return Promised(scores.brier_skill, test.positives / test.rows)


def scores_of(evaluation: Evaluation, candidate: str) -> Scores | None:
    """Return the figures of a candidate, None where it was not measured."""
    return evaluation.test if candidate == evaluation.chosen else evaluation.baselines.get(candidate)


def learned_share(evaluation: Evaluation) -> float:
    """Return the share of yes among the rows that were learned from; one half without any."""
    learned = [fold for fold in evaluation.folds if fold.name != TEST_FOLD]
    rows = sum(fold.rows for fold in learned)
    return sum(fold.positives for fold in learned) / rows if rows else 0.5
