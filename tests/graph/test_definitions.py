"""The asset graph as a whole: it loads, every reader and writer takes the pool, every dbt test is a check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from ecom_assets.build import build_defs
from ecom_assets.dbt.unit_tests import UNIT_TEST_STEPS
from ecom_assets.environment import Settings, load_settings
from ecom_assets.exports.assets import CUSTOMER_360, export_key
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import (
    AUDIT_ENGINE_PARITY,
    AUDIT_POINT_IN_TIME,
    DBT_RESOURCE,
    REFRESH_ALL,
    REFRESH_AND_SCORE,
    REFRESH_WAREHOUSE,
    TRAIN_MODELS,
    WATCH_MODELS,
)
from ecom_assets.schedules import DAILY, NIGHTLY, WEEKLY
from ecom_assets.sensors.landing_folder import LANDING_FOLDER_SENSOR
from ecom_assets.sensors.retraining import RETRAINING_SENSOR
from ecom_assets.sensors.run_failure import FAILED_CHECK_SENSOR, RUN_FAILURE_SENSOR
from ml_assets.classification.family import LEAK_CHECK, TRAINING_SET_CHECK
from ml_assets.contract import FILES_RESOURCE, ML_KEY_PREFIX, REGISTRY_RESOURCE
from ml_assets.definitions import families_of, questions_of
from ml_assets.family.assets import SCHEMA_CHECK
from ml_assets.keys import MONITORING, Step, Watch, model_asset_key, watch_asset_key
from ml_assets.lookup.assets import LOOKUP_ASSET
from ml_assets.monitoring.assets import DRIFT_HISTORY
from ml_assets.monitoring.quality_assets import quality_key
from ml_assets.predictions import AS_OF_DATE, DECLARED_TABLES, PREDICTION_TABLES
from ml_assets.scoreboard import SCOREBOARD_ASSET
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings({"ECOM_HOME": str(tmp_path_factory.mktemp("graph"))})


@pytest.fixture(scope="module")
def defs(settings: Settings) -> dg.Definitions:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECOM_HOME", str(settings.home))
        return build_defs(settings=settings)


@pytest.fixture(scope="module")
def manifest(defs: dg.Definitions, settings: Settings) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((settings.dbt_target_dir / "manifest.json").read_bytes())
    return loaded


def test_the_definitions_load(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_graph_is_the_one_that_was_reviewed(defs: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    picture = {
        key.to_user_string(): {
            "group": graph.get(key).group_name,
            "kinds": sorted(graph.get(key).kinds),
            "owners": sorted(graph.get(key).owners),
            "tags": {name: value for name, value in sorted(graph.get(key).tags.items()) if "kind" not in name},
            "parents": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
            "checks": sorted(check.name for check in graph.get(key).check_keys),
        }
        for key in sorted(graph.get_all_asset_keys())
    }
    assert picture == snapshot


def test_every_op_that_may_touch_the_warehouse_takes_the_pool_of_the_engine(
    defs: dg.Definitions, settings: Settings
) -> None:
    """All do but those of models that work on files alone: they name what they need, and the warehouse is not in it."""
    job = defs.resolve_job_def(REFRESH_ALL)
    ops = [node for node in job.all_node_defs if isinstance(node, dg.OpDefinition)]
    without = {op.name for op in ops if op.pool != settings.engine.pool}
    on_files = {op.name for op in ops if op.required_resource_keys <= {FILES_RESOURCE, REGISTRY_RESOURCE}}
    assert without == {name for name in on_files if name.startswith(f"{ML_KEY_PREFIX}__")}
    assert {op.pool for op in ops if op.name in without} == {None}
    steps = {name.removeprefix(f"{ML_KEY_PREFIX}__{model}_") for name in without for model in PREDICTION_TABLES}
    assert {"model", "evaluation", "delivery_days"} <= steps
    assert not {"training_set", "promotion", "scores", "scoreboard"} & steps


def test_every_model_has_its_assets_and_a_table_with_the_key_it_needs(defs: dg.Definitions) -> None:
    keys = defs.resolve_asset_graph().get_all_asset_keys()
    families = families_of(SOURCES)
    assert {family.name for family in families} == set(PREDICTION_TABLES)
    for family in families:
        assert {model_asset_key(family.name, step) for step in Step} <= set(keys)
        assert family.scores is PREDICTION_TABLES[family.name]
        assert family.scores.source == family.source
        # Without these an answer could not be told from another, or not be found again among the features; only lists
        # are of whom no table of features knows.
        assert family.asked_key or family.scores.listed
        assert set(family.asked_key) <= set(family.scores.key)


def test_a_question_has_the_moment_at_which_it_is_asked_in_the_key_of_its_answers() -> None:
    for question in questions_of(SOURCES):
        table = PREDICTION_TABLES[question.name]
        assert set(question.key) <= set(table.key)
        moment = {question.as_of_column, AS_OF_DATE} if question.as_of_is_date else {AS_OF_DATE}
        assert moment <= set(table.key)


def test_models_are_made_in_order_from_features_that_have_passed_their_tests(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for family in families_of(SOURCES):
        first, *_ = steps = [model_asset_key(family.name, step) for step in Step]
        features = dg.AssetKey([family.asked.schema, family.asked.name])
        reader = first if family.asked_key else steps[-1]
        assert features in graph.get(reader).parent_keys
        for earlier, later in pairwise(steps):
            assert earlier in graph.get(later).parent_keys
        blocking = {key.name for key in graph.asset_check_keys if key.asset_key in steps and graph.get(key).blocking}
        declared = {check.name for checks in family.checks.values() for check in checks if check.is_blocking}
        assert blocking == declared | {SCHEMA_CHECK}
        asked = {key for key in graph.get(SCOREBOARD_ASSET).parent_keys if key == steps[3]}
        assert asked, family.name


def test_classifiers_and_models_of_value_block_on_rows_and_leaks() -> None:
    for family in families_of(SOURCES):
        if family.name.startswith(("churn_", "late_delivery_", "cltv_")):
            declared = {check.name for checks in family.checks.values() for check in checks if check.is_blocking}
            assert declared == {TRAINING_SET_CHECK, LEAK_CHECK}


def test_segments_are_made_in_order_from_features_and_later_spend(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    question = SEGMENTATION_OLIST_CUSTOMERS
    first, *_ = steps = [model_asset_key(question.name, step) for step in Step]
    tables = {dg.AssetKey([table.schema, table.name]) for table in (question.table, question.value_table)}
    assert tables <= graph.get(first).parent_keys
    for earlier, later in pairwise(steps):
        assert earlier in graph.get(later).parent_keys
    assert {graph.get(step).group_name for step in steps} == {"ml_segmentation"}
    blocking = {key.name for key in graph.asset_check_keys if key.asset_key in steps and graph.get(key).blocking}
    assert blocking == {TRAINING_SET_CHECK, SCHEMA_CHECK}
    assert steps[3] in graph.get(SCOREBOARD_ASSET).parent_keys


def test_every_data_test_and_unit_test_of_dbt_is_a_check_and_names_are_unique(
    defs: dg.Definitions, manifest: Mapping[str, Any]
) -> None:
    data_tests = [node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    unit_tests = [f"unit_test__{test['name']}" for test in manifest["unit_tests"].values()]
    expected = data_tests + unit_tests
    assert len(set(expected)) == len(expected)
    checks = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    assert set(expected) - checks == set()


def test_exactly_the_data_tests_of_error_severity_block(defs: dg.Definitions, manifest: Mapping[str, Any]) -> None:
    graph = defs.resolve_asset_graph()
    blocking = {key.name: graph.get(key).blocking for key in graph.asset_check_keys}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            is_error = node["config"]["severity"].lower() == "error"
            assert blocking[node["name"]] is is_error, node["name"]


def test_the_gate_stands_before_the_marts(manifest: Mapping[str, Any]) -> None:
    """A mart reads staging through dbt only, never a raw table directly, where no test has looked."""
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["schema"] != "staging":
            parents = node["depends_on"]["nodes"]
            raw = [name for name in parents if name.startswith("source.") and ".predictions." not in name]
            assert raw == [], f"{unique_id} reads {raw}"


def test_what_reads_scores_stands_behind_them_and_nothing_else_does(
    defs: dg.Definitions, manifest: Mapping[str, Any]
) -> None:
    graph = defs.resolve_asset_graph()
    names = ("churn_scores", "late_delivery_scores", "cltv_scores", "customer_360")
    serving = {dg.AssetKey(["marts", name]) for name in names}
    readers = {key for table in DECLARED_TABLES.values() for key in graph.get(dg.AssetKey(table.asset_key)).child_keys}
    judged = {watch_asset_key(family.name, Watch.PERFORMANCE) for family in families_of(SOURCES)}
    assert readers == serving | judged | {LOOKUP_ASSET}
    tagged = {node["name"] for node in manifest["nodes"].values() if "after_predictions" in node["tags"]}
    assert tagged == {key.path[-1] for key in serving}
    # They wait for the models, and a refresh of the warehouse alone has none of these.
    refreshed = defs.resolve_job_def(REFRESH_WAREHOUSE).asset_layer.selected_asset_keys
    assert not serving & set(refreshed)
    assert dg.AssetKey(["marts", "fct_orders"]) in refreshed
    assert graph.get(export_key(CUSTOMER_360)).parent_keys == {dg.AssetKey(["marts", "customer_360"])}
    assert export_key(CUSTOMER_360) not in refreshed


def test_unit_tests_of_what_reads_scores_are_a_step_of_their_own(defs: dg.Definitions) -> None:
    """In one step with the others they would make training wait for its own scores."""
    graph = defs.resolve_asset_graph()
    steps = {
        definition.node_def.name: {key.asset_key for key in definition.check_keys}
        for definition in defs.asset_checks or ()
        if isinstance(definition, dg.AssetChecksDefinition) and definition.node_def.name in UNIT_TEST_STEPS
    }
    assert list(steps) == list(UNIT_TEST_STEPS)
    tags = {name: {"after_predictions" in graph.get(key).tags for key in keys} for name, keys in steps.items()}
    assert tags == {UNIT_TEST_STEPS[0]: {False}, UNIT_TEST_STEPS[1]: {True}}


def test_jobs_schedules_and_sensors_are_the_declared_ones(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")} == {
        REFRESH_WAREHOUSE,
        REFRESH_AND_SCORE,
        REFRESH_ALL,
        TRAIN_MODELS,
        WATCH_MODELS,
        AUDIT_POINT_IN_TIME,
        AUDIT_ENGINE_PARITY,
    }
    assert {schedule.name for schedule in repository.schedule_defs} == {NIGHTLY, DAILY, WEEKLY}
    assert {sensor.name for sensor in repository.sensor_defs} == {
        LANDING_FOLDER_SENSOR,
        RETRAINING_SENSOR,
        RUN_FAILURE_SENSOR,
        FAILED_CHECK_SENSOR,
    }


@pytest.mark.parametrize(
    ("name", "op"), [(AUDIT_POINT_IN_TIME, "audit_features"), (AUDIT_ENGINE_PARITY, "compare_engines")]
)
def test_an_audit_makes_no_asset_and_does_not_hold_up_the_warehouse(defs: dg.Definitions, name: str, op: str) -> None:
    job = defs.resolve_job_def(name)
    assert [node.name for node in job.nodes] == [op]
    assert {definition.pool for definition in job.all_node_defs if isinstance(definition, dg.OpDefinition)} == {None}
    assert job.asset_layer.selected_asset_keys == set()


@pytest.mark.parametrize(
    ("name", "job", "cron"),
    [
        (NIGHTLY, REFRESH_AND_SCORE, "0 3 * * *"),
        (DAILY, WATCH_MODELS, "0 5 * * *"),
        (WEEKLY, TRAIN_MODELS, "0 6 * * 0"),
    ],
)
def test_each_schedule_has_its_job_and_time(defs: dg.Definitions, name: str, job: str, cron: str) -> None:
    schedule = defs.resolve_schedule_def(name)
    assert (schedule.job_name, schedule.cron_schedule) == (job, cron)
    assert schedule.execution_timezone == "America/Sao_Paulo"
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED


def test_the_nightly_job_scores_and_trains_nothing(defs: dg.Definitions) -> None:
    nightly = defs.resolve_job_def(REFRESH_AND_SCORE).asset_layer.selected_asset_keys
    for family in families_of(SOURCES):
        assert nightly & {*family.beside, *(model_asset_key(family.name, step) for step in Step)} == {
            model_asset_key(family.name, Step.SCORES)
        }
    assert defs.resolve_job_def(REFRESH_WAREHOUSE).asset_layer.selected_asset_keys < nightly
    assert dg.AssetKey(["marts", CUSTOMER_360.name]) in nightly


def test_the_whole_graph_but_for_windows_of_the_past_runs_in_one_job(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    selected = defs.resolve_job_def(REFRESH_ALL).asset_layer.selected_asset_keys
    assert set(selected) == set(graph.materializable_asset_keys) - {DRIFT_HISTORY}
    assert {key for key in graph.materializable_asset_keys if graph.get(key).is_partitioned} == {DRIFT_HISTORY}


def test_every_model_and_source_is_watched_and_nothing_waits_for_that(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    watched = {watch_asset_key(family.name, watch) for family in families_of(SOURCES) for watch in Watch}
    watched |= {quality_key(source) for source in SOURCES}
    assert {key for key in graph.materializable_asset_keys if graph.get(key).group_name == MONITORING} == watched
    assert {child for key in watched for child in graph.get(key).child_keys} <= watched
    assert not any(graph.get(key).blocking for key in graph.asset_check_keys if key.asset_key in watched)
    for family in families_of(SOURCES):
        drift, performance, retraining = (watch_asset_key(family.name, watch) for watch in Watch)
        tables = {dg.AssetKey([table.schema, table.name]) for table in family.tables}
        assert graph.get(drift).parent_keys == tables | {model_asset_key(family.name, Step.PROMOTION)}
        assert graph.get(performance).parent_keys == tables | {model_asset_key(family.name, Step.SCORES)}
        assert graph.get(retraining).parent_keys == {drift, performance}


def test_resources_can_be_replaced(settings: Settings) -> None:
    class FakeDbt(dg.ConfigurableResource[None]):
        pass

    fake = FakeDbt()
    replaced = build_defs(settings=settings, resource_overrides={DBT_RESOURCE: fake})
    assert replaced.resources is not None
    assert replaced.resources[DBT_RESOURCE] is fake


@pytest.mark.parametrize(("source", "other"), [("olist", "retailrocket"), ("retailrocket", "olist")])
def test_one_source_alone_leaves_the_rest_of_the_graph_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, other: str
) -> None:
    for name in ("ECOM_SOURCES", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "")
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_SOURCES": source})
    keys = {key.to_user_string() for key in build_defs(settings=settings).resolve_asset_graph().get_all_asset_keys()}
    assert not any(other in key for key in keys)
    assert f"raw_{source}/{'orders' if source == 'olist' else 'events'}" in keys
    assert {"intermediate/int_observation_windows", "marts/dim_dates"} <= keys
    of_customers = {"marts/cltv_scores", "marts/customer_360", "exports/customer_360"}
    assert of_customers & keys == (of_customers if source == "olist" else set())
