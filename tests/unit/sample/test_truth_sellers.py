"""The oracles of sellers: calibrated, from the past only, and blind where there is nothing to see."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.scenarios import sample_config
from ecom_assets.sample.truth.seller_filter import RateGrid, follow_sellers, staying
from ecom_assets.sample.truth.seller_sales import Sales, value_of_sale
from ecom_assets.sample.truth.sellers import (
    CHURN_SCHEMA,
    CLTV_SCHEMA,
    churn_sellers_oracle,
    cltv_sellers_oracle,
)
from tests.unit.sample.poison import poisoned
from tests.unit.sample.worlds import world

SCALE = 0.2
SEEDS = (1, 2, 3, 4, 5, 6)
# Sales are complete until 2018-08-27.
COMPLETE_BEFORE = pd.Timestamp("2018-08-28")
FIRST_AS_OF = pd.Timestamp("2017-03-31")
FIRST = np.datetime64("2016-09-04T21:15:19", "s")


def churn(config: SampleConfig, market: Marketplace, before: np.datetime64 | None = None) -> pd.DataFrame:
    return pd.DataFrame(pa.concat_tables(churn_sellers_oracle(config, market, before)).to_pandas())


def cltv(config: SampleConfig, market: Marketplace, before: np.datetime64 | None = None) -> pd.DataFrame:
    return pd.DataFrame(pa.concat_tables(cltv_sellers_oracle(config, market, before)).to_pandas())


def sales_of(market: Marketplace) -> pd.DataFrame:
    """Return the orders of each seller with their value, from the frames alone."""
    value = market.units.groupby(["order", "seller"], as_index=False)["price_cents"].sum()
    return pd.DataFrame(
        {
            "seller_id": market.sellers["seller_id"].to_numpy()[value["seller"]],
            "purchased": market.orders["purchased"].to_numpy()[value["order"]],
            "value": value["price_cents"] / 100,
        }
    )


def with_outcomes(rows: pd.DataFrame, sales: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Add what happened until and within so many days after each as-of date, where the horizon is complete."""
    judged = []
    for as_of, group in rows.groupby(pd.to_datetime(rows["as_of_date"])):
        moment = pd.Timestamp(str(as_of)) + pd.Timedelta(days=1)
        end = moment + pd.Timedelta(days=horizon)
        if moment <= FIRST_AS_OF or end > COMPLETE_BEFORE:
            continue
        future = sales[(sales["purchased"] >= moment) & (sales["purchased"] < end)].groupby("seller_id")
        past = sales[(sales["purchased"] < moment) & (sales["purchased"] >= moment - pd.Timedelta(days=60))]
        recent = past.groupby("seller_id")["purchased"].agg(["size", "max"])
        found = future["value"].agg(["size", "sum"]).rename(columns={"size": "count", "sum": "value"})
        joined = group.join(found, on="seller_id").fillna({"count": 0, "value": 0.0}).join(recent, on="seller_id")
        recency = (moment - joined["max"]).dt.total_seconds() / 86_400
        judged.append(joined.assign(churned=(joined["count"] == 0).astype(int), n60=joined["size"], recency=recency))
    return pd.concat(judged, ignore_index=True)


@pytest.fixture(scope="module")
def markets() -> dict[int, Marketplace]:
    return {seed: world(SCALE, seed)[1] for seed in SEEDS}


@pytest.fixture(scope="module")
def churned(markets: dict[int, Marketplace]) -> pd.DataFrame:
    frames = []
    for seed, market in markets.items():
        rows = churn(SampleConfig(scale=SCALE, seed=seed), market)
        frames.append(with_outcomes(rows, sales_of(market), 60))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def valued(markets: dict[int, Marketplace]) -> pd.DataFrame:
    frames = []
    for seed, market in markets.items():
        rows = cltv(SampleConfig(scale=SCALE, seed=seed), market)
        frames.append(with_outcomes(rows, sales_of(market), 180).assign(seed=seed))
    return pd.concat(frames, ignore_index=True)


# -- rows --------------------------------------------------------------------------------------------------------


