"""Models in a home that ``make run`` has built: who serves, what they leave behind, what bad data do to them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from ecom_assets.environment import REPOSITORY
from ecom_assets.instance import opened_instance
from ecom_assets.models import model_files, model_resources
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.panel import panel_of
from ml_assets.cltv.family import ValueFamily
from ml_assets.cltv.panel import value_panel_of
from ml_assets.contract import ML_KEY_PREFIX, PROMOTIONS, REGISTRY_RESOURCE, SCOREBOARD
from ml_assets.definitions import families_of, questions_of
from ml_assets.family.family import Family
from ml_assets.keys import Step
from ml_assets.predictions import (
    AS_OF_DATE,
    CONTEXT,
    CONTEXT_ID,
    DECLARED_TABLES,
    ITEM_ID,
    MODEL_VERSION,
    PREDICTION_TABLES,
    RANK,
    SCORE,
)
from ml_assets.recommender.config import RecommenderScoringConfig
from ml_assets.recommender.family import RecommenderFamily
from ml_assets.recommender.fitted import ITEMS, SCORES
from ml_assets.registry.names import CANDIDATE, CHAMPION, DAGSTER_RUN_ID, GIT_COMMIT
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.segmentation.family import SegmentationFamily
from tests.conftest import Home
from tests.integration.test_make_run import POISON, rewrite
from tests.personal_data import findings_in_folder, personal_data

pytestmark = pytest.mark.slow

SOURCES = ("olist", "retailrocket")
FAMILIES = families_of(SOURCES)
ORDER_ITEMS = "olist/olist_order_items_dataset.csv"


def registry_of(home: Home) -> ModelRegistry:
    """Return the registry of a home, which finds its files wherever the home was moved."""
    registry = model_resources(home.settings())[REGISTRY_RESOURCE]
    assert isinstance(registry, ModelRegistry)
    registry.ready()
    return registry


def versions(home: Home) -> dict[str, list[str]]:
    registry = registry_of(home)
    return {family.name: [version.number for version in registry.versions(family.name)] for family in FAMILIES}


def features_of(family: Family, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a registered model asks for, of rows to score."""
    if isinstance(family, QuestionFamily):
        return panel_of(family.question, rows).features
    if isinstance(family, ValueFamily):
        return value_panel_of(family.question, rows).panel.features
    if isinstance(family, SegmentationFamily):
        return rows[list(family.question.columns)].astype(float)
    raise TypeError(f"{type(family).__name__} is new here: say what its models ask for")


