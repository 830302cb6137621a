"""The marts in pandas on hand-made frames, and the comparison that holds them against SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from benchmarks.pipeline.marts import different_rows
from benchmarks.pipeline.pandas_marts import fct_orders, fct_sessions, sales_monthly, seller_performance


def at(*times: str | None) -> pd.Series:
    return pd.Series([pd.NaT if time is None else pd.Timestamp(time) for time in times], dtype="datetime64[ns]")


@pytest.fixture
def olist() -> dict[str, pd.DataFrame]:
    """Return two orders of one person, the later one first, and a canceled one of another."""
    return {
        "orders": pd.DataFrame(
            {
                "order_id": ["o2", "o1", "o3"],
                "customer_id": ["c2", "c1", "c3"],
                "order_status": ["shipped", "delivered", "canceled"],
                "purchased_at": at("2018-03-02 10:00", "2018-03-01 09:00", "2018-04-05 00:00"),
                "approved_at": at("2018-03-02 11:00", None, None),
                # Handed over on the day before its approval: no handling.
                "handed_over_at": at("2018-03-01 23:00", "2018-03-04 08:00", None),
                "delivered_at": at(None, "2018-03-11 00:30", None),
                "estimated_delivery_date": at("2018-03-20", "2018-03-10", "2018-04-20"),
            }
        ),
        "customers": pd.DataFrame(
            {
                "customer_id": ["c1", "c2", "c3"],
                "customer_unique_id": ["ana", "ana", "bea"],
                "customer_state": ["SP", "SP", "RJ"],
            }
        ),
        "order_items": pd.DataFrame(
            {
                "order_id": ["o1", "o1", "o2"],
                "product_id": ["p1", "p2", "p3"],
                "seller_id": ["s1", "s1", "s1"],
                "price_cents": [1000, 250, 400],
                "freight_value_cents": [100, 50, 30],
            }
        ),
        "order_payments": pd.DataFrame({"order_id": ["o1", "o1"], "payment_cents": [1000, 405]}),
        "order_reviews": pd.DataFrame(
            {
                "order_id": ["o1", "o1"],
                "review_id": ["r1", "r2"],
                "review_score": [1, 4],
                "created_at": at("2018-03-12", "2018-03-12"),
                "answered_at": at("2018-03-13", "2018-03-14"),
            }
        ),
        "products": pd.DataFrame({"product_id": ["p1", "p2", "p3"], "product_category_name": ["casa", "jogos", None]}),
        "translations": pd.DataFrame({"product_category_name": ["casa"], "product_category_name_english": ["home"]}),
        "observation_windows": pd.DataFrame({"complete_until": at("2018-03-31")}),
    }


def test_orders_carry_their_sums_and_their_place_in_the_life_of_the_person(olist: dict[str, pd.DataFrame]) -> None:
    orders = fct_orders(olist).set_index("order_id")
    assert orders["customer_order_number"].to_dict() == {"o1": 1, "o2": 2, "o3": 1}
    assert orders["is_repeat"].to_dict() == {"o1": False, "o2": True, "o3": False}
    first = orders.loc["o1"]
    assert (first["item_count"], first["seller_count"], first["items_value_cents"]) == (2, 1, 1250)
    assert (first["payments_value_cents"], first["payment_difference_cents"]) == (1405, 5)
    assert (first["promised_days"], first["delivery_days"], first["is_late"]) == (9, 10, True)
    open_order = orders.loc["o2"]
    assert pd.isna(open_order["is_late"])
    assert pd.isna(open_order["delivery_days"])
    assert (open_order["has_payments"], open_order["payment_difference_cents"]) == (False, -430)
    assert (orders.loc["o3", "has_items"], orders.loc["o3", "is_sale"]) == (False, False)


def test_monthly_sales_count_an_order_in_each_of_its_categories(olist: dict[str, pd.DataFrame]) -> None:
    months = sales_monthly(olist).set_index("product_category")
    assert months["order_count"].to_dict() == {"home": 1, "jogos": 1, "unknown": 1}
    assert months["revenue_cents"].to_dict() == {"home": 1000, "jogos": 250, "unknown": 400}
    assert set(months["customer_state"]) == {"SP"}
    assert months["is_complete_month"].all()
    olist["observation_windows"] = pd.DataFrame({"complete_until": at("2018-03-30")})
    assert not sales_monthly(olist)["is_complete_month"].any()


def test_a_seller_is_judged_by_what_has_happened(olist: dict[str, pd.DataFrame]) -> None:
    [month] = seller_performance(olist).to_dict("records")
    assert (month["order_count"], month["item_count"], month["revenue_cents"]) == (2, 3, 1650)
    assert (month["delivered_order_count"], month["late_order_count"], month["late_share"]) == (1, 1, 1.0)
    # The review answered last counts; three days of handling and none.
    assert (month["reviewed_order_count"], month["mean_review_score"], month["mean_handling_days"]) == (1, 4.0, 1.5)


def test_sessions_end_after_half_an_hour_of_silence() -> None:
    rows = [
        ("v1", "i1", None, "view", "2015-05-03 10:00:00.000", 2),
        # The same event twice.
        ("v1", "i1", None, "view", "2015-05-03 10:00:00.000", 3),
        ("v1", "i2", None, "addtocart", "2015-05-03 10:30:00.000", 4),
        ("v1", "i2", "t1", "transaction", "2015-05-03 11:00:00.001", 5),
        ("v2", "i1", None, "view", "2015-05-03 10:01:00.000", 6),
    ]
    names = ["visitor_id", "item_id", "transaction_id", "event_type", "occurred_at", "line_number"]
    events = pd.DataFrame(rows, columns=names).assign(file_name="events.csv")
    events["occurred_at"] = pd.to_datetime(events["occurred_at"])
    sessions = fct_sessions({"events": events}).set_index(["visitor_id", "session_number"])
    assert sessions["event_count"].to_dict() == {("v1", 1): 2, ("v1", 2): 1, ("v2", 1): 1}
    assert sessions["furthest_stage"].to_dict() == {("v1", 1): "cart", ("v1", 2): "purchase", ("v2", 1): "view"}
    assert sessions["session_id"].iloc[0] == "v1-1430647200000"
    assert sessions["item_count"].to_dict() == {("v1", 1): 2, ("v1", 2): 1, ("v2", 1): 1}
    assert sessions["duration_seconds"].to_dict() == {("v1", 1): 1800.0, ("v1", 2): 0.0, ("v2", 1): 0.0}
    assert sessions["transaction_count"].to_dict() == {("v1", 1): 0, ("v1", 2): 1, ("v2", 1): 0}


@pytest.mark.parametrize(
    ("cents", "is_late", "expected"),
    [
        ([150, 250], [True, None], 0),
        # One row differs: it stands on one side as it is there, and on the other as it is here.
        ([150, 251], [True, None], 2),
        ([150, 250], [True, False], 2),
        ([150], [True], 1),
    ],
)
def test_rows_are_compared_one_by_one(
    tmp_path: Path, cents: list[int], is_late: list[bool | None], expected: int
) -> None:
    frame = pd.DataFrame({"value_cents": cents, "is_late": pd.array(is_late, dtype="boolean"), "unused": "x"})
    frame.to_parquet(tmp_path / "mart.parquet")
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.some (value decimal(18, 2), is_late boolean)")
        connection.execute("insert into marts.some values (1.50, true), (2.50, null)")
        assert different_rows(connection, "marts.some", tmp_path / "mart.parquet") == expected


def test_a_column_that_pandas_lacks_is_named(tmp_path: Path) -> None:
    pd.DataFrame({"value_cents": [1]}).to_parquet(tmp_path / "mart.parquet")
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.some as select 0.01 as value, true as is_late")
        with pytest.raises(RuntimeError, match="lacks the column is_late"):
            different_rows(connection, "marts.some", tmp_path / "mart.parquet")
