"""``make rollback`` on a whole home: alias, scores, what reads them, scoreboard and card all speak of one version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pytest

from ecom_assets.models import model_files
from ecom_assets.warehouse.choice import warehouse_of
from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS as VISITORS
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.steps import stored_training as stored_classifiers
from ml_assets.cltv.family import ValueFamily
from ml_assets.cltv.question import CLTV_OLIST_CUSTOMERS as VALUE
from ml_assets.cltv.steps import stored_training as stored_values
from ml_assets.family.family import Family, Trained
from ml_assets.family.steps import register_candidate
from ml_assets.files import ModelFiles
from ml_assets.predictions import SIMILAR_ITEMS
from ml_assets.recommender.family import RecommenderFamily
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET as RECOMMENDER
from ml_assets.recommender.steps import stored_training as stored_lists
from ml_assets.registry.champion import Parties, carry_out
from ml_assets.registry.names import CANDIDATE, CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves, Verdict
from ml_assets.reports.terminal import stored_rows
from ml_assets.segmentation.family import SegmentationFamily
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as SEGMENTS
from ml_assets.segmentation.steps import stored_training as stored_segments
from tests.conftest import Home

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """A model of some kind, what gives its stored candidates, and what tells the version that a dbt model shows."""

    family: Family
    trained: Callable[[ModelFiles], Trained]
    shown: str

    @property
    def versions(self) -> str:
        """Query for the versions that gave the stored scores."""
        return f"select distinct model_version from {self.family.scores.name}"


CASES = {
    "classifier": Case(
        QuestionFamily(VISITORS),
        lambda files: stored_classifiers(VISITORS, files),
        f"select distinct model_version from marts.churn_scores where model_name = '{VISITORS.name}'",
    ),
    "value": Case(
        ValueFamily(VALUE),
        lambda files: stored_values(VALUE, files),
        "select distinct cltv_model_version from marts.customer_360 where is_cltv_scored",
    ),
    "segments": Case(
        SegmentationFamily(SEGMENTS),
        lambda files: stored_segments(SEGMENTS, files),
        "select distinct segmentation_model_version from marts.customer_360 where is_segmented",
    ),
    "lists": Case(
        RecommenderFamily(RECOMMENDER),
        lambda files: stored_lists(RECOMMENDER, files),
        f"select distinct model_version from {SIMILAR_ITEMS.name}",
    ),
}


def promoted(home: Home, case: Case) -> tuple[Version, Version]:
    """Return the champion of a home, and a version that was promoted over it and has given the scores that stand."""
    settings = home.settings()
    registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
    files, family = model_files(settings), case.family
    first = registry.aliased(family.name, CHAMPION)
    assert first is not None
    other = min({path.name for path in files.candidates(family.name).iterdir()} - {first.tags[CANDIDATE]})
    second = register_candidate(family, files, registry, case.trained(files), other, "a run of its own")
    carry_out(
        registry,
        warehouse_of(settings),
        Decision(Verdict.PROMOTED, Serves.CHALLENGER, "better by a wide margin"),
        Parties(second, first, None),
        decided_at=datetime(2026, 1, 2),
        run_id="a run of its own",
    )
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute(f"update {family.scores.name} set model_version = '{second.number}', score = 0.125")
    return first, second


@pytest.mark.parametrize("kind", CASES)
def test_all_that_speaks_of_the_champion_is_that_of_the_one_before(home_copy: Home, kind: str) -> None:
    case, settings = CASES[kind], home_copy.settings()
    family = case.family
    first, second = promoted(home_copy, case)
    assert home_copy.query(case.versions) == [(second.number,)]
    card = model_files(settings).model_card(family.name)
    written = card.stat().st_mtime_ns

    result = home_copy.command("commands.rollback", "--model", family.name)
    assert result.returncode == 0, result.stdout + result.stderr
    place = f"version {first.number} serves again in the place of version {second.number}"
    assert f"{family.name}: {place}" in result.stdout
    assert home_copy.query(case.versions) == home_copy.query(case.shown) == [(first.number,)]
    assert home_copy.query(f"select count(*) from {family.scores.name} where score = 0.125") == [(0,)]
    assert home_copy.query("select reason from ops.promotions order by decided_at desc limit 1") == [
        (f"by command: {place}",)
    ]
    [serves] = {
        row.serves
        for row in stored_rows(model_files(settings).scoreboard.with_suffix(".json"))
        if row.model_name == family.name
    }
    assert serves == first.tags[CANDIDATE].replace("_", " ")
    assert card.stat().st_mtime_ns > written
    assert str(Verdict.ROLLED_BACK) in card.read_text()


def test_after_a_roll_back_nothing_is_stale_and_nobody_decides_anew(home_copy: Home) -> None:
    case = CASES["classifier"]
    promoted(home_copy, case)
    assert home_copy.command("commands.rollback", "--model", case.family.name).returncode == 0
    assert "nothing to do" in home_copy.run().stdout

    again = home_copy.command("commands.rollback", "--model", case.family.name)
    assert again.returncode == 2
    assert "there is none before it to go back to" in again.stderr


def test_scores_that_cannot_be_written_are_told_with_the_repair(home_copy: Home) -> None:
    case = CASES["classifier"]
    promoted(home_copy, case)
    with duckdb.connect(str(home_copy.settings().duckdb_path)) as connection:
        connection.execute(f"alter table {case.family.asked} rename to gone")
    result = home_copy.command("commands.rollback", "--model", case.family.name)
    assert result.returncode == 1
    assert f"error: step ml__{case.family.name}_scores failed" in result.stderr
    assert "repair what failed, then make run ARGS=--full" in result.stderr
