"""The oracle of late deliveries: calibrated, from the past only, and blind where there is nothing to see."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.network import network_level
from ecom_assets.sample.truth.late_delivery import SCHEMA, late_delivery_oracle, never_arriving
from ecom_assets.sample.truth.lattice import lattice
from ecom_assets.sample.truth.network_level import follow_level
from ecom_assets.sample.truth.seller_speed import seller_speed
from tests.unit.sample.poison import poisoned
from tests.unit.sample.worlds import world

SCALE = 0.2
POINTS = ("purchase", "handover")
# The first months have few parcels, the last promises were never put to the test.
JUDGED_FROM, JUDGED_BEFORE = pd.Timestamp("2017-01-01"), pd.Timestamp("2018-08-27")
DRIFT_DAY = date(2018, 4, 1)


def oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None = None) -> pd.DataFrame:
    return pd.DataFrame(pa.concat_tables(late_delivery_oracle(config, market, before)).to_pandas())


def is_late(orders: pd.DataFrame) -> pd.Series[bool]:
    """Return whether an order was not delivered by the end of the promised day."""
    late: pd.Series[bool] = orders["delivered"].isna() | (orders["delivered"].dt.normalize() > orders["promised"])
    return late


def judged(config: SampleConfig, market: Marketplace) -> pd.DataFrame:
    """Return the oracle's rows with their outcomes, where there is one."""
    orders = market.orders.set_index("order_id")
    columns = ["status", "purchased", "carrier", "delivered", "promised"]
    rows = oracle(config, market).join(orders[columns], on="order_id")
    rows = rows[(rows["purchased"] >= JUDGED_FROM) & (rows["promised"] < JUDGED_BEFORE)]
    rows = rows[~rows["status"].isin(["canceled", "unavailable"])]
    return rows.assign(late=is_late(rows).astype(int))


@pytest.fixture(scope="module")
def config() -> SampleConfig:
    return world(SCALE, 3)[0]


@pytest.fixture(scope="module")
def market() -> Marketplace:
    return world(SCALE, 3)[1]


@pytest.fixture(scope="module")
def outcomes(config: SampleConfig, market: Marketplace) -> pd.DataFrame:
    """Return two worlds' rows, so that one seed's luck does not decide."""
    return pd.concat([judged(config, market), judged(*world(SCALE, 4))], ignore_index=True)


# -- rows --------------------------------------------------------------------------------------------------------


def test_there_is_a_row_per_order_with_items_and_per_hand_over(config: SampleConfig, market: Marketplace) -> None:
    rows = oracle(config, market)
    assert next(iter(late_delivery_oracle(config, market, None))).schema == SCHEMA
    assert not rows.duplicated(["order_id", "decision_point"]).any()
    orders = market.orders
    with_items = orders.loc[np.unique(market.units["order"])]
    purchases, hand_overs = (rows[rows["decision_point"] == point].set_index("order_id") for point in POINTS)
    assert set(purchases.index) == set(with_items["order_id"])
    assert set(hand_overs.index) == set(with_items.loc[with_items["carrier"].notna(), "order_id"])
    at = orders.set_index("order_id")
    assert (purchases["decision_at"] == at.loc[purchases.index, "purchased"]).all()
    assert (hand_overs["decision_at"] == at.loc[hand_overs.index, "carrier"]).all()
    assert rows["probability"].between(0, 1).all()


def test_shares_that_never_arrive_follow_from_the_status_mix() -> None:
    # 99,441 orders less 625 canceled, 609 unavailable and 8 others without items make 98,199. Of them never arrive:
    # 1,106 shipped, 312 invoiced, 301 processing, 2 approved, and 8 delivered ones without a date.
    purchase, hand_over = never_arriving(SampleConfig(scale=1.0))
    assert purchase == pytest.approx(1_729 / 98_199)
    assert hand_over == pytest.approx(1_114 / (98_199 - 615))


