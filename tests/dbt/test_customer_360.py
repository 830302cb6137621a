"""``customer_360`` built alone, in a shell: from scores that are there, and what is said of scores that are not."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import FEATURES_SCHEMA, TableName
from ml_assets.predictions import AS_OF_DATE, PREDICTION_TABLES
from tests.conftest import Home
from tests.fixtures.predictions import scores_of
from tests.personal_data import findings_in_folder, personal_data

pytestmark = pytest.mark.slow

CUSTOMER_360 = TableName("marts", "customer_360")
READ = ("churn_olist_customers", "cltv_olist_customers", "segmentation_olist_customers")
BUILD = ("build", "--select", "customer_360", "--no-use-colors")


def warehouse_of(home: Home) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(home.path / "warehouse.duckdb"))


@pytest.fixture
def scored(home_copy: Home) -> Home:
    """Return a home with scores made by hand for every second row of the newest date and all of the one before."""
    warehouse = warehouse_of(home_copy)
    for model in READ:
        table = PREDICTION_TABLES[model]
        keys = warehouse.read(TableName(FEATURES_SCHEMA, f"ftr_{model}"), table.key).sort_values(list(table.key))
        newest, before, *_ = sorted(keys[AS_OF_DATE].unique(), reverse=True)
        asked = pd.concat([keys[keys[AS_OF_DATE] == newest].iloc[::2], keys[keys[AS_OF_DATE] == before]])
        if warehouse.exists(table.name):
            warehouse.delete(table.name, where="true")
        warehouse.replace(table.name, scores_of(table, asked.reset_index(drop=True)), table.key)
    return home_copy


def test_it_builds_alone_and_loses_nobody(scored: Home) -> None:
    result = scored.command("commands.dbt", *BUILD)
    assert result.returncode == 0, result.stdout
    assert " WARN=0 ERROR=0 " in result.stdout
    assert scored.count(CUSTOMER_360) == scored.count("marts.dim_customers")
    flags = "count(*) filter (where is_churn_scored), count(*) filter (where is_cltv_scored), "
    [found] = scored.query(f"select {flags} count(*) filter (where is_segmented) from {CUSTOMER_360}")
    newest = f"(select max({AS_OF_DATE}) from predictions.{READ[-1]})"
    wanted = tuple(scored.count(f"predictions.{model} where {AS_OF_DATE} = {newest}") for model in READ)
    assert found == wanted
    assert min(wanted) > 0
    assert scored.query(f"select distinct {AS_OF_DATE} from {CUSTOMER_360}") == scored.query(f"select {newest}")
    # Its history is what the features say of the same day.
    columns = "customer_unique_id, as_of_date, customer_state, customer_region, order_count, items_value"
    told = f"select {columns} from {CUSTOMER_360} where order_count > 0 order by 1"
    features = f"{FEATURES_SCHEMA}.ftr_{READ[-1]}"
    of_the_day = f"{AS_OF_DATE} = (select max({AS_OF_DATE}) from {features})"
    assert scored.query(told) == scored.query(f"select {columns} from {features} where {of_the_day} order by 1")


def drop(warehouse: DuckDBWarehouse, table: TableName) -> None:
    with duckdb.connect(warehouse.path) as connection:
        connection.execute(f"drop table {table}")


def empty(warehouse: DuckDBWarehouse, table: TableName) -> None:
    warehouse.delete(table, where="true")


def test_scores_that_are_missing_are_named_with_the_command_and_the_last_table_stays(scored: Home) -> None:
    assert scored.command("commands.dbt", *BUILD).returncode == 0
    before = scored.query(f"select * from {CUSTOMER_360} order by all")
    for take_away, words in ((empty, "no scores are in {}; make run"), (drop, "{} is not in the warehouse; make run")):
        take_away(warehouse_of(scored), PREDICTION_TABLES[READ[1]].name)
        result = scored.command("commands.dbt", *BUILD)
        assert result.returncode != 0
        assert words.format(f"predictions.{READ[1]}") in result.stdout
        assert f"predictions.{READ[2]}" not in result.stdout
        assert scored.query(f"select * from {CUSTOMER_360} order by all") == before


def test_nothing_personal_leaves_in_the_exports(built_home: Home) -> None:
    with duckdb.connect(str(built_home.path / "warehouse.duckdb"), read_only=True) as connection:
        data = personal_data(connection)
    folder = built_home.settings().export_dir
    assert sorted(path.name for path in folder.iterdir()) == ["customer_360.csv", "customer_360.parquet"]
    assert findings_in_folder(folder, data) == []
