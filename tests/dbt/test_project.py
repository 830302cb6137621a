"""The dbt project as a document and as plain dbt: what every model says of itself, and that it runs alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecom_assets.commands import write_sources
from ecom_assets.environment import DBT_PROJECT_DIR
from ecom_assets.ingestion.sources import SOURCES
from tests.conftest import Home
from tests.personal_data import findings_in_tables, personal_data

KEY_TESTS = {"unique", "unique_combination"}
# Postgres cuts longer names off without a word, and dbt appends to the name of a relation while it replaces it.
LONGEST_NAME = 63
LONGEST_RELATION_NAME = LONGEST_NAME - len("__dbt_backup")


def overlong_names(manifest: Mapping[str, Any]) -> list[str]:
    """Return the names in a manifest that do not fit into an identifier of every engine, each with its kind.

    Data tests count by their alias, the name of the table that would keep their failures: dbt shortens the names that
    it makes up itself.
    """
    named = [(source["identifier"], "source", LONGEST_NAME) for source in manifest["sources"].values()]
    named += [(test["name"], "unit test", LONGEST_NAME) for test in manifest["unit_tests"].values()]
    for node in manifest["nodes"].values():
        is_test = node["resource_type"] == "test"
        named.append((node["alias"], node["resource_type"], LONGEST_NAME if is_test else LONGEST_RELATION_NAME))
        named += [(column, "column", LONGEST_NAME) for column in node["columns"]]
    return sorted({f"{kind} {name}" for name, kind, limit in named if len(name.encode()) > limit})


@pytest.fixture(scope="module")
def manifest(built_home: Home) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((built_home.settings().dbt_target_dir / "manifest.json").read_bytes())
    return loaded


@pytest.fixture(scope="module")
def models(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) > 40
    return found


def test_every_model_states_its_grain_and_describes_its_columns(models: list[Mapping[str, Any]]) -> None:
    for model in models:
        assert model["description"].startswith("One row"), f"{model['name']}: {model['description'][:60]!r}"
        assert model["columns"], model["name"]
        undescribed = [name for name, column in model["columns"].items() if not column["description"].strip()]
        assert undescribed == [], model["name"]
        assert model["config"]["meta"]["dagster"]["owners"], model["name"]


def test_every_model_has_its_properties_in_a_file_of_its_own_beside_it(models: list[Mapping[str, Any]]) -> None:
    for model in models:
        properties = Path(model["patch_path"].split("://")[1])
        assert properties == Path(model["original_file_path"]).with_suffix(".yml")


def test_every_model_has_a_tested_key(manifest: Mapping[str, Any], models: list[Mapping[str, Any]]) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") in KEY_TESTS
    }
    # Staging views of tables whose rows may repeat have no key; these are the declared ones.
    without_key = {
        f"stg_{source.name}__{table.name.removesuffix('s')}s"
        for source in SOURCES.values()
        for table in source.tables
        if not table.key
    }
    assert {model["name"] for model in models if model["unique_id"] not in keyed} - without_key == set()


def test_every_name_is_an_identifier_of_every_engine(manifest: Mapping[str, Any]) -> None:
    assert overlong_names(manifest) == []


def test_a_name_that_an_engine_would_cut_off_is_found() -> None:
    def document(length: int) -> dict[str, Any]:
        name = "n" * length
        model = {"resource_type": "model", "alias": name[12:], "columns": {name: {}}}
        return {
            "nodes": {"model": model, "test": {"resource_type": "test", "alias": name, "columns": {}}},
            "sources": {"source": {"identifier": name}},
            "unit_tests": {"unit_test": {"name": name}},
        }

    assert overlong_names(document(63)) == []
    assert [name.rsplit(" ", 1)[0] for name in overlong_names(document(64))] == [
        "column",
        "model",
        "source",
        "test",
        "unit test",
    ]
    # Letters beyond ASCII take more than a byte.
    accented = {"nodes": {}, "sources": {}, "unit_tests": {"unit_test": {"name": "é" * 32}}}
    assert overlong_names(accented) == [f"unit test {'é' * 32}"]


def test_marts_have_enforced_contracts_with_a_type_for_every_column(models: list[Mapping[str, Any]]) -> None:
    marts = [model for model in models if model["schema"] == "marts"]
    assert {"fct_orders", "dim_customers", "fct_events", "fct_sessions", "cohort_retention"} <= {
        m["name"] for m in marts
    }
    for model in marts:
        assert model["config"]["contract"]["enforced"], model["name"]
        assert all(column["data_type"] for column in model["columns"].values()), model["name"]


def test_described_columns_are_those_of_the_relation(built_home: Home, models: list[Mapping[str, Any]]) -> None:
    found: dict[str, set[str]] = {}
    for schema, table, column in built_home.query(
        "select table_schema, table_name, column_name from information_schema.columns"
    ):
        found.setdefault(f"{schema}.{table}", set()).add(str(column))
    for model in models:
        name = f"{model['schema']}.{model['name']}"
        assert set(model["columns"]) == found[name], name


def test_personal_columns_stay_tagged_from_raw_to_mart(
    manifest: Mapping[str, Any], models: list[Mapping[str, Any]]
) -> None:
    """Every column named like a place or free text carries the tag, in every model that has it."""
    personal = {"zip_code_prefix", "city", "latitude", "longitude", "comment_title", "comment_message"}
    untagged = [
        f"{model['name']}.{name}"
        for model in models
        for name, column in model["columns"].items()
        if any(name == word or name.endswith(f"_{word}") for word in personal) and "pii" not in column["tags"]
    ]
    assert untagged == []
    declared = {
        column.name for source in SOURCES.values() for table in source.tables for column in table.columns if column.pii
    }
    tagged = {
        name
        for node in manifest["sources"].values()
        for name, column in node["columns"].items()
        if "pii" in column["tags"]
    }
    assert tagged == declared


def test_nothing_personal_reaches_features_or_scores(built_home: Home) -> None:
    with duckdb.connect(str(built_home.path / "warehouse.duckdb"), read_only=True) as connection:
        data = personal_data(connection)
        assert len(data.zips) > 50
        assert len(data.words) > 50
        assert findings_in_tables(connection, data, ["features", "predictions"]) == []
        # It does find them where they are.
        places = {finding.place for finding in findings_in_tables(connection, data, ["staging"])}
    assert "staging.stg_olist__customers.customer_city" in places
    assert "staging.stg_olist__order_reviews.review_comment_message" in places


def test_the_source_yaml_is_the_one_written_from_the_declared_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_sources.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def plain_dbt(home: Home, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run dbt inside ``dbt_project`` with nothing but the home's folder in the environment."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        cwd=DBT_PROJECT_DIR,
        env=home.environment(DBT_TARGET_PATH=str(home.path / "plain"), DBT_LOG_PATH=str(home.path / "plain"))
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_plain_dbt_builds_and_tests_everything_on_the_same_warehouse(home_copy: Home) -> None:
    before = home_copy.query("select * from marts.fct_sessions order by all")
    result = plain_dbt(home_copy, "build", "--no-use-colors")
    assert result.returncode == 0, result.stdout
    assert " ERROR=0 " in result.stdout
    assert home_copy.query("select * from marts.fct_sessions order by all") == before


@pytest.mark.slow
def test_dbt_in_a_shell_leaves_nothing_to_do_for_the_next_run(home_copy: Home) -> None:
    result = home_copy.command("commands.dbt", "build", "--select", "fct_sessions")
    assert result.returncode == 0, result.stdout
    assert "nothing to do" in home_copy.run().stdout


@pytest.mark.slow
def test_docs_are_generated_and_named_selectors_select(home_copy: Home) -> None:
    assert plain_dbt(home_copy, "docs", "generate", "--no-compile").returncode == 0
    assert (home_copy.path / "plain" / "catalog.json").exists()
    listed = plain_dbt(home_copy, "list", "--selector", "marts", "--resource-type", "model", "--output", "name", "-q")
    names = set(listed.stdout.split())
    assert {"fct_orders", "int_observation_windows", "stg_olist__orders"} <= names


@pytest.mark.slow
def test_the_project_parses_for_the_server_engine_and_names_a_missing_variable(
    home_copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = {name: "1" for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")}
    assert plain_dbt(home_copy, "parse", ECOM_TARGET="postgres", **server).returncode == 0
    del server["PGHOST"]
    monkeypatch.delenv("PGHOST", raising=False)
    result = plain_dbt(home_copy, "parse", ECOM_TARGET="postgres", **server)
    assert result.returncode != 0
    assert "PGHOST" in result.stdout + result.stderr


def test_make_dbt_names_an_unknown_engine(built_home: Home) -> None:
    result = built_home.command("commands.dbt", "list", ECOM_TARGET="oracle")
    assert result.returncode == 2
    assert "ECOM_TARGET='oracle' is not known" in result.stderr
