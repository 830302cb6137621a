"""The real extract: the counts that its description states, and no sample row left in a home that had one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ecom_assets.models import model_files
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.churn.questions import CHURN_OLIST_SELLERS
from ml_assets.classification.contest import GateConfig
from ml_assets.classification.family import MeasurementConfig, QuestionFamily
from ml_assets.config import EvaluationConfig, ScoringConfig, SplitConfig, TrainingConfig
from ml_assets.family.gate import promote
from ml_assets.family.scoring import score
from ml_assets.family.steps import fit_and_register, measure_version
from ml_assets.predictions import PREDICTION_TABLES
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.registry.verdict import Obstacle
from tests.conftest import Home
from tests.integration.test_make_run import failed_checks

pytestmark = pytest.mark.slow

REPEATED_EVENTS = 3


@pytest.fixture(scope="module")
def real_home(built_home: Home, real_extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home that held the sample and then got the real extract."""
    sample = built_home.copied_to(tmp_path_factory.mktemp("real"))
    home = Home(path=sample.path, raw_dir=real_extract)
    result = home.run_warehouse()
    assert result.returncode == 0, result.stdout + result.stderr
    assert failed_checks(result.stdout) == []
    (home.path / "output.txt").write_text(result.stdout)
    return home


def test_counts_are_those_of_the_extract(real_home: Home) -> None:
    assert real_home.count("raw_olist.orders") == 42_371
    assert real_home.count("marts.fct_orders") == 42_371
    assert real_home.count("marts.dim_customers") == 41_609
    assert real_home.count("marts.fct_order_items") == 47_431
    assert real_home.count("raw_retailrocket.events") == 9_385
    assert real_home.count("marts.fct_events") == 9_385 - REPEATED_EVENTS
    assert real_home.query("select count(distinct visitor_id) from marts.fct_events") == [(5_000,)]
    assert real_home.count("ops.rejected_rows") == 0


def test_no_row_of_the_sample_is_left(real_home: Home, built_home: Home) -> None:
    for table, key in [
        ("raw_olist.orders", "order_id"),
        ("marts.fct_orders", "order_id"),
        ("marts.dim_customers", "customer_unique_id"),
        ("marts.fct_events", "event_id"),
        ("marts.fct_sessions", "session_id"),
    ]:
        assert_others(built_home, real_home, table, key)


def test_no_score_of_the_sample_is_left_and_its_champion_makes_way(real_home: Home, built_home: Home) -> None:
    question, settings = CHURN_OLIST_SELLERS, real_home.settings()
    warehouse = DuckDBWarehouse(path=str(settings.duckdb_path))
    registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
    files = model_files(settings)
    before = registry.aliased(question.name, CHAMPION)
    family = QuestionFamily(question)
    family.make_training_set(warehouse, files, SplitConfig())
    fit_and_register(family, files, registry, TrainingConfig(), "code", "run")
    quick = MeasurementConfig(evaluation=EvaluationConfig(resamples=50, rolling_periods=0))
    measure_version(family, files, registry, quick)
    outcome = promote(family, warehouse, files, registry, GateConfig(), "run", datetime(2020, 1, 1))
    score(family, warehouse, files, registry, ScoringConfig(), datetime(2020, 1, 1))
    assert before is not None
    assert outcome.serving is not None
    assert outcome.serving.number != before.number
    assert Obstacle.OTHER_DATA in outcome.decision.reason
    table = PREDICTION_TABLES[question.name]
    assert_others(built_home, real_home, str(table.name), table.key[0])


def assert_others(built_home: Home, real_home: Home, table: str, key: str) -> None:
    """Make sure that a table has rows, and none of the sample's."""
    after = set(real_home.query(f"select {key} from {table}"))
    assert set(built_home.query(f"select {key} from {table}")) & after == set(), table
    assert after, table


def test_what_is_missing_or_not_wanted_is_named(real_home: Home) -> None:
    output = (real_home.path / "output.txt").read_text()
    assert "complete/" in output
    assert "sessions/" in output
    assert "item_properties_sample_rounded_timestamps.csv.gz" in output
    assert "check warning: files_present on raw_retailrocket.item_properties" in output


def test_the_clocks_are_those_of_the_data(real_home: Home) -> None:
    clocks = real_home.query(
        "select distinct source, event_clock::date::varchar from intermediate.int_observation_windows order by 1"
    )
    assert clocks == [("olist", "2018-10-17"), ("retailrocket", "2015-09-18")]
    assert real_home.query(
        "select complete_until::varchar from intermediate.int_observation_windows where event = 'purchases'"
    ) == [("2018-08-27",)]


def test_lateness_by_date_and_payment_differences_are_the_known_ones(real_home: Home) -> None:
    [(late_share,)] = real_home.query("select avg(is_late::integer) from marts.fct_orders where is_late is not null")
    assert late_share == pytest.approx(0.068, abs=0.001)
    assert real_home.query(
        "select count(*) from marts.fct_orders where has_items and has_payments and abs(payment_difference) > 0.05"
    ) == [(117,)]
