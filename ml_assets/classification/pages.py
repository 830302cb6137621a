"""The pages that a question leaves for people.

Belongs here: which facts stand beside an evaluation, and where a page is written. Does not belong here: how a page
looks (``reports``), measuring.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ml_assets.classification.gate import GateConfig, Outcome
from ml_assets.classification.question import Question
from ml_assets.classification.steps import newest_version, stored_evaluation, stored_training_set
from ml_assets.files import ModelFiles, write_text
from ml_assets.registry.names import DAGSTER_RUN_ID, GIT_COMMIT
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.reports.card import CardFacts, FactsTable, model_card


def write_card(
    question: Question,
    files: ModelFiles,
    registry: ModelRegistry,
    outcome: Outcome,
    config: GateConfig,
    now: datetime,
    tables: tuple[FactsTable, ...] = (),
) -> Path:
    """Write the card of the version that the gate judged last; return where it lies."""
    evaluation = stored_evaluation(question, files)
    rows = stored_training_set(question, files)
    tags = newest_version(question, files, registry).tags
    asked = rows.panel.keys[question.as_of_column]
    facts = CardFacts(
        verdict=outcome.decision.verdict,
        reason=outcome.decision.reason,
        champion_version=outcome.serving.number if outcome.serving else None,
        made_at=f"{now:%Y-%m-%d %H:%M} UTC",
        run_id=tags[DAGSTER_RUN_ID],
        git_commit=tags[GIT_COMMIT],
        data_from=asked.min().date() if len(asked) else None,
        data_to=asked.max().date() if len(asked) else None,
        complete_until=rows.facts.complete_until,
        measured_with=config.evaluation,
        tables=tables,
        links={"scoreboard": "../scoreboard.html", "all reports": "../index.html"},
    )
    page = files.model_card(question.name)
    write_text(page, model_card(question, evaluation, facts))
    return page
