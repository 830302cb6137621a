"""What write_sample promises of the files: names, headers, sizes, bytes, refusals."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import SampleExistsError, write_sample
from ecom_assets.sample.__main__ import main
from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.drift import Drift, DriftKind
from tests.unit.sample.written import Written

BOTH = ("olist", "retailrocket")
SMALLEST = 0.005
FILES = {
    "olist/olist_customers_dataset.csv",
    "olist/olist_geolocation_dataset.csv",
    "olist/olist_order_items_dataset.csv",
    "olist/olist_order_payments_dataset.csv",
    "olist/olist_order_reviews_dataset.csv",
    "olist/olist_orders_dataset.csv",
    "olist/olist_products_dataset.csv",
    "olist/olist_sellers_dataset.csv",
    "olist/product_category_name_translation.csv",
    "retailrocket/category_tree.csv",
    "retailrocket/events.csv",
    "retailrocket/item_properties_part1.csv",
    "retailrocket/item_properties_part2.csv",
}
BESIDE = {
    "olist": {
        "campaign/contacts.csv",
        "truth/campaign.parquet",
        "truth/oracle_churn_olist_customers.parquet",
        "truth/oracle_churn_olist_sellers.parquet",
        "truth/oracle_cltv_olist_customers.parquet",
        "truth/oracle_cltv_olist_sellers.parquet",
        "truth/oracle_late_delivery.parquet",
        "truth/segments.parquet",
    },
    "retailrocket": {"truth/oracle_churn_retailrocket_visitors.parquet", "truth/visitor_segments.parquet"},
}
STATEMENT = "truth/truth.json"


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("smallest")
    write_sample(folder, scale=SMALLEST, seed=11, sources=BOTH)
    return digests(folder)


def test_the_files_have_the_original_names_and_nothing_else_is_left(smallest: dict[str, str]) -> None:
    assert set(smallest) == FILES | BESIDE["olist"] | BESIDE["retailrocket"] | {STATEMENT}


def test_equal_seeds_give_equal_bytes(smallest: dict[str, str], tmp_path: Path) -> None:
    write_sample(tmp_path, scale=SMALLEST, seed=11, sources=BOTH)
    assert digests(tmp_path) == smallest


def test_another_seed_changes_every_file_but_the_translation(smallest: dict[str, str], tmp_path: Path) -> None:
    write_sample(tmp_path, scale=SMALLEST, seed=12, sources=BOTH)
    other = digests(tmp_path)
    equal = {name for name in other if other[name] == smallest[name]}
    assert equal == {"olist/product_category_name_translation.csv"}


def test_a_source_does_not_depend_on_the_other(smallest: dict[str, str], tmp_path: Path) -> None:
    write_sample(tmp_path, scale=SMALLEST, seed=11, sources=["retailrocket"])
    other = digests(tmp_path)
    assert set(other) == {name for name in FILES if name.startswith("retailrocket/")} | BESIDE["retailrocket"] | {
        STATEMENT
    }
    assert {name for name in other if other[name] != smallest[name]} == {STATEMENT}


@pytest.mark.parametrize("source", BOTH)
def test_headers_are_the_declared_columns(small: Written, source: str) -> None:
    for table in SOURCES[source].tables:
        for stem in table.file_stems:
            with (small.folder / source / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
                assert tuple(next(csv.reader(file))) == table.column_names


@pytest.mark.parametrize("source", BOTH)
def test_declared_keys_are_unique_and_required_values_present(medium: Written, source: str) -> None:
    for table in SOURCES[source].tables:
        for stem in table.file_stems:
            frame = medium.text(source, stem)
            required = [column.name for column in table.columns if column.required]
            assert not frame[required].isna().any().any(), stem
            assert not table.key or not frame.duplicated(list(table.key)).any(), stem


def test_reported_rows_follow_the_scale_and_equal_the_records(tmp_path: Path) -> None:
    written = write_sample(tmp_path, scale=0.02, seed=1, sources=BOTH)
    rows = {file.path.name: file.rows for file in written}
    # Two percent of the official counts; who comes back and which seller sells is drawn.
    assert rows["olist_orders_dataset.csv"] == rows["olist_customers_dataset.csv"] == pytest.approx(1_989, rel=0.02)
    assert rows["olist_geolocation_dataset.csv"] == 20_003
    assert rows["olist_products_dataset.csv"] == 659
    assert rows["olist_sellers_dataset.csv"] == pytest.approx(62, abs=20)
    assert rows["olist_order_reviews_dataset.csv"] == pytest.approx(1_984, rel=0.02)
    assert rows["product_category_name_translation.csv"] == 71
    assert rows["events.csv"] == pytest.approx(55_122, rel=0.02)
    assert rows["item_properties_part1.csv"] + rows["item_properties_part2.csv"] == 405_518
    assert rows["item_properties_part1.csv"] == 220_000
    assert rows["category_tree.csv"] == 1_669
    assert rows["olist_order_items_dataset.csv"] == pytest.approx(2_253, rel=0.05)
    assert rows["olist_order_payments_dataset.csv"] == pytest.approx(2_078, rel=0.05)
    for file in (file for file in written if file.path.suffix == ".csv"):
        with file.path.open(encoding="utf-8", newline="") as lines:
            assert sum(1 for _ in csv.reader(lines)) == file.rows + 1


def test_an_existing_file_is_not_overwritten_and_nothing_is_written(tmp_path: Path) -> None:
    mine = tmp_path / "retailrocket" / "events.csv"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(SampleExistsError, match=re.escape(str(mine))):
        write_sample(tmp_path, scale=SMALLEST, seed=1, sources=BOTH)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_other_files_in_the_folder_are_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    written = write_sample(tmp_path, scale=SMALLEST, seed=1, sources=["olist"])
    assert [file.path.parent.name for file in written].count("olist") == 9
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sample for shopware; known sources: olist, retailrocket"):
        write_sample(tmp_path, scale=SMALLEST, seed=1, sources=["olist", "shopware"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", [0.0049, 10.1, float("nan")])
def test_a_scale_out_of_range_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(ValueError, match="scale must lie between"):
        write_sample(tmp_path, scale=scale, seed=1, sources=["olist"])


def test_streams_differ_by_name_and_do_not_depend_on_each_other() -> None:
    config = SampleConfig(seed=3)
    first = config.stream("olist.places").random(4).tolist()
    config.stream("something.new").random(1000)
    assert config.stream("olist.places").random(4).tolist() == first
    assert config.stream("olist.sellers").random(4).tolist() != first
    assert SampleConfig(seed=4).stream("olist.places").random(4).tolist() != first


def test_the_command_prints_a_line_a_file_and_refuses_a_second_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--scale", "0.005", "--seed", "7", "--out", str(tmp_path), "--source", "olist"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9 + len(BESIDE["olist"])
    orders = len((tmp_path / "olist/olist_orders_dataset.csv").read_text().splitlines()) - 1
    assert any(
        line.split() == [str(orders), "rows", str(tmp_path / "olist/olist_orders_dataset.csv")] for line in lines
    )
    assert main(arguments) == 1
    message = capsys.readouterr().err
    assert "already holds 9 of the files" in message
    assert "Name an empty folder" in message


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scale", "99"],
        ["--seed", "-1"],
        ["--source", "shopware"],
        ["--scenario", "bazaar"],
        ["--drift", "concept"],
        ["--drift-from", "2018-01-01"],
        ["--null", "--drift", "concept", "--drift-from", "2018-01-01"],
        ["--until", "yesterday"],
        ["--from", "2018-01-01"],
        ["--from", "2018-02-01", "--until", "2018-01-31"],
    ],
)
def test_the_command_refuses_wrong_arguments(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--out", str(tmp_path)])
    assert stopped.value.code == 2
    assert not list(tmp_path.iterdir())


def test_the_command_asks_for_the_world_that_is_named_and_the_statement_says_so(tmp_path: Path) -> None:
    shape = ["--scenario", "loyal", "--drift", "concept", "--drift-from", "2018-03-01", "--until", "2018-06-30"]
    assert main(["--scale", "0.005", "--seed", "3", "--source", "olist", *shape, "--out", str(tmp_path)]) == 0
    statement = json.loads((tmp_path / STATEMENT).read_text())
    assert (statement["scale"], statement["seed"], statement["scenario"]) == (0.005, 3, "loyal")
    assert statement["is_null"] is False
    assert statement["drift"] == Drift(DriftKind.CONCEPT, date(2018, 3, 1)).statement()
    assert statement["until"] == "2018-06-30"
    assert "retailrocket" not in statement
    segments = statement["olist"]["parameters"]["segments"]
    assert {(s["rate_shape"], s["rate_days"], s["dropout_alpha"], s["dropout_beta"]) for s in segments} == {
        (0.6, 100.0, 0.8, 2.5)
    }
    assert 0 < statement["olist"]["campaign"]["average_effect"]["of_eligible"] < 0.1
    assert main(["--scale", "0.005", "--null", "--source", "olist", "--out", str(tmp_path / "null")]) == 0
    null = json.loads((tmp_path / "null" / STATEMENT).read_text())
    assert null["is_null"] is True
    assert null["olist"]["campaign"]["average_effect"] == {"of_eligible": 0.0, "of_contacted": 0.0}


def test_oracles_have_the_keys_of_their_feature_tables_and_chances_between_zero_and_one(small: Written) -> None:
    keys = {
        "late_delivery": ["order_id", "decision_point"],
        "churn_olist_customers": ["customer_unique_id", "as_of_date"],
        "churn_olist_sellers": ["seller_id", "as_of_date"],
        "churn_retailrocket_visitors": ["visitor_id", "as_of_date"],
        "cltv_olist_customers": ["customer_unique_id", "as_of_date"],
        "cltv_olist_sellers": ["seller_id", "as_of_date"],
    }
    raw = {
        "order_id": set(small.olist("orders")["order_id"]),
        "customer_unique_id": set(small.olist("customers")["customer_unique_id"]),
        "seller_id": set(small.olist("sellers")["seller_id"]),
        "visitor_id": set(small.text("retailrocket", "events")["visitorid"]),
    }
    for name, key in keys.items():
        oracle = pd.read_parquet(small.folder / "truth" / f"oracle_{name}.parquet")
        assert len(oracle) > 50, name
        assert not oracle.duplicated(key).any(), name
        assert set(oracle[key[0]]) <= raw[key[0]], name
        assert not oracle.isna().any().any(), name
        if "probability" in oracle:
            assert oracle["probability"].between(0, 1).all(), name
        else:
            assert (oracle["expected_value"] >= 0).all(), name
    segments = pd.read_parquet(small.folder / "truth" / "segments.parquet")
    assert set(segments["customer_unique_id"]) == raw["customer_unique_id"]