def asked_and_stored(
    family: Family, warehouse: DuckDBWarehouse, registry: ModelRegistry
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the champion of a family is asked, and what it is known to answer, row by row."""
    rows = family.rows_to_score(warehouse, family.configs[Step.SCORES]())
    stored = warehouse.read(family.scores.name)
    if isinstance(family, RecommenderFamily):
        champion = registry.aliased(family.name, CHAMPION)
        assert champion is not None
        shown = stored.sort_values([CONTEXT, CONTEXT_ID, RANK]).groupby([CONTEXT, CONTEXT_ID])[ITEM_ID]
        # A list that was recommended is as good a history as any other.
        histories = pd.DataFrame({ITEMS: [json.dumps(items.tolist()[:3]) for _, items in list(shown)[:100]]})
        return histories, registry.load(champion).served(histories)
    key = [name for name in family.scores.key if name in rows]
    found = rows[key].merge(stored, on=key, validate="one_to_one")
    assert len(found) == len(rows) == len(stored) > 0, family.name
    return features_of(family, rows), found


def test_somebody_serves_for_every_question_and_has_answered(home_copy: Home) -> None:
    registry = registry_of(home_copy)
    assert set(registry.names()) == {family.name for family in FAMILIES} == set(PREDICTION_TABLES)
    for family in FAMILIES:
        champion = registry.aliased(family.name, CHAMPION)
        assert champion is not None, family.name
        assert champion.tags[CANDIDATE]
        assert champion.tags[DAGSTER_RUN_ID]
        assert champion.tags[GIT_COMMIT]
        numbers = home_copy.query(f"select distinct {MODEL_VERSION} from {family.scores.name}")
        assert numbers == [(champion.number,)], family.name
        assert (home_copy.path / "reports" / "models" / f"{family.name}.html").exists()
    decided = home_copy.query(f"select distinct model_name from {PROMOTIONS} order by 1")
    assert [name for (name,) in decided] == sorted(family.name for family in FAMILIES)
    assert home_copy.query(f"select count(distinct model_name) from {SCOREBOARD}") == [(len(FAMILIES),)]
    for view, prefix in (("churn_scores", "churn"), ("late_delivery_scores", "late"), ("cltv_scores", "cltv")):
        tables = [table.name for name, table in PREDICTION_TABLES.items() if name.startswith(prefix)]
        assert home_copy.count(f"marts.{view}") == sum(map(home_copy.count, tables)) > 0


FRESH = """
import sys
from pathlib import Path
import mlflow, pandas as pd
uri, folder = sys.argv[1:]
mlflow.set_tracking_uri(uri)
for rows in sorted(Path(folder).glob("*.rows")):
    model = mlflow.pyfunc.load_model(f"models:/{rows.stem}@champion")
    model.predict(pd.read_parquet(rows)).to_parquet(rows.with_suffix(".scores"))
"""


def test_a_fresh_process_gets_the_stored_scores_from_the_registry(home_copy: Home, tmp_path: Path) -> None:
    registry = registry_of(home_copy)
    warehouse = DuckDBWarehouse(path=str(home_copy.path / "warehouse.duckdb"))
    stored = {}
    for family in FAMILIES:
        asked, stored[family.name] = asked_and_stored(family, warehouse, registry)
        asked.to_parquet(tmp_path / f"{family.name}.rows")
    subprocess.run(
        [sys.executable, "-c", FRESH, registry.tracking_uri, str(tmp_path)],
        env=home_copy.environment(PYTHONPATH=str(REPOSITORY), MLFLOW_DISABLE_TELEMETRY="true"),
        check=True,
        capture_output=True,
    )
    for name, answers in stored.items():
        found = pd.read_parquet(tmp_path / f"{name}.scores").reset_index(drop=True)
        assert {SCORE, SCORES} & set(found.columns), name
        pd.testing.assert_frame_equal(
            found, answers[list(found.columns)], check_dtype=False, rtol=0, atol=1e-6, obj=f"answers of {name}"
        )


def test_the_lists_that_are_stored_are_those_of_the_champion(home_copy: Home) -> None:
    [family] = [each for each in FAMILIES if isinstance(each, RecommenderFamily)]
    registry = registry_of(home_copy)
    champion = registry.aliased(family.name, CHAMPION)
    assert champion is not None
    warehouse = DuckDBWarehouse(path=str(home_copy.path / "warehouse.duckdb"))
    config = RecommenderScoringConfig()
    rows = family.rows_to_score(warehouse, config)
    answered = family.answers(registry.load(champion), rows, model_files(home_copy.settings()), config).frame
    # Lists of older days stay; those of the newest one are the champion's as of the clock.
    newest = f"{AS_OF_DATE} = (select max({AS_OF_DATE}) from {family.scores.name})"
    stored = warehouse.read(family.scores.name, where=newest)
    key = list(family.scores.key)
    pd.testing.assert_frame_equal(
        answered.sort_values(key, ignore_index=True),
        stored.sort_values(key, ignore_index=True)[list(answered.columns)],
        check_dtype=False,
        rtol=0,
        atol=1e-6,
    )


def test_nothing_personal_is_in_what_models_leave_behind(built_home: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(built_home.path / "warehouse.duckdb"), read_only=True) as connection:
        data = personal_data(connection)
    assert min(len(data.zips), len(data.words)) > 50
    for folder in ("mlartifacts", "models", "reports"):
        assert findings_in_folder(built_home.path / folder, data) == [], folder
        assert len(list((built_home.path / folder).rglob("*"))) > len(FAMILIES), folder
    shutil.copy(built_home.path / "mlflow.db", tmp_path)
    assert findings_in_folder(tmp_path, data) == []
    # It does find them where they are: in what stands beside.
    assert findings_in_folder(built_home.raw_dir / "olist", data)


def started_steps(home: Home) -> set[str]:
    """Return the steps that the newest run began."""
    with opened_instance(home.settings()) as instance:
        [newest] = instance.get_run_records(limit=1)
        events = instance.all_logs(newest.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_START)
    return {str(event.step_key) for event in events}


def test_behind_bad_data_nothing_is_trained(home_copy: Home) -> None:
    registered, decisions = versions(home_copy), home_copy.count(PROMOTIONS)
    tables = [table.name for table in DECLARED_TABLES.values()]
    scores = [home_copy.query(f"select * from {table} order by all") for table in tables]
    rewrite(home_copy.raw_dir / ORDER_ITEMS, POISON[ORDER_ITEMS])
    result = home_copy.run()
    assert result.returncode == 1
    started = started_steps(home_copy)
    assert any(step.startswith("raw_olist") for step in started)
    assert {step for step in started if step.startswith(ML_KEY_PREFIX)} == set()
    assert versions(home_copy) == registered
    assert home_copy.count(PROMOTIONS) == decisions
    assert [home_copy.query(f"select * from {table} order by all") for table in tables] == scores


TRAIN = """
import os, sys
from ecom_assets.build import build_defs
from ecom_assets.environment import load_settings
from ecom_assets.instance import opened_instance
from ecom_assets.keys import TRAIN_MODELS

settings = load_settings(os.environ)
job = build_defs(settings=settings).resolve_job_def(TRAIN_MODELS)
with opened_instance(settings) as instance:
    sys.exit(0 if job.execute_in_process(instance=instance).success else 1)
"""


def test_trained_again_on_the_same_data_there_is_no_second_version(home_copy: Home) -> None:
    registered, decisions = versions(home_copy), home_copy.count(PROMOTIONS)
    query = "select * exclude (scored_at) from predictions.{} order by all"
    before = {name: home_copy.query(query.format(name)) for name in DECLARED_TABLES}
    command = [sys.executable, "-c", TRAIN]
    environment = home_copy.environment(PYTHONPATH=str(REPOSITORY))
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert {step.split("__")[0] for step in started_steps(home_copy)} == {ML_KEY_PREFIX}
    assert versions(home_copy) == registered
    assert {name: home_copy.query(query.format(name)) for name in DECLARED_TABLES} == before
    # What was trained is compared with the rule that serves now, and that once.
    assert decisions <= home_copy.count(PROMOTIONS) <= decisions + len(FAMILIES)


def test_the_newest_day_of_each_source_is_scored(built_home: Home) -> None:
    for question in questions_of(SOURCES):
        where = f" where {question.where}" if question.where else ""
        newest = built_home.query(f"select max({question.as_of_column})::date from {question.table}{where}")
        assert newest == built_home.query(f"select max({AS_OF_DATE})::date from predictions.{question.name}")
