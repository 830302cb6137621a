"""The rows of a feature table that a question is asked of, and what tells one such set from another.

Belongs here: reading them, the clock, the fingerprint, what is wrong with a set. Does not belong here: how
the rows are divided (``folds``), storing them (``files``).
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from ml_assets.classification.panel import Panel, in_order
from ml_assets.classification.question import Question
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.warehouse import Warehouse


class Observed(Protocol):
    """A question of any kind, as far as it is about events that must have been observed."""

    @property
    def source(self) -> str:
        """Source that is asked about."""

    @property
    def observed_event(self) -> str:
        """Kind of event that must be complete."""


def complete_until(warehouse: Warehouse, question: Observed) -> date | None:
    """Return the last day until which the events that a question's answer needs are complete, None if there is none."""
    found = warehouse.read(
        OBSERVATION_WINDOWS,
        ["complete_until"],
        where=f"source = '{question.source}' and event = '{question.observed_event}'",
    )["complete_until"].dropna()
    return None if found.empty else pd.Timestamp(found.iloc[0]).date()


def read_training_set(warehouse: Warehouse, question: Question) -> pd.DataFrame:
    """Return the rows of a question in the order of as-of moment and key, those without an answer yet among them.

    How a set is divided depends on which share of a period's answers is known already.
    """
    return in_order(question, warehouse.read(question.table, where=question.where))


def fingerprint(frame: pd.DataFrame, *decided_by: str) -> str:
    """Return a hash of a set's rows, and of all else that decides what is learned from it."""
    digest = hashlib.sha256("\n".join([*frame.columns, *decided_by]).encode())
    digest.update(pd.util.hash_pandas_object(_plain(frame), index=False).to_numpy().tobytes())
    return digest.hexdigest()[:32]


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return text for what is neither number nor moment, which can be hashed whatever it was."""
    return pd.DataFrame(
        {name: column.astype("string") if column.dtype == object else column for name, column in frame.items()}
    )


def set_problems(panel: Panel) -> list[str]:
    """Return what makes a set unfit to learn from: an answer that is none, a number without an end."""
    problems = []
    answers = panel.label[~np.isnan(panel.label)]
    odd = int(np.sum(~np.isin(answers, (0.0, 1.0))))
    if odd:
        problems.append(f"{odd} rows have an answer that is neither yes nor no")
    for name, column in panel.features.items():
        if column.dtype != object:
            infinite = int(np.isinf(column.to_numpy()).sum())
            if infinite:
                problems.append(f"{infinite} rows have an infinite {name}")
    return problems
