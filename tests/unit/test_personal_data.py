"""The search for personal data finds what was hidden on purpose, in every format, and nothing else."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import xgboost

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.ops_tables import create_statements
from tests.personal_data import Finding, PersonalData, findings_in_folder, findings_in_tables, personal_data

CITY, ZIP = "sant'ana do livramento", "01310"
SENTENCE = "Chegou tudo quebrado: não recomendo a ninguém, péssimo"
RAW_LINE = "o9,só com três colunas desta vez"


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        for source in SOURCES.values():
            connection.execute(f"create schema {source.schema}; create schema if not exists features")
            for table in source.tables:
                columns = ", ".join(f'"{column.name}" {column.type.value}' for column in table.columns)
                connection.execute(f"create table {source.schema}.{table.name} ({columns})")
        connection.execute(
            "insert into raw_olist.customers by name select 'c1' as customer_id, ? as customer_city, "
            "? as customer_zip_code_prefix, 'RS' as customer_state",
            [CITY, ZIP],
        )
        connection.execute(
            "insert into raw_olist.order_reviews by name select ? as review_comment_message, 'Bom' as "
            "review_comment_title",
            [SENTENCE],
        )
        connection.execute(
            "insert into ops.rejected_rows values ('olist', 'orders', 'f', 3, 'too short', ?)", [RAW_LINE]
        )
        yield connection


@pytest.fixture
def data(warehouse: duckdb.DuckDBPyConnection) -> PersonalData:
    return personal_data(warehouse)


def test_personal_is_what_is_marked_so_and_long_enough(data: PersonalData) -> None:
    assert data.zips == {ZIP}
    assert data.words == {
        CITY,
        "chegou tudo quebrado",
        "não recomendo a ninguém",
        "só com três colunas desta vez",
    }


def test_a_column_is_found_by_what_it_holds(warehouse: duckdb.DuckDBPyConnection, data: PersonalData) -> None:
    warehouse.execute("create table features.clean as select 'RS' as state, 'c1' as id, 1310 as n, 'Bom' as word")
    assert findings_in_tables(warehouse, data, ["features"]) == []
    warehouse.execute("create table features.hidden as select ? as route, ? as place, 'x' as state", [ZIP, CITY])
    reasons = json.dumps([{"feature": "place", "value": CITY}])
    warehouse.execute("create table features.scores as select ? as reasons", [reasons])
    assert findings_in_tables(warehouse, data, ["features"]) == [
        Finding("features.hidden.place", (CITY,)),
        Finding("features.hidden.route", (ZIP,)),
        Finding("features.scores.reasons", (CITY,)),
    ]


def in_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/categories.json", json.dumps([CITY]))


def in_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table tags (key text, value text)")
        database.execute("insert into tags values ('examples', ?)", [f"x,{CITY},y"])
        database.commit()


def in_booster(path: Path) -> None:
    """Train on a column of cities: XGBoost keeps the names of categories in the model."""
    places = pd.Categorical([CITY, "elsewhere"] * 20)
    matrix = xgboost.DMatrix(pd.DataFrame({"place": places}), label=np.tile([0.0, 1.0], 20), enable_categorical=True)
    xgboost.train({"max_depth": 1, "nthread": 1}, matrix, num_boost_round=1).save_model(path)


HIDDEN: dict[str, Callable[[Path], object]] = {
    "escaped.json": lambda path: path.write_text(json.dumps({"categories": ["a", SENTENCE]})),
    "quoted.json": lambda path: path.write_text(json.dumps({"prefixes": [ZIP]})),
    "table.csv": lambda path: path.write_text(f"id,place\n1,{CITY.title()}\n"),
    "prefix.csv": lambda path: path.write_text(f"id,route\n1,{ZIP}\n"),
    "card.html": lambda path: path.write_text("<td>Sant&#39;Ana do Livramento</td>"),
    "params.yaml": lambda path: path.write_text(f"worst: {CITY}\n"),
    "lines.txt": lambda path: path.write_text(f"seen before\n{RAW_LINE}\n"),
    "packed.json.gz": lambda path: path.write_bytes(gzip.compress(json.dumps([CITY]).encode())),
    "model.skops": in_zip,
    "mlflow.db": in_sqlite,
    "rows.parquet": lambda path: pd.DataFrame({"place": [CITY], "n": [1]}).to_parquet(path),
    "categories.npy": lambda path: np.save(path, np.array(["elsewhere", CITY])),
    "booster.ubj": in_booster,
    "booster.json": in_booster,
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_in_a_file_is_found(data: PersonalData, tmp_path: Path, name: str) -> None:
    (tmp_path / "below").mkdir()
    HIDDEN[name](tmp_path / "below" / name)
    [finding] = findings_in_folder(tmp_path, data)
    assert finding.place == f"below/{name}"


CLEAN: dict[str, Callable[[Path], object]] = {
    "metrics.json": lambda path: path.write_text('{"auc": 0.01310, "rows": 13100, "state": "RS"}'),
    "numbers.csv": lambda path: path.write_text("id,n\na,1310\nb,0.01310\nc,101310\n"),
    "card.html": lambda path: path.write_text("<p>Bom: the live city santana</p><td>1310</td>"),
    "picture.png": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "rows.parquet": lambda path: pd.DataFrame({"state": ["RS"], "n": [1310]}).to_parquet(path),
    "array.npy": lambda path: np.save(path, np.arange(5)),
    "empty.txt": lambda path: path.write_text(""),
}


@pytest.mark.parametrize("name", CLEAN)
def test_numbers_and_ordinary_words_are_nobodys(data: PersonalData, tmp_path: Path, name: str) -> None:
    CLEAN[name](tmp_path / name)
    assert findings_in_folder(tmp_path, data) == []
