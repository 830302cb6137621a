"""The folder of the look-up, as the asset writes it: whole, without what is about persons, bounded."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from pydantic import ValidationError

from ml_assets.churn.questions import CHURN_OLIST_CUSTOMERS
from ml_assets.classification.family import QuestionFamily
from ml_assets.contract import FILES_RESOURCE, WAREHOUSE_RESOURCE
from ml_assets.late_delivery.questions import LATE_DELIVERY_PURCHASE
from ml_assets.lookup.assets import LOOKUP_ASSET, LookupConfig, build_lookup_asset
from ml_assets.lookup.rows import looked_up
from ml_assets.lookup.site import Kind, write_lookup
from ml_assets.lookup.subjects import KINDS, column_words, subjects_of
from ml_assets.predictions import DECLARED_TABLES, PREDICTION_TABLES
from tests.fixtures.question_home import QuestionHome
from tests.unit.lookup.made import CHURN, LATE, churn, reasons
from tests.unit.reports.test_card import Reader

FAMILIES = [QuestionFamily(CHURN_OLIST_CUSTOMERS), QuestionFamily(LATE_DELIVERY_PURCHASE)]


@pytest.fixture
def home(tmp_path: Path, store_file: Path) -> QuestionHome:
    return QuestionHome.new(tmp_path, store_file)


def put(home: QuestionHome, rows: pd.DataFrame) -> None:
    home.warehouse.replace(CHURN.name, rows, CHURN.key)


def write(home: QuestionHome, **config: object) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [build_lookup_asset(FAMILIES, "pool", "v1")],
        resources={WAREHOUSE_RESOURCE: home.warehouse, FILES_RESOURCE: home.files},
        run_config={"ops": {"ml__score_lookup": {"config": config}}},
    )


def test_who_was_scored_is_on_the_page_and_in_the_files(home: QuestionHome) -> None:
    put(home, churn(("<a>", "2018-05-31", 0.9, "high"), told=reasons(("size</script>", 3, 0.5))))
    result = write(home)
    [event] = result.get_asset_materialization_events()
    shown = event.materialization.metadata
    assert shown["page"].value == "http://reports.test/lookup/index.html"
    assert shown["kinds"].value == {"customer": "1 customer, 1 score", "order": "no order was scored"}
    [data] = (home.files.lookup / "data").rglob("*.js")
    assert data.relative_to(home.files.lookup).as_posix() == "data/customer/0.js"
    assert shown["bytes"].value == data.stat().st_size
    page = (home.files.lookup / "index.html").read_text(encoding="utf-8")
    read = Reader(page)
    assert "Customer: 1 customer, 1 score" in read.text
    # The two scripts are the page's own: what it is told, and what reads that.
    assert read.tags["script"] == 2
    assert "</script>" not in page.split('id="catalogue">')[1].split("\n")[0].removesuffix("</script>")
    catalogue = json.loads(page.split('id="catalogue">')[1].split("</script>")[0])
    [kind] = catalogue["kinds"]
    assert (kind["kind"], kind["folder"], kind["files"]) == ("customer", "data/customer", 1)
    table = kind["tables"][CHURN.model]
    assert table["question"] == CHURN_OLIST_CUSTOMERS.words
    assert table["features"] == ["size</script>"]
    assert 'href="lookup/index.html"' in home.files.index.read_text(encoding="utf-8")


def test_it_is_written_anew_and_nothing_of_before_stays(home: QuestionHome) -> None:
    put(home, churn(("a", "2018-05-31", 0.9, "high")))
    write(home)
    home.warehouse.delete(CHURN.name, "true")
    put(home, churn(("b", "2018-05-31", 0.9, "high")))
    write(home)
    [data] = (home.files.lookup / "data").rglob("*.js")
    assert '"b"' in data.read_text()
    assert '"a"' not in data.read_text()


def test_without_any_score_the_page_says_so(home: QuestionHome) -> None:
    assert write(home).success
    assert "Nobody was scored yet" in (home.files.lookup / "index.html").read_text(encoding="utf-8")
    assert not (home.files.lookup / "data").exists()


def test_history_that_has_no_room_is_counted(tmp_path: Path) -> None:
    [subject, *_] = subjects_of(PREDICTION_TABLES)
    table = looked_up(CHURN, churn(*[(name, f"2018-0{month}-28", 0.5, "low") for name in "ab" for month in (1, 2, 3)]))
    kind = Kind(subject, [table], {CHURN.model: "Will they stay away?"})
    for room, words in ((0, "2 customers, 2 scores; 4 earlier scores had no room"), (10**6, "2 customers, 6 scores")):
        [written] = write_lookup(tmp_path / "lookup", [kind], room)
        assert written.words == words
        assert words in Reader((tmp_path / "lookup" / "index.html").read_text()).text


def test_the_room_must_be_some(home: QuestionHome) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        write(home, most_megabytes="all")
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        LookupConfig(most_megabytes=0)


def test_every_table_with_one_answer_a_row_is_looked_up() -> None:
    subjects = subjects_of(PREDICTION_TABLES)
    assert [subject.kind for subject in subjects] == ["customer", "seller", "visitor", "order"]
    assert {table.model for subject in subjects for table in subject.tables} == {
        table.model for table in DECLARED_TABLES.values() if table.listed is None
    }
    assert set(KINDS.values()) == {subject.kind for subject in subjects}


def test_columns_are_told_in_words_without_their_format() -> None:
    words = column_words(LATE)
    assert words["reasons"].startswith("the at most 3 columns that move the score most")
    assert list(words) == [
        "score",
        "band",
        "reasons",
        "delivery_days_low",
        "delivery_days_median",
        "delivery_days_high",
    ]


def test_the_asset_stands_behind_all_scores() -> None:
    [spec] = build_lookup_asset(FAMILIES, "pool", "v1").specs
    assert spec.key == LOOKUP_ASSET
    assert {dep.asset_key.path[-1] for dep in spec.deps} == {f"{family.name}_scores" for family in FAMILIES}
