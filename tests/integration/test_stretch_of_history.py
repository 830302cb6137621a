"""A stretch of history is rebuilt in the feature tables: the same rows again, and nothing outside of it."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
import duckdb
import pytest

from ecom_assets.build import build_defs
from ml_assets.contract import FEATURES_SCHEMA
from tests.conftest import Home

pytestmark = pytest.mark.slow

# Holds dates of either source, and leaves dates of either on one side.
FIRST, LAST = "2015-09-01", "2018-03-31"
IN_STRETCH = f"cast({{column}} as date) between '{FIRST}' and '{LAST}'"
BEYOND = "2019-01-01"
Rows = dict[str, list[tuple[object, ...]]]


class Features:
    """The feature tables of a home, with the column that says when each row was asked for."""

    def __init__(self, home: Home) -> None:
        self.home = home
        manifest = json.loads((home.settings().dbt_target_dir / "manifest.json").read_bytes())
        self.as_of_columns = {
            node["name"]: node["config"]["meta"]["as_of_column"]
            for node in manifest["nodes"].values()
            if node["schema"] == FEATURES_SCHEMA and node["resource_type"] == "model"
        }
        assert len(self.as_of_columns) > 8

    def rows(self, where: str = "true") -> Rows:
        """Return the rows of each table that meet a condition, which may name the as-of column."""
        return {
            name: self.home.query(f"select * from features.{name} where {where.format(column=column)} order by all")
            for name, column in self.as_of_columns.items()
        }

    def change(self, statement: str) -> None:
        """Execute a statement for each table; it may name the table and its as-of column."""
        with duckdb.connect(str(self.home.settings().duckdb_path)) as connection:
            for name, column in self.as_of_columns.items():
                connection.execute(statement.format(table=f"features.{name}", column=column))


@pytest.fixture(scope="module")
def features(built_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Features:
    return Features(built_home.copied_to(tmp_path_factory.mktemp("stretch")))


def test_a_stretch_is_put_right_and_nothing_outside_of_it_until_a_whole_build(
    features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, in_stretch = features.rows(), features.rows(IN_STRETCH)
    assert all(in_stretch.values())
    assert all(len(in_stretch[name]) < len(rows) for name, rows in whole.items())
    # Every other row of the stretch is lost, and those that are left stand twice; outside of it, all are lost.
    features.change(f"delete from {{table}} where not {IN_STRETCH} or hash({{column}}, rowid) % 2 = 0")
    features.change("insert into {table} select * from {table}")
    run_dbt(features.home, "--vars", json.dumps({"as_of_from": FIRST, "as_of_to": LAST}))
    assert features.rows() == in_stretch

    # Once more, as a run in Dagster that asks for the same: the same rows.
    result = materialised(features.home, monkeypatch, {"as_of_from": FIRST, "as_of_to": LAST})
    assert result.success
    built = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert built == set(features.as_of_columns)
    assert features.rows() == in_stretch

    run_dbt(features.home)
    assert features.rows() == whole


def test_dagster_past_the_event_clock_says_so_and_changes_nothing(
    features: Features, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = features.rows()
    result = materialised(features.home, monkeypatch, {"as_of_from": BEYOND})
    assert result.success
    assert f"as_of_from {BEYOND} lies past the event clock" in capfd.readouterr().err
    assert result.get_asset_materialization_events() == []
    assert features.rows() == before


def run_dbt(home: Home, *arguments: str) -> None:
    """Build the feature tables as in a shell."""
    result = home.command("commands.dbt", "run", "--select", f"path:models/{FEATURES_SCHEMA}", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr


def materialised(home: Home, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any]) -> dg.ExecuteInProcessResult:
    """Materialise the feature tables in this process, without their checks."""
    for name in ("ECOM_SOURCES", "DBT_TARGET_PATH", "DBT_LOG_PATH", "ECOM_DUCKDB_PATH"):
        monkeypatch.setenv(name, "")
    settings = home.settings()
    monkeypatch.setenv("ECOM_HOME", str(settings.home))
    defs = build_defs(settings=settings)
    keys = [dg.AssetKey([FEATURES_SCHEMA, name]) for name in Features(home).as_of_columns]
    job = defs.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            asset_selection=keys,
            run_config={"ops": {"dbt_models": {"config": config}}},
            instance=instance,
            raise_on_error=True,
        )
