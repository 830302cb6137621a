"""The page that a model leaves for people.

Belongs here: which facts of the registry stand on it, and where it is written. Does not belong here: how it looks
(``reports``), what stands on it of the measurement (the families).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from ml_assets.family.family import Family
from ml_assets.family.gate import Outcome
from ml_assets.family.steps import newest_version
from ml_assets.files import ModelFiles, write_text
from ml_assets.registry.names import DAGSTER_RUN_ID, GIT_COMMIT
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.reports.standing import Standing


def write_card(
    family: Family, files: ModelFiles, registry: ModelRegistry, outcome: Outcome, config: Any, now: datetime
) -> Path:
    """Write the card of the version that the gate judged last; return where it lies.

    Raises
    ------
    LookupError
        If that version is no longer in the registry.
    """
    tags = newest_version(family.name, files, registry).tags
    standing = Standing(
        verdict=outcome.decision.verdict,
        reason=outcome.decision.reason,
        champion_version=outcome.serving.number if outcome.serving else None,
        made_at=f"{now:%Y-%m-%d %H:%M} UTC",
        run_id=tags[DAGSTER_RUN_ID],
        git_commit=tags[GIT_COMMIT],
    )
    page = files.model_card(family.name)
    write_text(page, family.card(files, standing, config))
    return page
