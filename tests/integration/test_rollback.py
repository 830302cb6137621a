"""``make rollback`` on a whole home: alias, scores, what reads them, scoreboard and card all speak of one version."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest

from ecom_assets.models import model_files
from ecom_assets.warehouse.choice import warehouse_of
from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS as QUESTION
from ml_assets.classification.evaluation import PRIOR
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.steps import stored_training
from ml_assets.family.steps import register_candidate
from ml_assets.predictions import PREDICTION_TABLES
from ml_assets.registry.champion import Parties, carry_out
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves, Verdict
from ml_assets.reports.terminal import stored_rows
from tests.conftest import Home

pytestmark = pytest.mark.slow

SCORES = PREDICTION_TABLES[QUESTION.name].name
VERSIONS = f"select distinct model_version from {SCORES}"
VERSIONS_SHOWN = f"select distinct model_version from marts.churn_scores where model_name = '{QUESTION.name}'"


@pytest.fixture
def promoted(home_copy: Home) -> tuple[Version, Version]:
    """Return the champion of the home, and a version that was promoted over it and has given the scores that stand."""
    settings = home_copy.settings()
    registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
    files = model_files(settings)
    first = registry.aliased(QUESTION.name, CHAMPION)
    assert first is not None
    second = register_candidate(
        QuestionFamily(QUESTION), files, registry, stored_training(QUESTION, files), PRIOR, "a run of its own"
    )
    carry_out(
        registry,
        warehouse_of(settings),
        Decision(Verdict.PROMOTED, Serves.CHALLENGER, "better by a wide margin"),
        Parties(second, first, None),
        decided_at=datetime(2026, 1, 2),
        run_id="a run of its own",
    )
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute(f"update {SCORES} set model_version = '{second.number}', score = 0.5")
    return first, second


def test_all_that_speaks_of_the_champion_is_that_of_the_one_before(
    home_copy: Home, promoted: tuple[Version, Version]
) -> None:
    first, second = promoted
    assert home_copy.query(VERSIONS) == home_copy.query(VERSIONS_SHOWN) == [(second.number,)]
    settings = home_copy.settings()
    card = model_files(settings).model_card(QUESTION.name)
    written = card.stat().st_mtime_ns

    result = home_copy.command("commands.rollback", "--model", QUESTION.name)
    assert result.returncode == 0, result.stdout + result.stderr
    place = f"version {first.number} serves again in the place of version {second.number}"
    assert f"{QUESTION.name}: {place}" in result.stdout
    assert home_copy.query(VERSIONS) == home_copy.query(VERSIONS_SHOWN) == [(first.number,)]
    assert home_copy.query(f"select count(*) from {SCORES} where score = 0.5") == [(0,)]
    assert home_copy.query("select reason from ops.promotions order by decided_at desc limit 1") == [
        (f"by command: {place}",)
    ]
    [serves] = {
        row.serves
        for row in stored_rows(model_files(settings).scoreboard.with_suffix(".json"))
        if row.model_name == QUESTION.name
    }
    assert serves == first.tags["candidate"].replace("_", " ")
    assert card.stat().st_mtime_ns > written
    assert str(Verdict.ROLLED_BACK) in card.read_text()
    # Nothing is stale, and nobody decides anew.
    assert "nothing to do" in home_copy.run().stdout

    again = home_copy.command("commands.rollback", "--model", QUESTION.name)
    assert again.returncode == 2
    assert "there is none before it to go back to" in again.stderr


def test_scores_that_cannot_be_written_are_told_with_the_repair(
    home_copy: Home, promoted: tuple[Version, Version]
) -> None:
    with duckdb.connect(str(home_copy.settings().duckdb_path)) as connection:
        connection.execute(f"alter table {QUESTION.table} rename to gone")
    result = home_copy.command("commands.rollback", "--model", QUESTION.name)
    assert result.returncode == 1
    assert f"error: step ml__{QUESTION.name}_scores failed" in result.stderr
    assert "repair what failed, then make run ARGS=--full" in result.stderr
