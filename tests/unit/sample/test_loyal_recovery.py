"""The laws planted in the loyal shop can be found again by the library that fits them."""

from __future__ import annotations

import pandas as pd
import pytest
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

from ecom_assets.sample.config import Scenario
from ecom_assets.sample.olist import campaign, people, places
from ecom_assets.sample.olist.months import LAST_PURCHASE
from ecom_assets.sample.olist.parameters import OlistParameters
from ecom_assets.sample.scenarios import sample_config
from tests.unit.sample.worlds import world

SEEDS = 50
LAW = OlistParameters.loyal().segments[0]
PLANTED = {"r": LAW.rate_shape, "alpha": LAW.rate_days, "a": LAW.dropout_alpha, "b": LAW.dropout_beta}


def purchases(seed: int) -> pd.DataFrame:
    """Return person and time of every order, without the parts of the shop that do not matter here."""
    config = sample_config(scale=0.05, seed=seed, scenario=Scenario.LOYAL)
    place = places.build_places(config)
    population = people.build_population(config, place)
    visits = people.build_visits(config, population)
    contacts = campaign.build_contacts(config, population, visits, place)
    return pd.concat([visits, campaign.added_orders(contacts)], ignore_index=True)


@pytest.mark.slow
def test_intervals_of_the_fitted_bgnbd_cover_what_was_planted() -> None:
    covered = []
    for seed in range(SEEDS):
        summary = summary_data_from_transaction_data(
            purchases(seed), "person", "purchased", observation_period_end=LAST_PURCHASE
        )
        fitted = BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
        interval = fitted.confidence_intervals_
        covered.append(
            [
                interval.loc[name, "lower 95% bound"] <= value <= interval.loc[name, "upper 95% bound"]
                for name, value in PLANTED.items()
            ]
        )
    share = pd.DataFrame(covered, columns=list(PLANTED)).mean()
    assert share.between(0.88, 0.99).all(), share.to_dict()


def test_the_fitted_gamma_gamma_is_what_was_planted() -> None:
    _, market = world(0.3, 1, "loyal")
    value = market.units.groupby("order")["price_cents"].sum() / 100
    orders = market.orders.loc[value.index, ["person", "purchased"]].assign(value=value)
    per_person = orders.groupby("person")["value"].agg(["size", "mean"])
    fitted = GammaGammaFitter().fit(per_person["size"], per_person["mean"])
    shape, rate_shape, scale = OlistParameters.loyal().spending.gamma_gamma or (0.0, 0.0, 0.0)
    interval = fitted.confidence_intervals_
    for name, planted in {"p": shape, "q": rate_shape, "v": scale}.items():
        width = interval.loc[name, "upper 95% bound"] - interval.loc[name, "lower 95% bound"]
        assert fitted.params_[name] == pytest.approx(planted, abs=width)