def test_churn_is_asked_of_sellers_active_within_60_days_at_month_ends(markets: dict[int, Marketplace]) -> None:
    config = SampleConfig(scale=SCALE, seed=1)
    assert next(iter(churn_sellers_oracle(config, markets[1], None))).schema == CHURN_SCHEMA
    rows, sales = churn(config, markets[1]), sales_of(markets[1])
    assert rows["as_of_date"].min() == date(2016, 9, 30)
    assert rows["as_of_date"].max() == date(2018, 9, 30)
    at = rows[rows["as_of_date"] == date(2017, 11, 30)]
    inside = (sales["purchased"] >= "2017-10-02") & (sales["purchased"] < "2017-12-01")
    assert sorted(at["seller_id"]) == sorted(sales.loc[inside, "seller_id"].unique())
    assert rows["probability"].between(0, 1).all()


def test_value_is_asked_of_all_sellers_seen_so_far(markets: dict[int, Marketplace]) -> None:
    config = SampleConfig(scale=SCALE, seed=1)
    assert next(iter(cltv_sellers_oracle(config, markets[1], None))).schema == CLTV_SCHEMA
    rows, sales = cltv(config, markets[1]), sales_of(markets[1])
    at = rows[rows["as_of_date"] == date(2017, 11, 30)]
    assert sorted(at["seller_id"]) == sorted(sales.loc[sales["purchased"] < "2017-12-01", "seller_id"].unique())
    assert (rows[["expected_count", "expected_value"]] >= 0).all().all()


# -- only the past -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["2017-07-01", "2018-04-01"])
def test_what_comes_later_changes_no_row(markets: dict[int, Marketplace], cut: str) -> None:
    config, market, before = SampleConfig(scale=SCALE, seed=1), markets[1], np.datetime64(cut, "s")
    altered = poisoned(market, before)
    for oracle, columns in ((churn, ["probability"]), (cltv, ["expected_count", "expected_value"])):
        everything = oracle(config, market)
        expected = everything[everything["as_of_date"] < date.fromisoformat(cut)].reset_index(drop=True)
        assert len(expected) > 300
        pd.testing.assert_frame_equal(oracle(config, market, before), expected)
        other = oracle(config, altered, before)
        merged = expected.merge(other, on=["seller_id", "as_of_date"], suffixes=("", "_other"))
        assert len(merged) == len(expected) == len(other)
        for column in columns:
            np.testing.assert_allclose(merged[column], merged[f"{column}_other"], rtol=1e-12, atol=1e-12)


def test_a_drift_is_not_foreseen(markets: dict[int, Marketplace]) -> None:
    drift = Drift(DriftKind.CONCEPT, date(2018, 1, 1))
    plain = churn(SampleConfig(scale=SCALE, seed=1), markets[1])
    drifting = churn(SampleConfig(scale=SCALE, seed=1, drift=drift), markets[1])
    before = plain["as_of_date"] <= date(2017, 12, 31)
    pd.testing.assert_frame_equal(plain[before], drifting[before])
    assert (drifting.loc[~before, "probability"] > plain.loc[~before, "probability"]).mean() > 0.9


# -- churn -------------------------------------------------------------------------------------------------------


def test_probabilities_are_the_shares_that_come_true(churned: pd.DataFrame) -> None:
    # Some 17,000 rows of 3,000 sellers: with six rows of a seller to one, a standard error of 0.008.
    assert churned["probability"].mean() == pytest.approx(churned["churned"].mean(), abs=0.02)
    tenth = pd.qcut(churned["probability"], 10, labels=False)
    by_tenth = churned.groupby(tenth)[["probability", "churned"]].mean()
    assert (by_tenth["probability"] - by_tenth["churned"]).abs().max() < 0.05
    chance = churned["probability"].clip(1e-6, 1 - 1e-6).to_numpy()
    odds = np.log(chance / (1 - chance))
    slope = LogisticRegression(C=1e6).fit(odds[:, None], churned["churned"]).coef_[0, 0]
    assert slope == pytest.approx(1.0, abs=0.1)


