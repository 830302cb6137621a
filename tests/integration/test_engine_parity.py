"""Every table on a real server against what DuckDB builds from the same files: sample and real extract."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from ecom_assets.build import build_defs
from ecom_assets.comparison.builds import Build
from ecom_assets.engine_parity.audit import NotComparableError, audit_build, audit_parity, problems, server_of
from ecom_assets.exports.assets import CUSTOMER_360
from ecom_assets.exports.files import Export, contract_columns, write_export
from ecom_assets.keys import AUDIT_ENGINE_PARITY
from ecom_assets.models import model_resources
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import FEATURES_SCHEMA, FILES_RESOURCE, REGISTRY_RESOURCE, TableName
from ml_assets.definitions import families_of
from ml_assets.family.scoring import score
from ml_assets.keys import Step
from ml_assets.predictions import AS_OF_DATE, DECLARED_TABLES, PREDICTION_TABLES, SIMILAR_ITEMS
from ml_assets.recommender.assets import fill_similar_items
from ml_assets.recommender.question import RECOMMENDER_RETAILROCKET
from ml_assets.recommender.similar_rows import SimilarItemsConfig
from tests.conftest import Home, PostgresHome
from tests.fixtures.predictions import scores, scores_of
from tests.integration.test_make_run import failed_checks, rewrite

pytestmark = pytest.mark.slow


@pytest.fixture
def as_home(monkeypatch: pytest.MonkeyPatch, postgres_home: PostgresHome) -> PostgresHome:
    """Return the home on the server, with this process in its environment; what is exported meanwhile is undone."""
    for name, value in postgres_home.environment().items():
        monkeypatch.setenv(name, value)
    for name in ("ECOM_SOURCES", "ECOM_DUCKDB_PATH", "DAGSTER_HOME", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "")
    return postgres_home


@pytest.fixture
def embedded(built_home: Home, tmp_path: Path) -> Build:
    """Return the same sample as ``make run`` built it with DuckDB."""
    return built_home.copied_build(tmp_path)


def refuse_to_wait(words: str) -> None:
    raise AssertionError(f"nobody else is at work, and yet: {words}")


def test_the_job_finds_every_table_of_the_sample_equal_and_leaves_the_home_as_it_was(as_home: PostgresHome) -> None:
    before = sorted(as_home.path.iterdir())
    job = build_defs(settings=as_home.settings()).resolve_job_def(AUDIT_ENGINE_PARITY)
    result = job.execute_in_process()
    [output] = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
    table = output.step_output_data.metadata["tables"]
    assert isinstance(table, dg.TableMetadataValue)
    rows = {str(record.data["table"]): int(str(record.data["rows"])) for record in table.records}
    stored = as_home.query(
        "select schemaname || '.' || tablename from pg_tables "
        "where schemaname in ('staging', 'intermediate', 'marts', 'features') and tablename <> 'customer_360'"
    )
    assert sorted(rows) == sorted(str(name) for (name,) in stored)
    assert rows == {name: as_home.count(name) for name in rows}
    assert min(rows.values()) > 0
    assert sorted(as_home.path.iterdir()) == before


CHANGES = {
    "a value": (
        "update marts.fct_orders set items_value = items_value + 0.01 "
        "where order_id = (select min(order_id) from marts.fct_orders where items_value is not null)",
        "marts.fct_orders.items_value differs in 1 rows",
    ),
    "a value of a double": (
        "update marts.dim_sellers set seller_latitude = seller_latitude * (1 + 1e-6) "
        "where seller_id = (select min(seller_id) from marts.dim_sellers where seller_latitude is not null)",
        "marts.dim_sellers.seller_latitude differs in 1 rows",
    ),
    "a row": (
        "delete from features.ftr_items where (item_id, as_of_date) = "
        "(select item_id, as_of_date from features.ftr_items order by 1, 2 limit 1)",
        "features.ftr_items.(row) differs in 1 rows",
    ),
    "a type": (
        "alter table marts.funnel_daily alter column sessions type numeric",
        "marts.funnel_daily.(columns) differs in 1 columns",
    ),
    "a table": ("drop table marts.cohort_retention", "marts.cohort_retention.(table) differs in 1 engine"),
}


def test_just_what_was_changed_by_hand_on_the_server_is_found(
    as_home: PostgresHome, embedded: Build, tmp_path: Path
) -> None:
    changed = as_home.with_copied_database()
    for sql, _ in CHANGES.values():
        changed.query(sql)
    found = problems(audit_build(embedded, server_of(changed.settings())))
    told = [line for line in found.splitlines() if not line.startswith("  ")]
    assert sorted(told) == sorted(words for _, words in CHANGES.values())
    assert problems(audit_build(embedded, server_of(as_home.settings()))) == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["warehouse.duckdb", "warehouse.json"]


def test_scores_are_compared_where_the_embedded_warehouse_has_any(as_home: PostgresHome, embedded: Build) -> None:
    server = server_of(as_home.with_copied_database().settings())
    table = PREDICTION_TABLES["churn_olist_sellers"]
    rows = scores(table, rows=3).assign(as_of_date=pd.Timestamp("2030-01-31"))
    warehouses = {"2030-02-01": DuckDBWarehouse(path=str(embedded.path)), "2030-02-02": server}
    for day, warehouse in warehouses.items():
        warehouse.replace(table.name, rows.assign(scored_at=pd.Timestamp(day)), key=table.key)
    assert problems(audit_build(embedded, server)) == ""
    server.replace(table.name, rows.assign(score=[0.25, 0.25 + 1e-9, 0.26]), key=table.key)
    assert problems(audit_build(embedded, server)).splitlines()[0] == f"{table.name}.score differs in 1 rows"


def test_the_server_was_scored_and_its_champions_say_the_same_of_the_embedded_features(
    as_home: PostgresHome, embedded: Build
) -> None:
    settings = as_home.settings()
    resources = model_resources(settings)
    files, registry = resources[FILES_RESOURCE], resources[REGISTRY_RESOURCE]
    warehouse, server = DuckDBWarehouse(path=str(embedded.path)), server_of(settings)
    for family in families_of(settings.sources):
        table = family.scores.name
        # What the embedded home's own models have said is not asked here.
        warehouse.delete(table, where="true")
        config = family.configs[Step.SCORES]()
        assert score(family, warehouse, files, registry, config, datetime(2030, 1, 1)).problems == ()
        assert as_home.count(table) > 0
    warehouse.delete(SIMILAR_ITEMS.name, where="true")
    similar = fill_similar_items(
        RECOMMENDER_RETAILROCKET, warehouse, registry, SimilarItemsConfig(), datetime(2030, 1, 1)
    )
    assert similar.problems == ()
    comparisons = audit_build(embedded, server)
    assert problems(comparisons) == ""
    compared = {comparison.table: comparison.rows for comparison in comparisons}
    assert {str(table.name) for table in DECLARED_TABLES.values()} <= compared.keys()


def test_what_reads_scores_says_the_same_of_the_same_scores(
    as_home: PostgresHome, home_copy: Home, tmp_path: Path
) -> None:
    sides = {"server": as_home.with_copied_database(), "embedded": home_copy}
    warehouses = {
        "server": server_of(sides["server"].settings()),
        "embedded": DuckDBWarehouse(path=str(home_copy.path / "warehouse.duckdb")),
    }
    for model in ("churn_olist_customers", "cltv_olist_customers", "segmentation_olist_customers"):
        table = PREDICTION_TABLES[model]
        features = TableName(FEATURES_SCHEMA, f"ftr_{model}")
        keys = warehouses["embedded"].read(features, table.key).sort_values(list(table.key), ignore_index=True)
        rows = scores_of(table, keys[keys[AS_OF_DATE] == keys[AS_OF_DATE].max()].reset_index(drop=True))
        for warehouse in warehouses.values():
            warehouse.delete(table.name, where="true")
            warehouse.replace(table.name, rows, table.key)
    files = {}
    for name, home in sides.items():
        result = home.command("commands.dbt", "build", "--select", CUSTOMER_360.name)
        assert result.returncode == 0, result.stdout
        manifest = json.loads((home.settings().dbt_shell_target_dir / "manifest.json").read_bytes())
        columns = contract_columns(manifest, CUSTOMER_360)
        assert columns is not None
        export = Export(CUSTOMER_360, "customer_unique_id", columns, tmp_path / name)
        write_export(export, warehouses[name].read(CUSTOMER_360))
        files[name] = [path.read_bytes() for path in (export.parquet, export.csv)]
    assert files["server"] == files["embedded"]


def test_a_server_that_was_not_built_from_the_folder_is_refused(
    as_home: PostgresHome, embedded: Build, tmp_path: Path
) -> None:
    empty = as_home.settings(PGDATABASE=as_home.server.new_database())
    with pytest.raises(NotComparableError, match=r"nothing was loaded into .* yet; run make run first"):
        audit_parity(empty, refuse_to_wait)

    raw_dir = Path(shutil.copytree(as_home.raw_dir, tmp_path / "raw"))
    rewrite(raw_dir / "retailrocket" / "category_tree.csv", lambda rows: rows[:-1])
    with pytest.raises(NotComparableError, match=r"^retailrocket\.category_tree in .* were not loaded from the files"):
        audit_parity(as_home.settings(ECOM_RAW_DIR=str(raw_dir)), refuse_to_wait)

    loaded = as_home.with_copied_database()
    loaded.query("drop schema staging, intermediate, marts, features cascade")
    with pytest.raises(NotComparableError, match=r"no table was built in .* yet; run make run first"):
        audit_build(embedded, server_of(loaded.settings()))


def test_every_table_of_the_real_extract_is_equal_on_a_server_that_had_the_sample(
    real_extract: Path, postgres_home_on_loan: PostgresHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = replace(postgres_home_on_loan, raw_dir=real_extract)
    result = home.run_warehouse()
    assert result.returncode == 0, result.stdout + result.stderr
    assert failed_checks(result.stdout) == []
    monkeypatch.setenv("PGPASSWORD", home.environment()["PGPASSWORD"])
    comparisons = audit_parity(home.settings(), refuse_to_wait)
    assert problems(comparisons) == ""
    rows = {comparison.table: comparison.rows for comparison in comparisons}
    assert rows["marts.fct_orders"] == 42_371
    assert rows["features.ftr_late_delivery"] > 42_371
