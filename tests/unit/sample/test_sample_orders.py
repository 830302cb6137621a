"""Orders of the sample: calendar, people, status and dates, delivery, money, reviews.

Expected shares are those of the original files.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.olist.assemble import build_marketplace
from ecom_assets.sample.olist.tables import raw_tables
from tests.unit.sample.written import Written

# 4,972 orders: five percent of 99,441.
ORDERS = 4_972


def days(later: pd.Series, earlier: pd.Series) -> pd.Series:
    return (later - earlier).dt.total_seconds() / 86_400


# -- calendar ----------------------------------------------------------------------------------------------------


def test_purchases_span_the_official_range(medium: Written) -> None:
    purchased = medium.orders()["purchased"]
    assert str(purchased.min()) == "2016-09-04 21:15:19"
    assert str(purchased.max()) == "2018-10-17 17:30:18"


def test_the_marketplace_grows_sleeps_in_november_2016_and_dies_at_the_end_of_august_2018(medium: Written) -> None:
    purchased = medium.orders()["purchased"]
    month = purchased.dt.to_period("M").astype(str).value_counts()
    assert "2016-11" not in month
    assert month.get("2016-12", 0) <= 2
    assert month["2017-01"] < 0.2 * month["2018-01"]
    assert 0.05 < month["2018-08"] / ORDERS < 0.08
    live = ((purchased >= "2018-08-01") & (purchased < "2018-08-23")).sum() / 22
    dying = ((purchased >= "2018-08-24") & (purchased < "2018-08-29")).sum() / 5
    dead = (purchased >= "2018-08-31").sum()
    assert live == pytest.approx(0.05 * 270, rel=0.2)
    assert 0.1 < dying / live < 0.55
    assert 2 <= dead <= 6


def test_black_friday_is_the_busiest_day_by_far(medium: Written) -> None:
    day = medium.orders()["purchased"].dt.date.value_counts()
    assert str(day.index[0]) == "2017-11-24"
    assert 0.008 < day.iloc[0] / ORDERS < 0.018


def test_nights_and_weekends_are_quieter(medium: Written) -> None:
    purchased = medium.orders()["purchased"]
    hour = purchased.dt.hour.value_counts(normalize=True).sort_index()
    assert hour.loc[2:5].sum() < 0.02
    assert hour.loc[10:22].sum() == pytest.approx(0.80, abs=0.03)
    assert (purchased.dt.dayofweek >= 5).mean() == pytest.approx(0.232, abs=0.03)


# -- people ------------------------------------------------------------------------------------------------------


def test_each_order_has_a_customer_record_of_its_own_and_few_people_come_back(medium: Written) -> None:
    customers = medium.olist("customers")
    orders = medium.orders()
    assert set(customers["customer_id"]) == set(orders["customer_id"])
    per_person = customers["customer_unique_id"].value_counts()
    # 96,096 people to 99,441 orders; who comes back is drawn, so neither count is exact.
    assert len(per_person) == pytest.approx(4_805, rel=0.005)
    assert len(orders) == pytest.approx(ORDERS, rel=0.015)
    assert (per_person > 1).mean() == pytest.approx(0.031, abs=0.004)
    assert per_person.max() >= 3


def test_a_quarter_of_the_repeat_orders_is_a_split_basket(medium: Written) -> None:
    merged = medium.orders().merge(medium.olist("customers"), on="customer_id").sort_values("purchased")
    gap = days(merged["purchased"], merged.groupby("customer_unique_id")["purchased"].shift()).dropna()
    # 3,345 in the original; a Poisson count, nearly.
    assert len(gap) == pytest.approx(167, abs=4 * 167**0.5)
    assert (gap < 1).mean() == pytest.approx(0.28, abs=0.09)
    assert (gap == 0).any()
    assert 15 < gap[gap >= 1].median() < 110


def test_identifiers_look_like_md5(small: Written) -> None:
    for name, columns in {
        "orders": ["order_id", "customer_id"],
        "customers": ["customer_unique_id"],
        "products": ["product_id"],
        "sellers": ["seller_id"],
        "order_reviews": ["review_id"],
    }.items():
        for column in columns:
            assert small.olist(name)[column].str.fullmatch(r"[0-9a-f]{32}").all()


# -- status and dates --------------------------------------------------------------------------------------------


def test_the_status_mix_is_the_original_one(medium: Written) -> None:
    counts = medium.orders()["status"].value_counts()
    # Five percent of 1,107; 625; 609; 314; 301; and at least one of the rarest.
    assert counts["canceled"] == 31
    assert counts["unavailable"] == 30
    assert counts["invoiced"] == 16
    assert counts["processing"] == 15
    assert counts["created"] == 1
    assert counts["approved"] == 1
    assert 55 <= counts["shipped"] <= 58
    assert counts["delivered"] == pytest.approx(0.97 * ORDERS, rel=0.015)


def test_dates_say_what_the_status_says(medium: Written) -> None:
    orders = medium.orders().set_index("status")
    without_hand_over = orders.loc[["unavailable", "invoiced", "processing", "approved", "created"]]
    assert without_hand_over["carrier"].isna().all()
    assert without_hand_over["delivered"].isna().all()
    assert orders.loc[["unavailable", "invoiced", "processing", "approved", "shipped"], "approved"].notna().all()
    assert orders.loc[["created"], "approved"].isna().all()
    assert orders.loc[["shipped"], "carrier"].notna().all()
    assert orders.loc[["shipped"], "delivered"].isna().all()
    canceled = orders.loc["canceled"]
    # 141 of 625, and those of the last days whose approval would lie behind the end.
    assert canceled["approved"].isna().sum() in (7, 8)
    assert canceled["carrier"].notna().sum() == 4  # 75 of 625
    assert canceled["delivered"].notna().sum() == 1  # 6 of 625, at least one
    delivered = orders.loc["delivered"]
    assert delivered["delivered"].isna().sum() == 1  # 8 in the original, at least one
    assert delivered["carrier"].isna().sum() == 1
    assert delivered["approved"].isna().sum() == 1  # 14


def test_no_date_lies_beyond_the_extract(medium: Written) -> None:
    orders = medium.orders()
    for column in ("approved", "carrier", "delivered"):
        assert orders[column].max() < pd.Timestamp("2018-10-18")
    assert (orders["approved"] >= orders["purchased"]).sum() == orders["approved"].notna().sum()


def test_a_few_hand_overs_precede_the_purchase_the_approval_or_follow_the_delivery(medium: Written) -> None:
    orders = medium.orders()
    before_purchase = orders[orders["carrier"] < orders["purchased"]]
    assert len(before_purchase) == 8  # 166 of 99,441
    assert before_purchase["purchased"].min() >= pd.Timestamp("2018-04-20")
    assert (orders["carrier"] < orders["approved"]).mean() == pytest.approx(0.0137, abs=0.003)
    assert (orders["delivered"] < orders["carrier"]).sum() == 1
    assert not (orders["delivered"] < orders["purchased"]).any()


def test_hand_overs_lose_their_seconds_in_may_2018(medium: Written) -> None:
    carrier = medium.orders()["carrier"].dropna()
    assert (carrier[carrier >= "2018-05-02"].dt.second == 0).all()
    assert (carrier[carrier < "2018-04-30"].dt.second == 0).mean() < 0.05


# -- delivery ----------------------------------------------------------------------------------------------------


def test_promises_are_midnights_of_working_days_three_to_four_weeks_ahead(medium: Written) -> None:
    orders = medium.orders()
    promised = orders["promised"]
    assert (promised == promised.dt.normalize()).all()
    assert (promised.dt.dayofweek < 5).all()
    assert days(promised, orders["purchased"].dt.normalize()).median() == pytest.approx(24, abs=2)
    assert (promised > orders["purchased"]).all()


def test_late_share_and_delivery_days_are_the_original_ones(medium: Written) -> None:
    orders = medium.orders()
    delivered = orders[(orders["status"] == "delivered") & orders["delivered"].notna()]
    late = delivered["delivered"].dt.normalize() > delivered["promised"]
    assert late.mean() == pytest.approx(0.068, abs=0.012)
    # Lateness by time stamp would be higher, as promises are midnights.
    assert (delivered["delivered"] > delivered["promised"]).mean() > late.mean() + 0.005
    took = days(delivered["delivered"], delivered["purchased"])
    assert took.median() == pytest.approx(10.2, abs=1.0)
    assert np.log(took).std() == pytest.approx(0.66, abs=0.06)


def test_lateness_depends_on_season_and_route(medium: Written) -> None:
    orders = medium.orders().merge(medium.olist("customers"), on="customer_id")
    delivered = orders[(orders["status"] == "delivered") & orders["delivered"].notna()]
    late = delivered["delivered"].dt.normalize() > delivered["promised"]
    month = delivered["purchased"].dt.to_period("M").astype(str)
    assert late[month.isin(["2018-02", "2018-03"])].mean() > 2 * late[month.isin(["2018-06", "2018-07"])].mean()
    state = delivered["customer_state"]
    assert late[state.isin(["RJ", "BA", "MA", "CE", "ES"])].mean() > 1.5 * late[state == "SP"].mean()


def test_boletos_are_approved_later_than_cards(medium: Written) -> None:
    payments = medium.olist("order_payments").drop_duplicates("order_id")
    orders = medium.orders().merge(payments, on="order_id")
    hours = 24 * days(orders["approved"], orders["purchased"])
    median = hours.groupby(orders["payment_type"]).median()
    assert median["credit_card"] < 0.5
    assert 20 < median["boleto"] < 40


# -- money -------------------------------------------------------------------------------------------------------


def test_items_are_numbered_from_one_and_only_some_statuses_lack_them(medium: Written) -> None:
    items = medium.olist("order_items")
    number = items["order_item_id"].astype(int).groupby(items["order_id"])
    assert (number.min() == 1).all()
    assert (number.max() == number.size()).all()
    assert number.size().mean() == pytest.approx(1.142, abs=0.02)
    orders = medium.orders()
    bare = orders[~orders["order_id"].isin(items["order_id"])]["status"].value_counts()
    # 603, 164, 5, 2, 1 in the original, at least one each.
    assert bare.to_dict() == {"unavailable": 30, "canceled": 8, "created": 1, "invoiced": 1, "shipped": 1}


def test_prices_and_freight_have_two_decimals_and_the_original_level(medium: Written) -> None:
    items = medium.olist("order_items")
    for column in ("price", "freight_value"):
        assert items[column].str.fullmatch(r"\d+\.\d\d").all()
    price, freight = items["price"].astype(float), items["freight_value"].astype(float)
    assert price.median() == pytest.approx(75, rel=0.12)
    assert price.min() >= 0.85
    assert 800 < price.max() < 6_800
    assert freight.median() == pytest.approx(16.3, rel=0.1)
    assert (freight == 0).mean() == pytest.approx(0.003, abs=0.003)
    endings = items["price"].str[-2:].value_counts(normalize=True)
    assert endings["90"] == pytest.approx(0.35, abs=0.1)


def test_shipping_limits_follow_the_approval_and_some_lie_in_2020(medium: Written) -> None:
    items = medium.olist("order_items").drop_duplicates("order_id")
    merged = items.merge(medium.orders(), on="order_id")
    limit = pd.to_datetime(merged["shipping_limit_date"])
    far = limit >= pd.Timestamp("2019-01-01")
    assert far.sum() == 1  # 4 in the original, at least one
    assert limit[far].dt.year.tolist() == [2020]
    wait = days(limit[~far], merged["approved"][~far]).dropna()
    assert (wait >= 2).all()
    assert wait.median() == pytest.approx(6, abs=0.1)
    assert (wait % 1 == 0).mean() == pytest.approx(0.785, abs=0.03)


def test_payments_add_up_but_for_a_few_orders(medium: Written) -> None:
    items = medium.olist("order_items")
    cents = (items["price"].astype(float) + items["freight_value"].astype(float)).mul(100).round()
    due = cents.groupby(items["order_id"]).sum()
    payments = medium.olist("order_payments")
    paid = payments["payment_value"].astype(float).mul(100).round().groupby(payments["order_id"]).sum()
    difference = (paid.reindex(due.index) - due).dropna()
    assert (difference.abs() > 5).sum() == 14  # 270 of 98,666
    assert (difference.abs() > 0).sum() == 14
    assert (paid > 0).sum() == len(paid) - 1


def test_means_of_payment_have_the_original_shares(medium: Written) -> None:
    payments = medium.olist("order_payments")
    share = payments["payment_type"].value_counts(normalize=True)
    assert share["credit_card"] == pytest.approx(0.739, abs=0.02)
    assert share["boleto"] == pytest.approx(0.190, abs=0.02)
    assert share["voucher"] == pytest.approx(0.056, abs=0.015)
    assert share["debit_card"] == pytest.approx(0.015, abs=0.006)
    undefined = payments[payments["payment_type"] == "not_defined"]
    assert undefined["payment_value"].tolist() == ["0.00"]
    instalments = payments["payment_installments"].astype(int)
    assert (instalments[payments["payment_type"] != "credit_card"] == 1).all()
    card = instalments[payments["payment_type"] == "credit_card"]
    assert card.mean() == pytest.approx(3.5, abs=0.2)
    assert (card == 0).any()
    value = payments["payment_value"].astype(float)[payments["payment_type"] == "credit_card"]
    assert value[card >= 8].median() > 1.5 * value[card == 1].median()


def test_payment_sequences_have_no_gap_but_some_begin_at_two(medium: Written) -> None:
    payments = medium.olist("order_payments")
    sequence = payments["payment_sequential"].astype(int).groupby(payments["order_id"])
    first = sequence.min()
    assert (first == 2).sum() == 4  # 80 of 99,440
    assert set(first) == {1, 2}
    assert (sequence.max() - first + 1 == sequence.size()).all()
    unpaid = set(medium.orders()["order_id"]) - set(payments["order_id"])
    assert len(unpaid) == 1


# -- reviews -----------------------------------------------------------------------------------------------------


def test_scores_have_the_original_shares_and_fall_when_late(medium: Written) -> None:
    merged = medium.olist("order_reviews").merge(medium.orders(), on="order_id")
    score = merged["review_score"].astype(int)
    share = score.value_counts(normalize=True)
    assert share[5] == pytest.approx(0.577, abs=0.03)
    assert share[1] == pytest.approx(0.113, abs=0.015)
    late = merged["delivered"].dt.normalize() > merged["promised"]
    on_time = merged["delivered"].dt.normalize() <= merged["promised"]
    assert score[on_time].mean() == pytest.approx(4.29, abs=0.06)
    assert score[late].mean() == pytest.approx(2.3, abs=0.25)


def test_surveys_are_midnights_and_answers_follow(medium: Written) -> None:
    reviews = medium.olist("order_reviews")
    survey = pd.to_datetime(reviews["review_creation_date"])
    answered = pd.to_datetime(reviews["review_answer_timestamp"])
    assert (survey == survey.dt.normalize()).all()
    assert survey.max() <= pd.Timestamp("2018-08-31")
    assert (answered > survey).all()
    assert days(answered, survey).median() == pytest.approx(1.66, abs=0.15)
    merged = reviews.merge(medium.orders(), on="order_id")
    late = merged["delivered"].dt.normalize() > merged["promised"]
    early = pd.to_datetime(merged["review_creation_date"]) < merged["delivered"]
    assert early[late].mean() > 0.5


def test_some_reviews_stand_at_two_orders_and_some_orders_have_none_or_two(medium: Written) -> None:
    reviews = medium.olist("order_reviews")
    shared = reviews[reviews["review_id"].duplicated(keep=False)]
    # 814 of 99,224 would be 41; there are not always as many split baskets with two reviews.
    assert 25 <= reviews["review_id"].duplicated().sum() <= 41
    person = shared.merge(medium.orders()[["order_id", "customer_id"]], on="order_id").merge(
        medium.olist("customers"), on="customer_id"
    )
    per_review = person.groupby("review_id")
    assert (per_review["customer_unique_id"].nunique() == 1).all()
    assert (per_review["review_answer_timestamp"].nunique() == 1).all()
    assert (per_review["review_score"].nunique() == 1).all()
    per_order = reviews["order_id"].value_counts()
    assert (per_order == 2).sum() == 28  # 551 of 98,673
    assert len(medium.orders()) - len(per_order) == 38  # 768 of 99,441


def test_review_texts_need_a_real_csv_reader(medium: Written) -> None:
    raw = (medium.folder / "olist" / "olist_order_reviews_dataset.csv").read_bytes()
    assert b"\r\n" in raw
    assert not re.search(rb"\r(?!\n)", raw)
    # Records end in a bare line feed, only texts hold CR LF.
    assert raw.splitlines(keepends=True)[0].endswith(b'timestamp"\n')
    reviews = medium.olist("order_reviews")
    message = reviews["review_comment_message"]
    assert message.notna().mean() == pytest.approx(0.413, abs=0.03)
    told = message.dropna()
    assert told.str.contains("\r\n").mean() == pytest.approx(0.098, abs=0.02)
    assert told.str.contains(",").mean() == pytest.approx(0.35, abs=0.08)
    assert 1 <= told.str.contains('"').sum() < 0.02 * len(told)
    assert told.str.contains("[áãçéê]").any()
    title = reviews["review_comment_title"]
    assert title.notna().mean() == pytest.approx(0.117, abs=0.02)
    assert pd.to_datetime(reviews["review_creation_date"])[title.notna()].min() >= pd.Timestamp("2018-04-15")


# -- relations ---------------------------------------------------------------------------------------------------


def test_all_foreign_keys_resolve(medium: Written) -> None:
    orders, items = medium.orders(), medium.olist("order_items")
    assert set(items["order_id"]) <= set(orders["order_id"])
    assert set(items["product_id"]) == set(medium.olist("products")["product_id"])
    assert set(items["seller_id"]) <= set(medium.olist("sellers")["seller_id"])
    assert set(medium.olist("order_payments")["order_id"]) < set(orders["order_id"])
    assert set(medium.olist("order_reviews")["order_id"]) < set(orders["order_id"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_orders_of_a_person_follow_each_other(seed: int) -> None:
    orders = build_marketplace(SampleConfig(scale=0.05, seed=seed)).orders.sort_values(["person", "visit"])
    later = orders["visit"] > 0
    assert (orders["since_previous"].isna() == ~later).all()
    assert (orders.loc[later, "since_previous"] >= 0).all()


@pytest.mark.parametrize(("scale", "seed"), [(0.005, 1), (0.005, 2), (0.005, 3), (0.03, 4)])
def test_every_product_and_seller_in_the_files_sold_something_at_any_size(scale: float, seed: int) -> None:
    config = SampleConfig(scale=scale, seed=seed)
    market = build_marketplace(config)
    tables = raw_tables(config, market)
    assert set(tables["order_items"]["product_id"]) == set(tables["products"]["product_id"])
    assert set(tables["order_items"]["seller_id"]) == set(tables["sellers"]["seller_id"])
    assert len(tables["sellers"]) == pytest.approx(3_095 * scale, abs=2 + 4 * (3_095 * scale) ** 0.5)
    # Units of one order and product come from one seller at one price.
    lines = market.units.groupby(["order", "product", "seller"])["price_cents"].nunique()
    assert (lines == 1).all()