def test_the_oracle_sees_more_than_the_one_line_rule(churned: pd.DataFrame) -> None:
    rule = churned["recency"] / 60 - np.log(churned["n60"])
    auc = roc_auc_score(churned["churned"], churned["probability"])
    # The rule has 0.78 on the original.
    assert roc_auc_score(churned["churned"], rule) == pytest.approx(0.77, abs=0.04)
    assert 0.80 < auc < 0.88
    assert auc > roc_auc_score(churned["churned"], rule) + 0.04


def test_sellers_who_leave_faster_are_known_to() -> None:
    drift = Drift(DriftKind.CONCEPT, date(2017, 10, 1))
    config, market = world(SCALE, 6, drift=drift)
    rows = with_outcomes(churn(config, market), sales_of(market), 60)
    after = rows["as_of_date"] >= date(2017, 10, 31)
    assert rows.loc[after, "churned"].mean() > rows.loc[~after, "churned"].mean() + 0.06
    # Some 1,500 rows of 400 sellers.
    assert rows.loc[after, "probability"].mean() == pytest.approx(rows.loc[after, "churned"].mean(), abs=0.05)


# -- value -------------------------------------------------------------------------------------------------------


def test_expected_sales_and_value_add_up_to_what_comes(valued: pd.DataFrame) -> None:
    assert valued["expected_count"].sum() / valued["count"].sum() == pytest.approx(1.0, abs=0.06)
    assert valued["expected_value"].sum() / valued["value"].sum() == pytest.approx(1.0, abs=0.06)


def test_expected_value_ranks_sellers(valued: pd.DataFrame) -> None:
    groups = valued.groupby(["seed", "as_of_date"])
    ranks = [spearmanr(group["expected_value"], group["value"]).statistic for _, group in groups]
    assert 0.7 < np.mean(ranks) < 0.9
    tenth = pd.qcut(valued["expected_value"], 10, labels=False)
    by_tenth = valued.groupby(tenth)[["expected_value", "value"]].mean()
    assert by_tenth["value"].is_monotonic_increasing
    # Half of the sellers make almost nothing; the upper half is judged by its ratio.
    upper = by_tenth.loc[5:]
    assert (upper["expected_value"] / upper["value"]).tolist() == pytest.approx([1.0] * 5, abs=0.3)


def test_a_sale_is_worth_the_sellers_mean_as_far_as_it_can_be_trusted() -> None:
    def sales(seller: list[int], value: list[float]) -> Sales:
        time = np.full(len(seller), FIRST)
        return Sales(np.array(seller), time, np.array(value), np.unique(seller))

    # No spread within sellers: their own means.
    assert value_of_sale(sales([0, 0, 1, 1], [10, 10, 30, 30]), 4).tolist() == [10.0, 30.0]
    # One sale each tells nothing of the spread between sellers: the mean of all.
    assert value_of_sale(sales([0, 1], [10, 30]), 2).tolist() == [20.0, 20.0]
    # Means of 20 and 50 of four sales each: squares sum up to 200 within sellers and 1,800 between them, so that the
    # variances are 200 / 6, and (1,800 - 200 / 6) / (8 - 32 / 8). Credibility is 4 / (4 + within / between).
    spread = value_of_sale(sales([0] * 4 + [1] * 4, [15, 15, 25, 25, 45, 45, 55, 55]), 8)
    within, between = 200 / 6, (1_800 - 200 / 6) / 4
    trust = 4 / (4 + within / between)
    assert spread.tolist() == pytest.approx([35 - 15 * trust, 35 + 15 * trust])
    assert value_of_sale(sales([0], [10]), 0).tolist() == []
    # Only the first sales count.
    assert value_of_sale(sales([0, 0, 1, 1, 1], [10, 10, 30, 30, 999]), 4).tolist() == [10.0, 30.0]


# -- the filter --------------------------------------------------------------------------------------------------


