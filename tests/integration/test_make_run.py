"""``make run`` as a user sees it: what is printed, what is skipped, what stops and what stays."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from ecom_assets.ingestion.sources import SOURCES
from ml_assets.definitions import families_of
from tests.conftest import Home

pytestmark = pytest.mark.slow

Row = dict[str, str]
FAMILIES = families_of(SOURCES)


def rewrite(path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Read a CSV file, change its rows and write it back."""
    with path.open(newline="", encoding="utf-8-sig") as content:
        reader = csv.DictReader(content)
        rows, columns = list(reader), list(reader.fieldnames or [])
    with path.open("w", newline="", encoding="utf-8") as content:
        writer = csv.DictWriter(content, columns)
        writer.writeheader()
        writer.writerows(change(rows))


def failed_checks(output: str) -> list[str]:
    """Return the checks that failed as errors, as ``make run`` names them."""
    prefix = "check FAILED: "
    return sorted(line.removeprefix(prefix).split(" (")[0] for line in output.splitlines() if line.startswith(prefix))


def test_the_first_run_prints_layers_and_a_second_one_skips_everything(home_copy: Home) -> None:
    orders = home_copy.count("raw_olist.orders")
    assert orders > 0
    assert home_copy.count("marts.fct_orders") == orders
    again = home_copy.run()
    assert again.returncode == 0, again.stderr
    assert "nothing to do" in again.stdout
    assert "up to date" in again.stdout
    for layer in ("raw_olist", "raw_retailrocket", "staging", "intermediate", "marts"):
        assert any(line.startswith(layer) for line in again.stdout.splitlines()), layer
    assert "rows rejected while loading: 0" in again.stdout
    # Who serves and what is claimed, a line a model; not what was made today only.
    board = again.stdout.split("AUC (interval)")[1].splitlines()[1:-3]
    assert {line.split()[0] for line in board} == {family.name for family in FAMILIES}
    assert f"reports: {home_copy.path / 'reports' / 'index.html'} (http://localhost:3001/index.html" in again.stdout


def test_only_what_reads_a_changed_file_is_made_again_and_the_warehouse_alone_leaves_the_models(
    built_home: Home, changed_home: Home, tmp_path: Path
) -> None:
    printed = changed_home.printed()
    assert "1 its files changed" in printed
    made = changed_home.query(
        "select table_name from ops.loads group by table_name having count(distinct loaded_at) > 1"
    )
    assert made == [("category_tree",)]
    assert "assets of models and scores; make run makes them" in printed
    assert "AUC" not in printed
    decided = "select * from ops.promotions order by all"
    assert changed_home.query(decided) == built_home.query(decided)
    assert "nothing to do" in changed_home.copied_to(tmp_path).run_warehouse().stdout


def duplicate_first(rows: list[Row]) -> list[Row]:
    return [*rows, rows[0]]


def negative_price(rows: list[Row]) -> list[Row]:
    return [rows[0] | {"price": "-1.00"}, *rows[1:]]


def unknown_event(rows: list[Row]) -> list[Row]:
    return [rows[0] | {"event": "telepathy", "transactionid": ""}, *rows[1:]]


POISON: dict[str, Callable[[list[Row]], list[Row]]] = {
    "olist/olist_orders_dataset.csv": duplicate_first,
    "olist/olist_order_items_dataset.csv": negative_price,
    "retailrocket/events.csv": unknown_event,
}
# One failure for each poison and no other: the key's on the source, the others where the value gets its meaning.
EXPECTED_FAILURES = [
    "event_type_is_known on staging.stg_retailrocket__events",
    "source_unique_raw_olist_orders__order_id_ on raw_olist.orders",
    "stg_olist__order_items_positive_price on staging.stg_olist__order_items",
]
GUARDED_MARTS = ("marts.fct_orders", "marts.fct_order_items", "marts.fct_events", "marts.sales_monthly")


def test_bad_data_fails_exactly_its_check_and_the_marts_keep_their_last_good_state(home_copy: Home) -> None:
    def marts() -> list[list[tuple[object, ...]]]:
        return [home_copy.query(f"select * from {mart} order by all") for mart in GUARDED_MARTS]

    before = marts()
    good = {name: (home_copy.raw_dir / name).read_bytes() for name in POISON}
    for name, change in POISON.items():
        rewrite(home_copy.raw_dir / name, change)

    poisoned = home_copy.run_warehouse()
    assert poisoned.returncode == 1
    assert failed_checks(poisoned.stdout) == EXPECTED_FAILURES
    assert marts() == before

    again = home_copy.run_warehouse()
    assert again.returncode == 1, "an unchanged folder does not slip past the gate on the next run"
    assert failed_checks(again.stdout) == EXPECTED_FAILURES
    assert marts() == before

    for name, content in good.items():
        (home_copy.raw_dir / name).write_bytes(content)
    repaired = home_copy.run_warehouse()
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert marts() == before


def test_one_source_alone_runs_and_leaves_no_table_of_the_other(sample_raw_dir: Path, tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", raw_dir=sample_raw_dir)
    result = home.run(ECOM_SOURCES="retailrocket")
    assert result.returncode == 0, result.stdout + result.stderr
    names = {name for (name,) in home.query("select table_schema || '.' || table_name from information_schema.tables")}
    assert {"raw_retailrocket.events", "marts.fct_sessions", "marts.dim_dates"} <= names
    assert not any("olist" in str(name) for name in names)
    assert home.query("select distinct source from intermediate.int_observation_windows") == [("retailrocket",)]


def test_a_named_folder_that_is_missing_or_empty_is_an_error(tmp_path: Path) -> None:
    home = Home(path=tmp_path / "home", raw_dir=tmp_path / "nowhere")
    result = home.run()
    assert result.returncode == 2
    assert "ECOM_RAW_DIR" in result.stderr
    assert "missing or empty" in result.stderr
    assert "Traceback" not in result.stderr
    home.raw_dir.mkdir()
    assert "missing or empty" in home.run().stderr


def test_a_missing_required_file_is_named_with_its_place_and_nothing_is_rebuilt(home_copy: Home) -> None:
    sellers = home_copy.raw_dir / "olist" / "olist_sellers_dataset.csv"
    sellers.unlink()
    before = home_copy.query("select * from marts.dim_sellers order by all")
    result = home_copy.run_warehouse()
    assert result.returncode == 1
    assert "olist_sellers_dataset.csv of Olist is missing; put it" in result.stderr
    assert home_copy.query("select * from marts.dim_sellers order by all") == before


def test_a_new_warehouse_without_the_optional_files_has_empty_tables_and_is_green(home_copy: Home) -> None:
    (home_copy.path / "warehouse.duckdb").unlink()
    for path in [
        *(home_copy.raw_dir / "retailrocket").glob("item_properties_*"),
        home_copy.raw_dir / "olist" / "olist_geolocation_dataset.csv",
    ]:
        path.unlink()
    result = home_copy.run_warehouse()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "check warning: files_present on raw_retailrocket.item_properties" in result.stdout
    assert "check warning: files_present on raw_olist.geolocation" in result.stdout
    assert home_copy.count("raw_retailrocket.item_properties") == 0
    assert home_copy.count("marts.fct_orders") == home_copy.count("raw_olist.orders") > 0
    assert home_copy.query("select count(*) > 0, count(category_id) from marts.fct_events") == [(True, 0)]
