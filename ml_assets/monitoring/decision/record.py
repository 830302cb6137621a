"""Decisions on retraining as rows of ``ops.retraining_decisions``, and what is remembered of them.

Belongs here: the row, writing it, reading back the newest. Does not belong here: the decision (``machine``).
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from pydantic import ValidationError

from ml_assets.contract import RETRAINING_DECISIONS
from ml_assets.monitoring.decision.memory import Decision, Remembered
from ml_assets.monitoring.decision.situation import Situation
from ml_assets.warehouse import Warehouse

_MODEL_NAME, _DECIDED_AT, _MEMORY, _RUN_ID = "model_name", "decided_at", "memory", "run_id"
# Each column with the type of its frame, so that a column of nothing but NULL has one too.
_TYPES = {
    _DECIDED_AT: "datetime64[us]",
    _MODEL_NAME: "string",
    "as_of_date": "datetime64[us]",
    "state": "string",
    "drift_verdict": "string",
    "performance_verdict": "string",
    "age_days": "Int64",
    "new_rows": "Int64",
    "decision": "string",
    "reasons": "string",
    "report_id": "string",
    "sequence": "Int64",
    "champion_version": "string",
    "cause": "string",
    _RUN_ID: "string",
    _MEMORY: "string",
}
_KEY = (_MODEL_NAME, _DECIDED_AT)
# What two rows may differ in though they say the same.
_CIRCUMSTANCES = (_DECIDED_AT, _RUN_ID)
_BETWEEN_REASONS = "; "


class UnreadableMemoryError(RuntimeError):
    """What the newest decision left cannot be read; the message says what to do."""


def in_words(decision: Decision) -> str:
    """Return the reasons of a decision as one text, as the table, the asset and the sensor show it."""
    return _BETWEEN_REASONS.join(decision.reasons)


def decision_row(
    model: str, decision: Decision, seen: Situation, *, decided_at: datetime, run_id: str | None
) -> pd.DataFrame:
    """Return a decision as a frame of one row with the columns of ``ops.retraining_decisions``.

    Parameters
    ----------
    model
        Name of the registered model.
    decision, seen
        What was decided, and on what.
    decided_at
        Moment of the decision, UTC.
    run_id
        Run of Dagster in which it was made.
    """
    memory = decision.memory
    values = {
        _DECIDED_AT: decided_at,
        _MODEL_NAME: model,
        "as_of_date": seen.event_clock,
        "state": decision.state.value,
        "drift_verdict": None if seen.drift is None else seen.drift.found.value,
        "performance_verdict": seen.realised.verdict.value,
        "age_days": seen.age_days,
        "new_rows": seen.new_rows,
        "decision": decision.action.value,
        "reasons": in_words(decision),
        "report_id": decision.report_id,
        "sequence": decision.sequence,
        "champion_version": memory.champion,
        "cause": None if memory.cause is None else memory.cause.value,
        _RUN_ID: run_id,
        _MEMORY: memory.model_dump_json(),
    }
    return pd.DataFrame({name: pd.Series([values[name]], dtype=dtype) for name, dtype in _TYPES.items()})


def record(warehouse: Warehouse, row: pd.DataFrame) -> bool:
    """Write a decision; the same one again, with no other since, is no second row.

    Parameters
    ----------
    warehouse
        Where decisions are kept.
    row
        As ``decision_row`` makes it.

    Returns
    -------
    bool
        Whether a row was written.
    """
    said = [name for name in _TYPES if name not in _CIRCUMSTANCES]
    if newest(warehouse, str(row[_MODEL_NAME].iloc[0]))[said].equals(row[said]):
        return False
    warehouse.replace(RETRAINING_DECISIONS, row, _KEY)
    return True


def newest(warehouse: Warehouse, model: str) -> pd.DataFrame:
    """Return the newest decision on a model as a frame of one row; no row if there is none."""
    if not warehouse.exists(RETRAINING_DECISIONS):
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _TYPES.items()})
    rows = warehouse.read(RETRAINING_DECISIONS, list(_TYPES), where=f"{_MODEL_NAME} = '{model}'").astype(_TYPES)
    return rows.sort_values(_DECIDED_AT, kind="stable").tail(1).reset_index(drop=True)


def remembered(rows: pd.DataFrame) -> Remembered | None:
    """Return what the newest decision left; None where none was made.

    Parameters
    ----------
    rows
        Decisions on one model, such as ``newest`` returns.

    Raises
    ------
    UnreadableMemoryError
        If what it left cannot be read.
    """
    if rows.empty:
        return None
    row = rows.sort_values(_DECIDED_AT, kind="stable").iloc[-1]
    try:
        return Remembered.model_validate_json(row[_MEMORY])
    except ValidationError as error:
        raise UnreadableMemoryError(
            f"the decision on {row[_MODEL_NAME]} of {row[_DECIDED_AT]} left nothing in {RETRAINING_DECISIONS} that can "
            f"be read ({error.error_count()} fields are wrong): delete its row, and the one before it holds"
        ) from error
