"""Refusals of MLflow that are answers.

Belongs here: telling them from failures. Does not belong here: anything else that is asked of MLflow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def unless_missing(ask: Callable[[], _T]) -> _T | None:
    """Return what is asked for, or None if MLflow does not have it."""
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

    try:
        return ask()
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            raise
        return None


def unless_there(make: Callable[[], object]) -> None:
    """Make something; another process may have been faster."""
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

    try:
        make()
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
