"""The assets that models are made by, for the sources in use.

Belongs here: which question shows in which group, and which code decides what its assets become. Does not belong here:
resources (the platform has them), what an asset does.
"""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from ml_assets.churn.questions import QUESTIONS as CHURN
from ml_assets.classification.assets import build_question_assets
from ml_assets.classification.extras import Extras
from ml_assets.classification.question import Question
from ml_assets.code_version import code_version
from ml_assets.late_delivery.days.assets import build_days_asset, extras_of
from ml_assets.late_delivery.questions import QUESTIONS as LATE_DELIVERY
from ml_assets.scoreboard import build_scoreboard_asset

# The code that all questions share; their own room comes on top.
_SHARED = ("classification", "metrics", "registry", "config.py", "predictions.py", "prediction_rows.py")
_CHURN, _LATE_DELIVERY, _REPORTS = "churn", "late_delivery", "reports"


def questions_of(sources: Collection[str]) -> tuple[Question, ...]:
    """Return the questions that can be asked of the sources in use."""
    return tuple(question for question in (*CHURN, *LATE_DELIVERY) if question.source in sources)


def extras(question: Question) -> Extras | None:
    """Return what a question has beside its probability, if there is anything."""
    return extras_of(question) if question in LATE_DELIVERY else None


def build_model_assets(
    sources: Collection[str], pool: str, warehouse_identity: str | None = None
) -> list[dg.AssetsDefinition]:
    """Return the assets of all questions that can be asked, and the scoreboard over them.

    Parameters
    ----------
    sources
        Names of the sources in use.
    pool
        Pool that whatever touches the warehouse takes.
    warehouse_identity
        What tells the warehouse from the default one: models of one are not those of the other.
    """
    asked = questions_of(sources)
    assets: list[dg.AssetsDefinition] = []
    version = code_version(*_SHARED, _CHURN, identity=warehouse_identity)
    for question in CHURN:
        if question in asked:
            assets += build_question_assets(question, f"ml_{_CHURN}", pool, version)
    version = code_version(*_SHARED, _LATE_DELIVERY, identity=warehouse_identity)
    for question in LATE_DELIVERY:
        if question in asked:
            group = f"ml_{_LATE_DELIVERY}"
            assets.append(build_days_asset(question, group, version))
            assets += build_question_assets(question, group, pool, version, extras(question))
    board = code_version(*_SHARED, _REPORTS, "scoreboard.py", identity=warehouse_identity)
    return [*assets, build_scoreboard_asset(asked, pool, board)]