def test_the_grid_has_the_moments_of_the_law() -> None:
    config = SampleConfig()
    grid = RateGrid.of(config)
    assert grid.prior.sum() == pytest.approx(1.0)
    assert grid.prior[-1] == 0
    score = np.log(grid.rate) / config.olist.sellers.activity_spread
    assert score[-1] == 1.0  # founders
    assert score[-2] == pytest.approx(2.6)
    # A standard normal number cut at 2.6 has a mean of -0.00146.
    assert grid.prior @ score == pytest.approx(-0.0015, abs=0.002)
    assert grid.prior @ score**2 == pytest.approx(0.99, abs=0.01)


def test_sellers_stay_by_the_hazard_and_founders_for_ever() -> None:
    start, end = np.datetime64("2018-02-26", "s"), np.datetime64("2018-03-05", "s")
    assert staying(SampleConfig(), start, end, 3).tolist() == pytest.approx([np.exp(-7 / 420)] * 2 + [1.0])
    # From 2018-03-01 on, for four of the seven days, the hazard trebles.
    drift = Drift(DriftKind.CONCEPT, date(2018, 3, 1))
    assert staying(SampleConfig(drift=drift), start, end, 2)[0] == pytest.approx(np.exp(-(3 + 3 * 4) / 420))


def test_where_nobody_leaves_silence_follows_from_the_exposure_alone() -> None:
    config = sample_config(scale=0.005, seed=1, is_null=True)
    # Of 15 sellers two sell one thing a day each in the last 28 days of the month, and one sold once before.
    days = np.datetime64("2017-09-03T12:00:00", "s") + np.arange(28).astype("timedelta64[D]")
    time = np.concatenate([[np.datetime64("2017-09-01T12:00:00", "s")], np.repeat(days, 2)])
    seller = np.concatenate([[0], np.tile([1, 2], len(days))])
    sales = Sales(seller, time, np.ones(len(time)), np.arange(3))
    grid = RateGrid.of(config)
    (belief,) = follow_sellers(config, sales, grid, np.array(["2017-09-30"], dtype="datetime64[D]"))
    assert belief.sales == 1 + 2 * 28
    assert belief.there.sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert belief.exposure == pytest.approx(2 * 28 / 28 / 15, rel=1e-6)


def test_a_seller_is_believed_gone_after_a_silence_that_does_not_fit_his_rate(churned: pd.DataFrame) -> None:
    # A sale in two to four days; a seller with several a day is missed after two days already.
    busy = churned["n60"].between(15, 30)
    fresh, silent = busy & (churned["recency"] < 3), busy & (churned["recency"] > 25)
    assert min(fresh.sum(), silent.sum()) >= 5
    assert churned.loc[fresh, "probability"].max() < 0.3
    assert churned.loc[fresh, "probability"].mean() < 0.03
    assert churned.loc[silent, "probability"].min() > 0.5


# -- null --------------------------------------------------------------------------------------------------------


def test_in_a_null_world_nothing_tells_who_stops_selling() -> None:
    scores: dict[str, list[float]] = {"recency": [], "n60": []}
    for seed in (1, 2, 3):
        config, market = world(SCALE, seed, is_null=True)
        rows = churn(config, market)
        assert (rows.groupby("as_of_date")["probability"].agg(np.ptp) < 1e-5).all()
        judged = with_outcomes(rows, sales_of(market), 60)
        assert judged["probability"].mean() == pytest.approx(judged["churned"].mean(), abs=0.02)
        # Every other month end, so that horizons do not overlap.
        for number, (_, group) in enumerate(judged.groupby("as_of_date")):
            late = group["churned"].sum()
            if number % 2 or not 0 < late < len(group):
                continue
            error = np.sqrt((len(group) + 1) / (12 * late * (len(group) - late)))
            for name, found in scores.items():
                found.append((roc_auc_score(group["churned"], group[name]) - 0.5) / error)
    for name, found in scores.items():
        assert len(found) > 15
        # The sum of independent scores, at 4 standard deviations: a false alarm in 16,000 choices of seeds.
        assert abs(np.sum(found)) / np.sqrt(len(found)) < 4, name
