"""Poisoned folders: what was known stays to the letter, what came later does not, and all of it loads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ecom_assets.point_in_time.poison import NothingToPoisonError, write_poisoned
from ecom_assets.point_in_time.raw_as_of import write_raw_as_of
from tests.unit.point_in_time.folders import file_bytes, loaded

DAYS = {"olist": date(2018, 1, 31), "retailrocket": date(2015, 7, 12)}


def poisoned(raw_dir: Path, out: Path, source: str, seed: int = 1) -> Path:
    write_poisoned(raw_dir, out, DAYS[source], source, seed=seed, max_rejected_share=0.0)
    return out


@pytest.mark.parametrize("source", DAYS)
def test_as_of_the_day_a_poisoned_folder_is_the_same(source: str, sample_raw_dir: Path, tmp_path: Path) -> None:
    """The shipping limit of an order that is not approved yet is derived from two later values, and so an exception."""
    poisoned(sample_raw_dir, tmp_path / "poisoned", source)
    tables = []
    for name, folder in (("clean", sample_raw_dir), ("cut", tmp_path / "poisoned")):
        write_raw_as_of(folder, tmp_path / name, DAYS[source], [source], max_rejected_share=0.0)
        tables.append(loaded(tmp_path / name, source))
    clean, cut = tables
    for table, frame in clean.items():
        dropped = []
        if table == "order_items":
            waiting = clean["orders"].loc[clean["orders"]["order_approved_at"].isna(), "order_id"]
            assert len(waiting) > 0
            dropped = ["shipping_limit_date"]
            limits = [items[~items["order_id"].isin(waiting)][dropped[0]].tolist() for items in (frame, cut[table])]
            assert limits[0] == limits[1]
        pd.testing.assert_frame_equal(frame.drop(columns=dropped), cut[table].drop(columns=dropped))


def test_what_came_later_is_nonsense_that_lies_later_still(sample_raw_dir: Path, tmp_path: Path) -> None:
    end = pd.Timestamp(DAYS["olist"]) + pd.Timedelta(days=1)
    poisoned(sample_raw_dir, tmp_path / "poisoned", "olist")
    before, after = (loaded(folder, "olist") for folder in (sample_raw_dir, tmp_path / "poisoned"))
    orders = before["orders"].merge(after["orders"], on="order_id", suffixes=("", "_after"), validate="1:1")
    assert len(orders) == len(before["orders"])
    later = orders["order_purchase_timestamp"] >= end
    assert (orders.loc[later, "order_purchase_timestamp_after"] >= end).all()
    assert (orders["customer_id"] == orders["customer_id_after"])[~later].all()
    assert (orders["customer_id"] != orders["customer_id_after"])[later].mean() > 0.9
    assert (orders["order_status"] != orders["order_status_after"])[~later].mean() > 0.5
    assert "canceled" in set(orders.loc[~later, "order_status_after"])
    delivered, drawn = orders["order_delivered_customer_date"], orders["order_delivered_customer_date_after"]
    unknown = ~later & ~(delivered < end)
    assert (drawn[unknown].isna() | (drawn[unknown] >= end)).all()
    assert 0 < drawn[unknown].isna().sum() < unknown.sum()
    reviews = before["order_reviews"].merge(
        after["order_reviews"], on=["review_id", "order_id"], how="outer", indicator=True
    )
    assert (reviews["_merge"] != "both").any()
    assert set(after["order_reviews"]["review_score"]) <= {1, 2, 3, 4, 5}


def test_later_events_and_properties_are_others(sample_raw_dir: Path, tmp_path: Path) -> None:
    end = int((pd.Timestamp(DAYS["retailrocket"]) + pd.Timedelta(days=1)).timestamp()) * 1000
    poisoned(sample_raw_dir, tmp_path / "poisoned", "retailrocket")
    before, after = (loaded(folder, "retailrocket") for folder in (sample_raw_dir, tmp_path / "poisoned"))
    for table, columns in (("events", ["visitorid", "itemid"]), ("item_properties", ["itemid", "property", "value"])):
        counts = [int((tables[table]["timestamp"] >= end).sum()) for tables in (before, after)]
        assert counts[0] == counts[1] > 0
        late = [tables[table].loc[tables[table]["timestamp"] >= end, columns] for tables in (before, after)]
        same = late[0].drop_duplicates().merge(late[1].drop_duplicates(), on=columns)
        assert len(same) < 0.2 * len(late[0].drop_duplicates()), table
    bought = after["events"]["event"] == "transaction"
    assert (after["events"]["transactionid"].notna() == bought).all()
    assert bought.mean() > 2 * (before["events"]["event"] == "transaction").mean()


@pytest.mark.parametrize("source", DAYS)
def test_equal_seeds_give_equal_bytes_and_other_seeds_others(source: str, sample_raw_dir: Path, tmp_path: Path) -> None:
    first, again, other = (
        file_bytes(poisoned(sample_raw_dir, tmp_path / name, source, seed))
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again
    assert first != other


def test_a_day_after_which_nothing_comes_is_refused(sample_raw_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToPoisonError, match=r"no row of orders in .* lies after 2018-12-31"):
        write_poisoned(sample_raw_dir, tmp_path / "out", date(2018, 12, 31), "olist", seed=1, max_rejected_share=0.0)
    assert not (tmp_path / "out").exists()
