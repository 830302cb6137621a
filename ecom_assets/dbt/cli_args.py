"""Arguments of dbt commands, as pure functions of what is asked.

Belongs here: lists of strings. Does not belong here: running anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import dagster as dg

AFTER_PREDICTIONS_TAG = "after_predictions"
AFTER_PREDICTIONS = f"tag:{AFTER_PREDICTIONS_TAG}"


class DbtBuildConfig(dg.Config):
    """What may be asked of a dbt build in the launchpad.

    Attributes
    ----------
    full_refresh
        Rebuild incremental models from nothing.
    as_of_from
        First as-of date to rebuild in feature tables, as YYYY-MM-DD; rows before it stay as they are.
    as_of_to
        Last as-of date to rebuild in feature tables, likewise. Without either, they are built whole.
    """

    full_refresh: bool = False
    as_of_from: str | None = None
    as_of_to: str | None = None


def build_args(config: DbtBuildConfig, variables: Mapping[str, str], *, leave_out: str | None = None) -> list[str]:
    """Return the arguments of ``dbt build``; unit tests have a step of their own, where each is visible.

    Parameters
    ----------
    config
        What was asked in the launchpad.
    variables
        Variables of the project.
    leave_out
        Models of another step. Their tests are left out too, also those that touch a model of this step: dbt would
        run them with it.
    """
    args = ["build", "--exclude-resource-type", "unit_test"]
    if leave_out:
        args += ["--exclude", leave_out]
    if config.full_refresh:
        args.append("--full-refresh")
    if variables:
        args += ["--vars", json.dumps(dict(variables), sort_keys=True)]
    return args


class UnitTestConfig(dg.Config):
    """What may be asked of the unit tests in the launchpad.

    Attributes
    ----------
    again
        Run also those that passed with the same SQL before.
    """

    again: bool = False


def unit_test_args(names: Sequence[str]) -> list[str]:
    """Return the arguments that run just the named unit tests.

    Raises
    ------
    ValueError
        If no name is given, since dbt would then run everything.
    """
    if not names:
        raise ValueError("no unit test is named")
    # One argument: dagster-dbt takes a single word after --select for its value.
    return ["test", "--select", " ".join(f"unit_test:{name}" for name in sorted(names))]