def test_a_parcel_delivered_before_its_hand_over_was_stamped_has_a_known_outcome(
    config: SampleConfig, market: Marketplace
) -> None:
    orders = market.orders
    crossed = orders[orders["delivered"] < orders["carrier"]]
    assert len(crossed) == 5  # a fifth of 23
    rows = oracle(config, market)
    answers = rows[rows["decision_point"] == "handover"].set_index("order_id")["probability"]
    assert (answers[crossed["order_id"]].to_numpy() == is_late(crossed).to_numpy()).all()


# -- only the past -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["2017-06-15", "2018-03-31"])
def test_what_comes_later_changes_no_row(config: SampleConfig, market: Marketplace, cut: str) -> None:
    before = np.datetime64(cut, "s")
    everything = oracle(config, market)
    expected = everything[everything["decision_at"] < pd.Timestamp(cut)].reset_index(drop=True)
    assert len(expected) > 1_000
    pd.testing.assert_frame_equal(oracle(config, market, before), expected)
    # The same rows from a world in which everything after the cut is another one.
    other = oracle(config, poisoned(market, before), before)
    merged = expected.merge(other, on=["order_id", "decision_point", "decision_at"], suffixes=("", "_other"))
    assert len(merged) == len(expected) == len(other)
    np.testing.assert_allclose(merged["probability"], merged["probability_other"], rtol=0, atol=1e-12)


# -- calibration -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", POINTS)
def test_probabilities_are_the_shares_that_come_true(outcomes: pd.DataFrame, point: str) -> None:
    rows = outcomes[outcomes["decision_point"] == point]
    # Some 37,000 rows: a standard error of 0.0014 of the share; the network's way is the same in every world, so that
    # what the filter misses of it does not average out.
    assert rows["probability"].mean() == pytest.approx(rows["late"].mean(), abs=0.006)
    tenth = pd.qcut(rows["probability"], 10, labels=False, duplicates="drop")
    by_tenth = rows.groupby(tenth)[["probability", "late"]].agg(["mean", "size"])
    said, came = by_tenth["probability"]["mean"], by_tenth["late"]["mean"]
    error = np.sqrt(came * (1 - came) / by_tenth["late"]["size"])
    assert ((said - came).abs() < 4 * error + 0.05 * came).all()
    upper = rows["probability"] > rows["probability"].median()
    assert rows.loc[upper, "late"].mean() > 3 * rows.loc[~upper, "late"].mean()


def test_the_hand_over_tells_more_than_the_purchase(outcomes: pd.DataFrame) -> None:
    auc = {
        point: roc_auc_score(rows["late"], rows["probability"]) for point, rows in outcomes.groupby("decision_point")
    }
    assert 0.68 < auc["purchase"] < 0.78
    assert 0.77 < auc["handover"] < 0.87
    assert auc["handover"] > auc["purchase"] + 0.03


def test_slower_carriers_make_more_parcels_late_and_the_oracle_keeps_up(
    config: SampleConfig, market: Marketplace
) -> None:
    rows = judged(*world(SCALE, 3, drift=Drift(DriftKind.CONCEPT, DRIFT_DAY)))
    after = rows[rows["decision_at"] >= pd.Timestamp(DRIFT_DAY)]
    usual = judged(config, market)
    usual = usual[usual["decision_at"] >= pd.Timestamp(DRIFT_DAY)]
    for point in POINTS:
        shifted = after[after["decision_point"] == point]
        assert shifted["late"].mean() > 1.6 * usual.loc[usual["decision_point"] == point, "late"].mean()
        # Some 6,000 rows: a standard error of 0.0045.
        assert shifted["probability"].mean() == pytest.approx(shifted["late"].mean(), abs=0.02)
        assert roc_auc_score(shifted["late"], shifted["probability"]) > 0.7


# -- what is inferred --------------------------------------------------------------------------------------------


