"""What policies had said of rows, beside the answers that are known at the end of a replay.

Belongs here: which rows are judged, their losses. Does not belong here: what is counted of them (``figures``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.performance import settled_answers
from ml_assets.classification.question import Question
from ml_assets.classification.scoring import shared_key
from ml_assets.metrics.classification import log_losses
from ml_assets.monitoring.performance.settled import comparable
from ml_assets.monitoring.rows import entity_numbers
from ml_assets.predictions import IS_BACKTEST, PREDICTION_TABLES, SCORE
from ml_assets.replay.policies import Policy
from ml_assets.warehouse import Warehouse

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedPolicies:
    """Rows that every policy had scored at the time, and whose answers are known.

    Attributes
    ----------
    policies
        Whose losses they are, in the order of the columns.
    losses
        Log-loss of each row under each policy, shape (n, policies).
    entity
        Whom a row is about, shape (n,).
    period
        First day of the month of a row, or its as-of date: ``datetime64[D]`` of shape (n,).
    """

    policies: tuple[Policy, ...]
    losses: FloatArray
    entity: npt.NDArray[np.int64]
    period: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.losses)


def judged_policies(question: Question, past: Warehouse, own: Mapping[Policy, Warehouse]) -> JudgedPolicies:
    """Return the rows that all policies had scored without hindsight, and whose answers the past holds for certain.

    Parameters
    ----------
    question
        What was asked.
    past
        Tables of the last day of the replay: an answer that came later is in none of them.
    own
        Where the scores of each policy are.
    """
    table = PREDICTION_TABLES[question.name]
    key = list(shared_key(question, table))
    rows = comparable(settled_answers(question, table, past, (question.label, question.as_of_column)), key)
    for policy, warehouse in own.items():
        rows = rows.merge(_scores(warehouse, question, key, policy), on=key, how="inner", validate="one_to_one")
    label = rows[question.label].to_numpy(dtype=np.float64, na_value=np.nan)
    losses = [log_losses(label, rows[policy.value].to_numpy(dtype=np.float64)) for policy in own]
    return JudgedPolicies(
        policies=tuple(own),
        losses=np.column_stack(losses),
        entity=entity_numbers(rows[question.entity]),
        period=question.period_of(rows[question.as_of_column].to_numpy(dtype="datetime64[us]")),
    )


def _scores(warehouse: Warehouse, question: Question, key: list[str], policy: Policy) -> pd.DataFrame:
    """Return the scores that a policy's versions gave without hindsight, under its name."""
    table = PREDICTION_TABLES[question.name].name
    found = warehouse.read(table, [*key, SCORE], where=f"not {IS_BACKTEST}")
    return comparable(found, key).rename(columns={SCORE: policy.value})
