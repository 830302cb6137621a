"""The landing folder as of a day: edges of each rule, cuts of cuts, and what does not change at all."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_assets.commands import raw_as_of as command
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.point_in_time.landed import FolderNotEmptyError
from ecom_assets.point_in_time.raw_as_of import NothingKnownError, write_raw_as_of
from ecom_assets.sample import write_sample
from ecom_assets.sample.window import Window
from tests.conftest import SAMPLE_SCALE, SAMPLE_SEED
from tests.fixtures.landing import write_table
from tests.unit.point_in_time.folders import file_bytes, loaded

OLIST, RETAILROCKET = SOURCES["olist"], SOURCES["retailrocket"]
DAY = date(2018, 3, 31)
LAST_SECOND, NEXT_MIDNIGHT = "2018-03-31 23:59:59", "2018-04-01 00:00:00"
Row = Mapping[str, str]


def land_olist(raw_dir: Path, orders: Sequence[Row], **children: Sequence[Row]) -> Path:
    """Write an Olist landing folder: the orders, and one row of their own in each child table unless given."""
    complete = [
        {
            "customer_id": f"customer_{row['order_id']}",
            "order_status": "canceled",
            "order_approved_at": "",
            "order_delivered_carrier_date": "",
            "order_delivered_customer_date": "",
            **row,
        }
        for row in orders
    ]
    of_order = [{"order_id": row["order_id"], "order_item_id": "1", "payment_sequential": "1"} for row in orders]
    rows: dict[str, Sequence[Row]] = {
        "orders": complete,
        "customers": [{"customer_id": row["customer_id"]} for row in complete],
        "order_items": of_order,
        "order_payments": of_order,
        "order_reviews": [{"order_id": row["order_id"], "review_answer_timestamp": LAST_SECOND} for row in orders],
    }
    for table in OLIST.tables:
        write_table(raw_dir / "olist", table, children.get(table.name, rows.get(table.name, [{}])))
    return raw_dir


def as_of(raw_dir: Path, out: Path, day: date = DAY, source: str = "olist") -> dict[str, pd.DataFrame]:
    """Return the tables as of a day, loaded again from the written folder."""
    write_raw_as_of(raw_dir, out, day, [source], max_rejected_share=0.0)
    return loaded(out, source)


def test_a_row_is_there_from_its_moment_on_and_its_children_with_it(tmp_path: Path) -> None:
    raw_dir = land_olist(
        tmp_path / "raw",
        [
            {"order_id": "inside", "order_purchase_timestamp": LAST_SECOND},
            {"order_id": "outside", "order_purchase_timestamp": NEXT_MIDNIGHT},
        ],
        order_items=[{"order_id": order, "order_item_id": "1"} for order in ("inside", "outside", "of no order")],
        order_reviews=[
            {"review_id": "answered", "order_id": "inside", "review_answer_timestamp": LAST_SECOND},
            {"review_id": "open", "order_id": "inside", "review_answer_timestamp": NEXT_MIDNIGHT},
            {"review_id": "before its order", "order_id": "outside", "review_answer_timestamp": LAST_SECOND},
        ],
    )
    known = as_of(raw_dir, tmp_path / "out")
    for table in ("orders", "order_items", "order_payments"):
        assert known[table]["order_id"].tolist() == ["inside"], table
    assert known["customers"]["customer_id"].tolist() == ["customer_inside"]
    assert known["order_reviews"]["review_id"].tolist() == ["answered"]
    for static in ("products", "sellers", "geolocation", "product_category_name_translation"):
        assert len(known[static]) == 1, static


def test_later_steps_are_blank_and_the_status_is_what_the_dates_say(tmp_path: Path) -> None:
    purchased = {"order_purchase_timestamp": "2018-03-01 10:00:00"}
    approved = {"order_approved_at": LAST_SECOND}
    shipped = {"order_delivered_carrier_date": LAST_SECOND}
    delivered = {"order_delivered_customer_date": LAST_SECOND}
    later = {
        "order_approved_at": NEXT_MIDNIGHT,
        "order_delivered_carrier_date": NEXT_MIDNIGHT,
        "order_delivered_customer_date": NEXT_MIDNIGHT,
    }
    raw_dir = land_olist(
        tmp_path / "raw",
        [
            {"order_id": "a_created", **purchased, **later},
            {"order_id": "b_processing", **purchased, **later, **approved},
            {"order_id": "c_shipped", **purchased, **later, **approved, **shipped},
            {"order_id": "d_delivered", **purchased, **later, **approved, **shipped, **delivered},
            {"order_id": "e_never_approved", **purchased, **shipped},
        ],
    )
    orders = as_of(raw_dir, tmp_path / "out")["orders"]
    assert orders["order_status"].tolist() == ["created", "processing", "shipped", "delivered", "shipped"]
    dates = orders[list(later)].notna().to_numpy().tolist()
    assert dates == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, True, True],
        [False, True, False],
    ]


def test_the_shipping_limit_counts_from_the_purchase_until_the_approval(tmp_path: Path) -> None:
    purchased = {"order_purchase_timestamp": "2018-03-30 10:00:00"}
    limit = {"order_item_id": "1", "shipping_limit_date": "2018-04-07 12:30:00"}
    raw_dir = land_olist(
        tmp_path / "raw",
        [
            {"order_id": "a_known", **purchased, "order_approved_at": LAST_SECOND},
            {"order_id": "b_unknown", **purchased, "order_approved_at": "2018-04-01 12:30:00"},
            {"order_id": "c_never", **purchased},
        ],
        order_items=[{"order_id": order, **limit} for order in ("a_known", "b_unknown", "c_never")],
    )
    limits = as_of(raw_dir, tmp_path / "out")["order_items"]["shipping_limit_date"]
    assert limits.astype(str).tolist() == ["2018-04-07 12:30:00", "2018-04-05 10:00:00", "2018-04-07 12:30:00"]


def test_events_and_properties_end_with_the_day_in_utc_and_every_file_keeps_its_name(tmp_path: Path) -> None:
    midnight = int(pd.Timestamp("2015-06-08").timestamp()) * 1000
    folder = tmp_path / "raw" / "retailrocket"
    moments = [{"timestamp": str(midnight - 1)}, {"timestamp": str(midnight)}]
    write_table(folder, RETAILROCKET.table("events"), moments)
    properties = RETAILROCKET.table("item_properties")
    write_table(folder, properties, moments)
    (folder / "item_properties_part1.csv").rename(folder / "item_properties_part2.csv")
    write_table(folder, properties, moments[1:])
    write_table(folder, RETAILROCKET.table("category_tree"), [{}])
    known = as_of(tmp_path / "raw", tmp_path / "out", date(2015, 6, 7), "retailrocket")
    assert known["events"]["timestamp"].tolist() == [midnight - 1]
    assert known["item_properties"]["timestamp"].tolist() == [midnight - 1]
    assert len(known["category_tree"]) == 1
    parts = [(tmp_path / "out" / "retailrocket" / f"item_properties_part{n}.csv").read_text() for n in (1, 2)]
    assert [len(part.splitlines()) for part in parts] == [1, 2]


def test_parts_and_archives_become_one_file_in_which_later_parts_have_won(tmp_path: Path) -> None:
    raw_dir = land_olist(tmp_path / "raw", [{"order_id": "a", "order_purchase_timestamp": "2018-03-01 10:00:00"}])
    folder = raw_dir / "olist"
    items = OLIST.table("order_items")
    write_table(folder, items, [{"order_id": "a", "order_item_id": "1", "price": "7.50"}], "_2018-03", compressed=True)
    sellers = folder / "olist_sellers_dataset.csv"
    with zipfile.ZipFile(folder / "sellers.zip", "w") as archive:
        archive.write(sellers, sellers.name)
    sellers.unlink()
    known = as_of(raw_dir, tmp_path / "out")
    assert [str(price) for price in known["order_items"]["price"]] == ["7.5"]
    assert len(known["sellers"]) == 1
    assert {path.name for path in (tmp_path / "out" / "olist").iterdir()} == {
        f"{stem}.csv" for table in OLIST.tables for stem in table.file_stems
    }


def test_an_optional_file_that_is_not_there_is_not_written(tmp_path: Path) -> None:
    raw_dir = land_olist(tmp_path / "raw", [{"order_id": "a", "order_purchase_timestamp": "2018-03-01 10:00:00"}])
    (raw_dir / "olist" / "olist_geolocation_dataset.csv").unlink()
    assert len(as_of(raw_dir, tmp_path / "out")["geolocation"]) == 0
    assert not (tmp_path / "out" / "olist" / "olist_geolocation_dataset.csv").exists()


# A carriage return alone ends a line for the loader's reader; inside of a text it comes with a line feed.
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6),
        st.sampled_from(["\r\n", "\n", '"', '""', ",", " ", "'", "\\", "NULL", "\ufeff", "#", ";"]),
    ),
    max_size=4,
).map("".join)


@settings(max_examples=8, deadline=None)
@given(
    titles=st.lists(TEXTS, min_size=10, max_size=30),
    price=st.decimals("0.01", "99999.99", places=2),
    latitude=st.floats(-90, 90, allow_subnormal=False),
)
def test_every_value_is_read_again_as_it_was_read_before(titles: list[str], price: object, latitude: float) -> None:
    with TemporaryDirectory() as folder:
        raw_dir = land_olist(
            Path(folder) / "raw",
            [{"order_id": "a", "order_purchase_timestamp": "2018-03-01 10:00:00"}],
            order_items=[{"order_id": "a", "order_item_id": "1", "price": str(price)}],
            order_reviews=[
                {
                    "review_id": str(number),
                    "order_id": "a",
                    "review_comment_title": title,
                    "review_comment_message": title[::-1],
                    "review_answer_timestamp": LAST_SECOND,
                }
                for number, title in enumerate(titles)
            ],
            geolocation=[{"geolocation_lat": repr(latitude)}],
        )
        before = loaded(raw_dir, "olist")
        after = as_of(raw_dir, Path(folder) / "out")
    for table in ("order_items", "order_reviews", "geolocation"):
        pd.testing.assert_frame_equal(before[table], after[table])


@pytest.mark.parametrize(
    ("source", "first", "last"),
    [("olist", date(2017, 1, 31), date(2018, 10, 31)), ("retailrocket", date(2015, 5, 10), date(2015, 9, 20))],
)
def test_a_cut_of_a_cut_is_the_earlier_cut(
    source: str, first: date, last: date, sample_raw_dir: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    for number in range(3):
        days = sorted(rng.choice((last - first).days, size=2, replace=False).tolist())
        earlier, later = (first + timedelta(days=day) for day in days)
        outs = [tmp_path / f"{name}_{number}" for name in ("direct", "later", "twice")]
        write_raw_as_of(sample_raw_dir, outs[0], earlier, [source], max_rejected_share=0.0)
        write_raw_as_of(sample_raw_dir, outs[1], later, [source], max_rejected_share=0.0)
        write_raw_as_of(outs[1], outs[2], earlier, [source], max_rejected_share=0.0)
        assert file_bytes(outs[0]) == file_bytes(outs[2]), (earlier, later)


@pytest.mark.parametrize(("source", "day"), [("olist", date(2018, 12, 31)), ("retailrocket", date(2015, 9, 18))])
def test_at_the_end_of_time_only_the_status_differs_and_rows_keep_their_order(
    source: str, day: date, sample_raw_dir: Path, tmp_path: Path
) -> None:
    before = loaded(sample_raw_dir, source, is_ordered=True)
    write_raw_as_of(sample_raw_dir, tmp_path / "out", day, [source], max_rejected_share=0.0)
    after = loaded(tmp_path / "out", source, is_ordered=True)
    for table, frame in before.items():
        status = ["order_status"] if table == "orders" else []
        pd.testing.assert_frame_equal(frame.drop(columns=status), after[table].drop(columns=status))
    if source == "olist":
        orders, known = before["orders"]["order_status"], after["orders"]["order_status"]
        assert set(known) <= {"created", "processing", "shipped", "delivered"}
        assert (known[orders == "delivered"] == "delivered").mean() > 0.99


@pytest.mark.parametrize(
    ("source", "day"),
    [("olist", date(2017, 9, 30)), ("olist", date(2018, 4, 17)), ("retailrocket", date(2015, 7, 12))],
)
def test_a_sample_as_of_a_day_is_the_sample_written_until_that_day(
    source: str, day: date, sample_raw_dir: Path, tmp_path: Path
) -> None:
    """The sample knows when an order was settled, and shows products and sellers from their first sale on."""
    known = as_of(sample_raw_dir, tmp_path / "cut", day, source)
    write_sample(tmp_path / "until", scale=SAMPLE_SCALE, seed=SAMPLE_SEED, sources=[source], window=Window(until=day))
    until = loaded(tmp_path / "until", source)
    sold = {"products": "product_id", "sellers": "seller_id"}
    for table, frame in until.items():
        found = known[table]
        if table == "orders":
            settled = frame["order_status"].isin(["canceled", "unavailable", "invoiced", "approved"])
            # A few delivered orders lack the date of it; nobody can tell from the files when they were.
            settled |= (frame["order_status"] == "delivered") & frame["order_delivered_customer_date"].isna()
            assert (frame["order_status"] == found["order_status"])[~settled].all()
            frame, found = frame.drop(columns="order_status"), found.drop(columns="order_status")
        if table in sold:
            items = set(known["order_items"][sold[table]])
            found = found[found[sold[table]].isin(items)].reset_index(drop=True)
        # A column of whole numbers in which some are missing has another type than a complete one.
        pd.testing.assert_frame_equal(frame.convert_dtypes(), found.convert_dtypes())


def test_a_folder_that_holds_something_stays_as_it_is(sample_raw_dir: Path, tmp_path: Path) -> None:
    kept = tmp_path / "out" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(FolderNotEmptyError, match="is not empty; name a new or empty folder"):
        write_raw_as_of(sample_raw_dir, kept.parent, DAY, ["olist"], max_rejected_share=0.0)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.txt"]
    kept.unlink()
    write_raw_as_of(sample_raw_dir, kept.parent, DAY, ["olist"], max_rejected_share=0.0)
    assert [path.name for path in kept.parent.iterdir()] == ["olist"]


def test_a_day_before_the_first_row_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    raw_dir = land_olist(
        tmp_path / "raw",
        [{"order_id": "a", "order_purchase_timestamp": "2018-03-01 10:00:00"}],
        order_reviews=[{"order_id": "a", "review_answer_timestamp": "2018-03-20 10:00:00"}],
    )
    message = r"raw_olist\.order_reviews of .* had no row yet; ask for 2018-03-20 or a later day"
    with pytest.raises(NothingKnownError, match=message):
        write_raw_as_of(raw_dir, tmp_path / "out", date(2018, 3, 19), ["olist"], max_rejected_share=0.0)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
    write_raw_as_of(raw_dir, tmp_path / "out", date(2018, 3, 20), ["olist"], max_rejected_share=0.0)


def test_the_command_lists_what_it_wrote_and_says_what_it_could_not(
    sample_raw_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_RAW_DIR", str(sample_raw_dir))
    monkeypatch.setenv("ECOM_SOURCES", "retailrocket")
    asked = ["--as-of", "2015-06-30", "--out", str(tmp_path / "out")]
    assert command.main(asked) == 0
    written = capsys.readouterr().out
    assert f"rows  {tmp_path}/out/retailrocket/events.csv" in written
    assert command.main(asked) == 2
    assert "error:" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["--as-of", "June", "--out", str(tmp_path)])
    assert "'June' is not a day like 2018-03-31" in capsys.readouterr().err


def test_compressed_files_are_read_too(sample_raw_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "retailrocket"
    folder.mkdir(parents=True)
    for path in (sample_raw_dir / "retailrocket").iterdir():
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    day = date(2015, 6, 30)
    write_raw_as_of(tmp_path / "raw", tmp_path / "packed", day, ["retailrocket"], max_rejected_share=0.0)
    write_raw_as_of(sample_raw_dir, tmp_path / "plain", day, ["retailrocket"], max_rejected_share=0.0)
    assert file_bytes(tmp_path / "packed") == file_bytes(tmp_path / "plain")