def test_the_network_is_followed_from_its_parcels(config: SampleConfig, market: Marketplace) -> None:
    level = follow_level(config, market.orders, never_arriving(config)[1])
    days = np.arange(np.datetime64("2017-03-01"), np.datetime64("2018-08-25")).astype("datetime64[s]")
    mean, variance = level.at(days)
    planted = network_level(days)
    assert np.sqrt(((mean - planted) ** 2).mean()) < 0.08 < planted.std()
    assert np.corrcoef(mean, planted)[0, 1] > 0.93
    assert 0.6 < np.sqrt(((mean - planted) ** 2 / variance).mean()) < 1.6


def test_without_parcels_the_network_is_as_usual() -> None:
    bare = pd.DataFrame(
        {
            "purchased": pd.to_datetime(["2017-05-01 10:00:00", "2017-05-03 10:00:00"]).astype("datetime64[s]"),
            "carrier": np.full(2, "NaT", dtype="datetime64[s]"),
            "delivered": np.full(2, "NaT", dtype="datetime64[s]"),
            "kilometres": [100.0, 200.0],
            "state": ["SP", "RJ"],
        }
    )
    mean, variance = follow_level(SampleConfig(), bare, 0.01).at(np.array(["2017-05-02"], dtype="datetime64[s]"))
    assert mean.tolist() == [0.0]
    # The prior's spread of 0.25 and the misfit of 0.04.
    assert variance.tolist() == pytest.approx([0.25**2 + 0.04**2])


def test_sellers_speed_is_told_within_its_error_and_better_with_time(config: SampleConfig, market: Marketplace) -> None:
    orders = market.orders.reset_index(drop=True)
    first = market.units.drop_duplicates("order")
    seller = np.full(len(orders), -1, dtype=np.int64)
    seller[first["order"]] = first["seller"]
    asked = np.flatnonzero(seller >= 0)
    speed = seller_speed(config, orders, seller, asked, orders["purchased"].to_numpy()[asked])
    error = speed.mean - np.log(market.sellers["handling"].to_numpy())[seller[asked]]
    # One entry a seller, his last order: 619 sellers.
    last = pd.Series(np.arange(len(asked))).groupby(seller[asked]).last().to_numpy()
    assert (error[last] / np.sqrt(speed.variance[last])).std() == pytest.approx(1.0, abs=0.15)
    assert error[last].mean() == pytest.approx(0.0, abs=0.06)
    assert speed.variance.max() < config.olist.sellers.handling_spread**2
    orders_of = pd.Series(seller[asked]).value_counts().reindex(seller[asked][last]).to_numpy()
    large = error[last[orders_of >= 30]]
    assert len(large) > 50
    assert np.sqrt((large**2).mean()) < 0.5 * config.olist.sellers.handling_spread


def test_a_seller_who_hands_over_slowly_is_known_as_slow_only_afterwards() -> None:
    start = np.datetime64("2017-05-02T08:00:00", "s")
    days = np.array([0, 10, 20])
    purchased = start + days.astype("timedelta64[D]")
    orders = pd.DataFrame(
        {
            "purchased": purchased,
            "approved": purchased,
            # The first parcel waits for 9 days, the others for one.
            "carrier": purchased + np.array([9, 1, 1]).astype("timedelta64[D]"),
            "promised": (purchased + np.array([24, 24, 24]).astype("timedelta64[D]")).astype("datetime64[D]"),
            "kilometres": 500.0,
        }
    ).astype({"promised": "datetime64[s]"})
    seller = np.zeros(3, dtype=np.int64)
    asked = np.array([0, 0, 1, 2])
    moments = purchased[asked] + np.array([0, 8, 0, 0]).astype("timedelta64[D]")
    speed = seller_speed(SampleConfig(), orders, seller, asked, moments)
    assert speed.mean[0] == speed.mean[1]
    assert speed.mean[2] > speed.mean[0] + 0.1
    assert speed.mean[3] < speed.mean[2]
    assert speed.variance[0] > speed.variance[2] > speed.variance[3]


def test_the_lattice_fills_the_cube_evenly() -> None:
    points = lattice(64, 5)
    assert points.shape == (5, 64)
    assert points.min() > 0
    assert points.max() < 1
    assert points[0].tolist() == pytest.approx([(number + 0.5) / 64 for number in range(64)])
    # Means of a uniform number and of the product of two.
    assert points.mean(axis=1) == pytest.approx(np.full(5, 0.5), abs=0.02)
    assert (points[1] * points[3]).mean() == pytest.approx(0.25, abs=0.03)


