"""Arguments of dbt commands, as pure functions of what is asked.

Belongs here: lists of strings. Does not belong here: running anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

AFTER_PREDICTIONS_TAG = "after_predictions"


class DbtBuildConfig(dg.Config):
    """What may be asked of a dbt build in the launchpad.

    Attributes
    ----------
    full_refresh
        Rebuild incremental models from nothing.
    """

    full_refresh: bool = False


def build_args(config: DbtBuildConfig) -> list[str]:
    """Return the arguments of ``dbt build``; unit tests have a step of their own, where each is visible."""
    args = ["build", "--exclude-resource-type", "unit_test"]
    if config.full_refresh:
        args.append("--full-refresh")
    return args


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
