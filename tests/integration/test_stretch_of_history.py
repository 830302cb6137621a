"""A stretch of history is rebuilt in the feature tables: the same rows again, and nothing outside of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb
import pytest

from ecom_assets.build import build_defs
from ml_assets.contract import FEATURES_SCHEMA
from tests.conftest import Home

pytestmark = pytest.mark.slow

# Each holds a month end of Olist or two, or four Sundays of RetailRocket.
OLIST = ("2018-02-10", "2018-03-31")
RETAILROCKET = ("2015-07-01", "2015-07-31")
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

    def rows(self) -> Rows:
        """Return all rows, by table."""
        return {name: self.home.query(f"select * from features.{name} order by all") for name in self.as_of_columns}

    def outside(self, first: str, last: str) -> Rows:
        """Return the rows before the first day and after the last one."""
        return {
            name: self.home.query(
                f"select * from features.{name} "
                f"where cast({column} as date) not between '{first}' and '{last}' order by all"
            )
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


@pytest.fixture
def in_shell(features: Features) -> Iterator[Features]:
    """Return the tables, which are as they were when the test is over."""
    before = features.rows()
    yield features
    assert features.rows() == before


def built(features: Features, first: str, last: str) -> None:
    variables = json.dumps({"as_of_from": first, "as_of_to": last})
    result = features.home.command(
        "commands.dbt", "run", "--select", f"path:models/{FEATURES_SCHEMA}", "--vars", variables
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("first", "last"), [OLIST, RETAILROCKET])
def test_lost_and_false_rows_of_a_stretch_are_put_right_and_twice_is_once(
    in_shell: Features, first: str, last: str
) -> None:
    outside = in_shell.outside(first, last)
    in_stretch = f"cast({{column}} as date) between '{first}' and '{last}'"
    # Every other row is lost, and those that are left stand twice.
    in_shell.change(f"delete from {{table}} where {in_stretch} and hash({{column}}, rowid) % 2 = 0")
    in_shell.change(f"insert into {{table}} select * from {{table}} where {in_stretch}")
    built(in_shell, first, last)
    assert in_shell.outside(first, last) == outside
    built(in_shell, first, last)


def test_rows_outside_of_the_stretch_stay_even_where_a_build_would_mend_them(features: Features) -> None:
    first, last = OLIST
    before = features.rows()
    features.change(f"delete from {{table}} where cast({{column}} as date) not between '{first}' and '{last}'")
    built(features, first, last)
    assert all(rows == [] for rows in features.outside(first, last).values())
    whole = features.home.command("commands.dbt", "run", "--select", f"path:models/{FEATURES_SCHEMA}")
    assert whole.returncode == 0, whole.stdout
    assert features.rows() == before


def test_dagster_past_the_event_clock_says_so_and_changes_nothing(
    features: Features, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = features.rows()
    result = materialised(features.home, monkeypatch, {"as_of_from": BEYOND})
    assert result.success
    assert f"as_of_from {BEYOND} lies past the event clock" in capfd.readouterr().err
    assert result.get_asset_materialization_events() == []
    assert features.rows() == before


def test_dagster_rebuilds_the_stretch_that_a_run_asks_for(in_shell: Features, monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = OLIST
    in_shell.change(f"delete from {{table}} where cast({{column}} as date) between '{first}' and '{last}'")
    result = materialised(in_shell.home, monkeypatch, {"as_of_from": first, "as_of_to": last})
    assert result.success
    assert {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key} == set(
        in_shell.as_of_columns
    )


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
