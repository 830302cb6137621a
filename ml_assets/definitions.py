"""The assets that models are made by, for the sources in use.

Belongs here: which question shows in which group, and which code decides what its assets become. Does not belong here:
resources (the platform has them), what an asset does.
"""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from ml_assets.churn.questions import QUESTIONS as CHURN
from ml_assets.classification.assets import build_question_assets
from ml_assets.classification.question import Question
from ml_assets.code_version import code_version
from ml_assets.late_delivery.questions import QUESTIONS as LATE_DELIVERY
from ml_assets.scoreboard import build_scoreboard_asset

# The code that all questions share; their own room comes on top.
_SHARED = ("classification", "metrics", "registry", "config.py", "predictions.py")
_ROOMS: dict[str, tuple[Question, ...]] = {"churn": CHURN, "late_delivery": LATE_DELIVERY}


def questions_of(sources: Collection[str]) -> tuple[Question, ...]:
    """Return the questions that can be asked of the sources in use."""
    return tuple(question for room in _ROOMS.values() for question in room if question.source in sources)


def build_model_assets(
    sources: Collection[str], pool: str, warehouse_identity: str | None = None
) -> list[dg.AssetsDefinition]:
    """Return the assets of all questions that can be asked.

    Parameters
    ----------
    sources
        Names of the sources in use.
    pool
        Pool that whatever touches the warehouse takes.
    warehouse_identity
        What tells the warehouse from the default one: models of one are not those of the other.
    """
    assets = [
        asset
        for room, questions in _ROOMS.items()
        for question in questions
        if question.source in sources
        for asset in build_question_assets(
            question, f"ml_{room}", pool, code_version(*_SHARED, room, identity=warehouse_identity)
        )
    ]
    scoreboard = build_scoreboard_asset(questions_of(sources), pool, code_version(*_SHARED, "reports"))
    return [*assets, scoreboard]