# -- null --------------------------------------------------------------------------------------------------------


def known_lateness(rows: pd.DataFrame, by: str) -> pd.Series[float]:
    """Return, at each purchase, the share of late ones among the orders of the same group whose outcome was known."""
    known = rows.assign(known_at=rows[["delivered", "overdue_at"]].min(axis=1)).sort_values("known_at")
    counted = known.assign(known=1.0).groupby(by)[["known", "late"]].cumsum()
    history = pd.concat([known[["known_at", by]], counted], axis=1)
    asked = rows[["purchased", by]].reset_index().sort_values("purchased")
    merged = pd.merge_asof(
        asked, history, left_on="purchased", right_on="known_at", by=by, allow_exact_matches=False
    ).set_index("index")
    return (merged["late"] / merged["known"]).reindex(rows.index)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_null_world_nothing_tells_who_is_late(seed: int) -> None:
    null, market = world(SCALE, seed, is_null=True)
    rows = oracle(null, market)
    for point, never in zip(POINTS, never_arriving(null), strict=True):
        told = rows.loc[rows["decision_point"] == point, "probability"]
        assert told.nunique() == 1
        assert told.iloc[0] == pytest.approx(never + (1 - never) * 0.068)
    first = market.units.drop_duplicates("order").set_index("order")
    orders = market.orders.join(first[["seller", "price_cents", "freight_cents", "limit"]], how="inner")
    orders = orders[~orders["status"].isin(["canceled", "unavailable"]) & (orders["promised"] < JUDGED_BEFORE)]
    overdue = orders["promised"] + pd.Timedelta(days=1)
    orders = orders.assign(late=is_late(orders).astype(float), overdue_at=overdue.astype("datetime64[s]"), all="all")
    # Some 18,800 orders: a standard error of 0.002.
    assert orders["late"].mean() == pytest.approx(rows.loc[0, "probability"], abs=0.009)

    def days(later: str, earlier: str) -> pd.Series[float]:
        return (orders[later] - orders[earlier]).dt.total_seconds() / 86_400

    columns = {
        "purchased": orders["purchased"].astype("int64"),
        "weekday": orders["purchased"].dt.dayofweek,
        "hour": orders["purchased"].dt.hour,
        "kilometres": orders["kilometres"],
        "is_paulista": orders["state"] == "SP",
        "is_boleto": orders["payment_type"] == "boleto",
        "price": orders["price_cents"],
        "freight": orders["freight_cents"],
        "promised_days": days("promised", "purchased"),
        "promised_weekday": orders["promised"].dt.dayofweek,
        "late_share_of_seller": known_lateness(orders, "seller"),
        "late_share_of_state": known_lateness(orders, "state"),
        "late_share_of_all": known_lateness(orders, "all"),
        "approval_days": days("approved", "purchased"),
        "handling_days": days("carrier", "approved"),
        "days_left": days("promised", "carrier"),
        "days_to_limit": days("limit", "carrier"),
        "hand_over_weekday": orders["carrier"].dt.dayofweek,
        "was_early": orders["carrier"] < orders["approved"],
    }
    for name, values in columns.items():
        there = values.notna()
        late = orders.loc[there & (orders["carrier"].notna() | (name not in HAND_OVER_COLUMNS)), "late"]
        deviation = roc_auc_score(late, values[late.index].astype(float)) - 0.5
        error = np.sqrt((len(late) + 1) / (12 * late.sum() * (len(late) - late.sum())))
        # 57 two-sided looks at 4.5 standard errors: one false alarm in 2,500 choices of seeds.
        assert abs(deviation) < 4.5 * error, name


HAND_OVER_COLUMNS = {"approval_days", "handling_days", "days_left", "days_to_limit", "hand_over_weekday", "was_early"}
