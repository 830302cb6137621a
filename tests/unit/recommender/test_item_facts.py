"""Facts of items: the newest known on a day, by item number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.recommender.item_facts import ITEMS_TABLE, facts_of, read_item_facts

ROWS = pd.DataFrame(
    [
        ("10", "2015-06-14", "c7", True),
        ("10", "2015-06-21", "c10", False),
        ("10", "2015-06-28", "c7", True),
        # Not seen lately.
        ("11", "2015-06-14", "c7", False),
        # Known without properties.
        ("12", "2015-06-21", None, None),
        # A fact that was known once is not filled forward where the newest row has none.
        ("13", "2015-06-14", "c7", False),
        ("13", "2015-06-21", None, None),
    ],
    columns=["item_id", "as_of_date", "category_id", "is_available"],
).assign(as_of_date=lambda frame: pd.to_datetime(frame["as_of_date"]))


@pytest.fixture
def warehouse(tmp_path: object) -> Iterator[DuckDBWarehouse]:
    found = DuckDBWarehouse(path=f"{tmp_path}/warehouse.duckdb")
    found.replace(ITEMS_TABLE, ROWS.assign(views_last_7_days=1), key=["item_id", "as_of_date"])
    yield found


@pytest.mark.parametrize(
    ("as_of", "is_available", "category"),
    [
        (date(2015, 6, 13), [True] * 5, [-1] * 5),
        (date(2015, 6, 20), [True, True, False, True, False], [-1, 0, 0, -1, 0]),
        (date(2015, 6, 21), [True, False, False, True, True], [-1, 0, 1, -1, -1]),
        (date(2015, 6, 27), [True, False, False, True, True], [-1, 0, 1, -1, -1]),
        (date(2030, 1, 1), [True, True, False, True, True], [-1, 0, 0, -1, -1]),
    ],
    ids=lambda value: value.isoformat() if isinstance(value, date) else "",
)
def test_the_newest_row_until_the_day_tells(
    warehouse: DuckDBWarehouse, as_of: date, is_available: list[bool], category: list[int]
) -> None:
    found = read_item_facts(warehouse, np.array([9, 10, 11, 12, 13], dtype=np.int32), as_of)
    assert found.is_available.tolist() == is_available
    assert found.is_available.dtype == np.bool_
    assert found.category.tolist() == category
    assert found.category.dtype == np.int64


def test_rows_may_come_in_any_order_and_ids_as_texts() -> None:
    for order in ([0, 1, 2, 3, 4, 5, 6], [6, 2, 5, 1, 4, 0, 3]):
        found = facts_of(ROWS.iloc[order], ["11", "10"])
        assert found.is_available.tolist() == [False, True]
        assert found.category.tolist() == [0, 0]


def test_without_properties_all_are_available_and_without_category() -> None:
    found = facts_of(ROWS.iloc[:0], [10, 11])
    assert found.is_available.tolist() == [True, True]
    assert found.category.tolist() == [-1, -1]
    assert len(facts_of(ROWS, []).category) == 0
