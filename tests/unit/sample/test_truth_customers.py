"""The oracle of customers: right on average, no better than history allows, and blind where there is nothing to see."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ecom_assets.sample.drift import Drift, DriftKind
from ecom_assets.sample.truth.customers import NO_RETURN_DAYS, churn_oracle, cltv_oracle
from ecom_assets.sample.truth.questions import CHURN_CUSTOMERS, CLTV_CUSTOMERS, CUSTOMER
from tests.unit.sample.poison import poisoned
from tests.unit.sample.worlds import world

DAY = pd.Timedelta(days=1)
LIVE_UNTIL = {"marketplace": pd.Timestamp("2018-08-23"), "loyal": pd.Timestamp("2018-10-17")}


def came_back(
    scenario: str, seed: int, scale: float = 0.3, *, is_null: bool = False, drift: Drift | None = None
) -> pd.DataFrame:
    """Return the oracle's chance to come back beside what happened, for dates whose horizon was lived through."""
    config, market = world(scale, seed, scenario, is_null=is_null, drift=drift)
    answers = pd.concat([table.to_pandas() for table in churn_oracle(config, market, None)])
    orders = market.orders.loc[market.orders["since_previous"] > NO_RETURN_DAYS, [CUSTOMER, "purchased"]]
    frames = []
    for as_of, group in answers.groupby("as_of_date"):
        start = pd.Timestamp(as_of) + DAY
        end = start + CHURN_CUSTOMERS.horizon_days * DAY
        if start >= pd.Timestamp("2017-03-01") and end <= LIVE_UNTIL[scenario]:
            within = orders[(orders["purchased"] >= start) & (orders["purchased"] < end)]
            frames.append(group.assign(returned=group[CUSTOMER].isin(within[CUSTOMER])))
    found: pd.DataFrame = pd.concat(frames)
    return found.assign(chance=1 - found["probability"])


def assert_calibrated(frame: pd.DataFrame, groups: int, slack: float) -> None:
    """Compare chance and outcome in groups of equal size; people appear on several dates, hence the wide error."""
    group = pd.qcut(frame["chance"].rank(method="first"), groups, labels=False)
    for _, members in frame.groupby(group):
        people = members[CUSTOMER].nunique()
        chance = members["chance"].mean()
        error = np.sqrt(chance * (1 - chance) / people)
        assert members["returned"].mean() == pytest.approx(chance, abs=4 * error + slack * chance)


@pytest.mark.parametrize("seed", [1, 2])
def test_churn_is_calibrated_and_better_than_chance(seed: int) -> None:
    few, many = came_back("marketplace", seed), came_back("loyal", seed)
    assert_calibrated(few, 5, 0.05)
    assert_calibrated(many, 10, 0.02)
    # About 0.60 and 0.66: most buyers of a marketplace are alike.
    assert 0.55 < roc_auc_score(few["returned"], few["chance"]) < 0.68
    assert 0.63 < roc_auc_score(many["returned"], many["chance"]) < 0.70


def test_the_active_are_asked_about_once_a_month_end() -> None:
    config, market = world(0.05, 1)
    [*tables] = churn_oracle(config, market, None)
    assert [table["as_of_date"][0].as_py() for table in tables][:3] == [
        date(2016, 9, 30),
        date(2016, 10, 31),
        date(2016, 11, 30),
    ]
    assert tables[-1]["as_of_date"][0].as_py() == date(2018, 9, 30)
    march = tables[18].to_pandas()
    assert set(march["as_of_date"]) == {date(2018, 3, 31)}
    last = market.orders[market.orders["purchased"] < "2018-04-01"].groupby(CUSTOMER)["purchased"].max()
    assert set(march[CUSTOMER]) == set(last.index[last >= "2017-04-01"])
    assert march[CUSTOMER].is_unique


def test_after_a_concept_shift_the_oracle_stays_right() -> None:
    frame = came_back("loyal", 3, drift=Drift(DriftKind.CONCEPT, date(2018, 1, 1)))
    after = frame[frame["as_of_date"] >= date(2018, 1, 31)]
    assert_calibrated(after, 5, 0.03)
    assert after["returned"].mean() < 0.8 * frame.loc[frame["as_of_date"] < date(2017, 9, 1), "returned"].mean()


def test_in_a_null_world_nothing_can_be_said_and_nothing_helps() -> None:
    for seed in range(1, 6):
        frame = came_back("marketplace", seed, 0.05, is_null=True)
        settled = frame["probability"][frame["probability"] < frame["probability"].quantile(0.9)]
        # All are alike, but for those whose last order is younger than a week.
        assert settled.max() - settled.min() < 1e-4
        assert frame["returned"].mean() == pytest.approx(frame["chance"].mean(), rel=0.35)


@pytest.mark.parametrize("seed", [1, 2])
def test_expected_value_is_unbiased_and_ranks(seed: int) -> None:
    config, market = world(0.3, seed, "loyal")
    answers = pd.concat([table.to_pandas() for table in cltv_oracle(config, market, None)])
    cents = market.units.groupby("order")["price_cents"].sum()
    orders = market.orders[[CUSTOMER, "purchased", "since_previous"]].assign(value=cents / 100).fillna({"value": 0.0})
    as_of = date(2018, 3, 31)
    start = pd.Timestamp(as_of) + DAY
    within = orders[(orders["purchased"] >= start) & (orders["purchased"] < start + CLTV_CUSTOMERS.holdout_days * DAY)]
    frame = answers[answers["as_of_date"] == as_of].set_index(CUSTOMER)
    frame["value"] = within.groupby(CUSTOMER)["value"].sum().reindex(frame.index).fillna(0.0)
    frame["count"] = within[~(within["since_previous"] < 1)].groupby(CUSTOMER).size().reindex(frame.index).fillna(0)
    assert frame["count"].mean() == pytest.approx(frame["expected_count"].mean(), rel=0.05)
    assert frame["value"].mean() == pytest.approx(frame["expected_value"].mean(), rel=0.07)
    top = frame["expected_value"] >= frame["expected_value"].quantile(0.9)
    assert frame.loc[top, "value"].mean() == pytest.approx(frame.loc[top, "expected_value"].mean(), rel=0.15)
    assert frame["value"].corr(frame["expected_value"], method="spearman") > 0.2


@pytest.mark.parametrize("scenario", ["marketplace", "loyal"])
@pytest.mark.parametrize("oracle", [churn_oracle, cltv_oracle])
@pytest.mark.parametrize("cut", ["2018-02-01", "2018-05-01"])
def test_nothing_of_the_future_enters(scenario: str, oracle: object, cut: str) -> None:
    config, market = world(0.05, 1, scenario)
    moment = np.datetime64(cut, "s")
    assert callable(oracle)
    truth = [table.to_pandas() for table in oracle(config, market, moment)]
    blind = [table.to_pandas() for table in oracle(config, poisoned(market, moment), moment)]
    assert truth[-1]["as_of_date"][0] == pd.Timestamp(cut).date() - pd.Timedelta(days=1).to_pytimedelta()
    for one, other in zip(truth, blind, strict=True):
        pd.testing.assert_frame_equal(one, other)
    whole = [table.to_pandas() for table in oracle(config, market, None)]
    for one, other in zip(truth, whole, strict=False):
        pd.testing.assert_frame_equal(one, other)
