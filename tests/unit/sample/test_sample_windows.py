"""Deliveries up to a day and further ones next to them: what was known when, and that the parts make up the whole."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ecom_assets.ingestion.sources.olist import OLIST
from ecom_assets.sample.olist.as_of import STATIC, implied_status, news
from ecom_assets.sample.olist.tables import raw_tables
from ecom_assets.sample.olist.write import delivered_tables
from ecom_assets.sample.window import EVERYTHING, Window
from tests.unit.sample.worlds import world

Tables = dict[str, pd.DataFrame]
KEYS = {table.name: list(table.key) for table in OLIST.tables}
CUTS = [date(2017, 1, 31), date(2017, 11, 24), date(2018, 5, 31), date(2018, 9, 30)]


def delivered(window: Window, scenario: str = "marketplace") -> Tables:
    config, market = world(0.02, 5, scenario)
    return delivered_tables(raw_tables(config, market), market, window)


def landed(*deliveries: Tables) -> Tables:
    """Return what the loader makes of deliveries: rows of the same key win over earlier ones."""
    names = {name for delivery in deliveries for name in delivery}
    return {
        name: pd.concat([delivery[name] for delivery in deliveries if name in delivery]).drop_duplicates(
            KEYS[name], keep="last"
        )
        if KEYS[name]
        else pd.concat([delivery[name] for delivery in deliveries if name in delivery])
        for name in names
    }


def assert_equal_rows(left: Tables, right: Tables) -> None:
    assert left.keys() == right.keys()
    for name, frame in left.items():
        by = KEYS[name] or list(frame.columns)
        pd.testing.assert_frame_equal(
            frame.sort_values(by).reset_index(drop=True), right[name].sort_values(by).reset_index(drop=True)
        )


# -- windows -----------------------------------------------------------------------------------------------------


def test_a_window_ends_with_its_last_day_and_names_further_files_by_it() -> None:
    window = Window(date(2018, 6, 1), date(2018, 6, 30))
    assert window.since == np.datetime64("2018-06-01T00:00:00")
    assert window.before == np.datetime64("2018-07-01T00:00:00")
    assert window.file_name("olist_orders_dataset") == "olist_orders_dataset_2018-06-30.csv"
    assert Window(until=date(2018, 6, 30)).file_name("events") == "events.csv"
    assert EVERYTHING.since is None
    assert EVERYTHING.before is None


def test_a_further_delivery_needs_an_end_after_its_start() -> None:
    with pytest.raises(ValueError, match="needs the date until which it goes"):
        Window(start=date(2018, 6, 1))
    with pytest.raises(ValueError, match="from 2018-06-02 cannot end on 2018-06-01"):
        Window(date(2018, 6, 2), date(2018, 6, 1))
    Window(date(2018, 6, 1), date(2018, 6, 1))


# -- parts and the whole -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["marketplace", "loyal"])
@pytest.mark.parametrize("cut", CUTS)
def test_base_and_further_delivery_are_one_long_run(cut: date, scenario: str) -> None:
    until = date(2018, 10, 29)
    base = delivered(Window(until=cut), scenario)
    further = delivered(Window(cut + pd.Timedelta(days=1).to_pytimedelta(), until), scenario)
    assert_equal_rows(landed(base, further), delivered(Window(until=until), scenario))


def test_many_small_deliveries_are_one_long_run() -> None:
    ends = [date(2018, month, 28) for month in range(1, 9)]
    parts = [delivered(Window(until=ends[0]))]
    parts += [delivered(Window(a + pd.Timedelta(days=1).to_pytimedelta(), b)) for a, b in itertools.pairwise(ends)]
    assert_equal_rows(landed(*parts), delivered(Window(until=ends[-1])))


def test_the_last_day_of_the_world_is_the_whole_of_it() -> None:
    assert_equal_rows(delivered(Window(until=date(2018, 10, 29))), delivered(EVERYTHING))


def test_a_further_delivery_holds_changed_rows_but_nothing_static_and_nothing_twice() -> None:
    base = delivered(Window(until=date(2018, 5, 31)))
    further = delivered(Window(date(2018, 6, 1), date(2018, 6, 30)))
    assert not set(further) & set(STATIC)
    assert set(STATIC) & set(base)
    known = base["orders"].set_index("order_id")
    again = further["orders"][further["orders"]["order_id"].isin(known.index)].set_index("order_id")
    # An order comes again because something happened to it: a date more, or a final status.
    dates = ["order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date"]
    before = known.loc[again.index]
    changed = (before[dates].isna() & again[dates].notna()).any(axis="columns")
    changed |= before["order_status"] != again["order_status"]
    assert len(again) > 10
    assert changed.all()
    assert not set(further["customers"]["customer_id"]) & set(base["customers"]["customer_id"])


@pytest.mark.parametrize("cut", CUTS)
def test_keys_resolve_at_any_cut(cut: date) -> None:
    tables = delivered(Window(until=cut))
    orders = set(tables["orders"]["order_id"])
    assert set(tables["order_items"]["order_id"]) <= orders
    assert set(tables["order_payments"]["order_id"]) <= orders
    assert set(tables["order_reviews"]["order_id"]) <= orders
    assert set(tables["customers"]["customer_id"]) == set(tables["orders"]["customer_id"])
    assert set(tables["order_items"]["product_id"]) == set(tables["products"]["product_id"])
    assert set(tables["order_items"]["seller_id"]) == set(tables["sellers"]["seller_id"])


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_of_later_days_is_known(cut: date) -> None:
    tables = delivered(Window(until=cut))
    end = pd.Timestamp(cut) + pd.Timedelta(days=1)
    orders = tables["orders"]
    for column in ("order_purchase_timestamp", "order_approved_at", "order_delivered_carrier_date"):
        assert orders[column].max() < end
    assert orders["order_delivered_customer_date"].max() < end
    assert tables["order_reviews"]["review_answer_timestamp"].max() < end
    _, market = world(0.02, 5)
    final = market.orders.set_index("order_id").loc[orders["order_id"]]
    under_way = (final["delivered"] >= end).to_numpy() & (final["carrier"] < end).to_numpy()
    assert under_way.any() == (cut < date(2018, 9, 1))
    assert set(orders["order_status"][under_way]) <= {"shipped"}
    # A limit that counts from an approval yet to come would give it away.
    unapproved = orders.loc[(final["approved"] >= end).to_numpy(), "order_id"]
    items = tables["order_items"][tables["order_items"]["order_id"].isin(unapproved)]
    whole = delivered(EVERYTHING)["order_items"].set_index(["order_id", "order_item_id"])["shipping_limit_date"]
    now = items.set_index(["order_id", "order_item_id"])["shipping_limit_date"]
    wait = (final["approved"] - final["purchased"]).loc[now.index.get_level_values("order_id")].to_numpy()
    assert (whole.loc[now.index].to_numpy() - now.to_numpy() == wait).all()


def test_a_status_is_implied_until_it_is_settled() -> None:
    moment = np.datetime64("2018-05-10", "s")
    day = [pd.Timestamp(f"2018-05-{number:02d}") for number in range(1, 20)]
    orders = pd.DataFrame(
        {
            "approved": [day[14], day[2], day[2], day[2], day[2], day[2]],
            "carrier": [day[15], day[12], day[4], day[4], pd.NaT, pd.NaT],
            "delivered": [day[16], day[13], day[12], day[6], pd.NaT, pd.NaT],
            "settled": [day[16], day[13], day[12], day[6], day[8], day[12]],
            "status": ["delivered", "delivered", "delivered", "delivered", "canceled", "unavailable"],
        }
    )
    expected = ["created", "processing", "shipped", "delivered", "canceled", "processing"]
    assert implied_status(orders, moment).tolist() == expected


def test_news_are_rows_that_are_new_or_changed() -> None:
    earlier = pd.DataFrame({"key": [1, 2, 3], "value": ["a", None, "c"]})
    later = pd.DataFrame({"key": [4, 3, 2, 1], "value": ["d", "C", None, "a"]})
    assert news(earlier, later).to_dict("list") == {"key": [4, 3], "value": ["d", "C"]}
    assert news(earlier, earlier).empty
    assert len(news(earlier.iloc[:0], later)) == 4
