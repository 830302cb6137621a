"""The planted campaign: who is contacted, by a chance that the shop's own columns explain, and what that adds.

Belongs here: contacts and added orders. Does not belong here: all other orders.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, after, days_between
from ecom_assets.sample.olist import months
from ecom_assets.sample.olist.parameters import CampaignParameters

_METROPOLIS = ("SP", "RJ")
_DAYS_A_MONTH = 30.4
_DAYS_A_YEAR = 365.0


def contact_day(rules: CampaignParameters) -> np.datetime64:
    """Return the first moment of the day of the contact."""
    return np.datetime64(rules.contacted_on, "s")


def build_contacts(
    config: SampleConfig, population: pd.DataFrame, purchases: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per eligible person: what the chance depends on, the chance, the contact and what it added.

    Columns: ``person``, ``recency_days``, ``later_orders``, ``is_metropolitan``, ``propensity``, ``is_contacted``,
    ``effect`` (orders that a contact adds on average) and ``added_at`` (missing if it added none).
    """
    rng = config.stream("olist.campaign")
    rules = config.olist.campaign
    day = contact_day(rules)
    seen = purchases[purchases["purchased"] < day].groupby("person")["purchased"].agg(["min", "max", "size"])
    age = days_between(np.asarray(day), seen["min"].to_numpy())
    oldest, youngest = rules.eligible_days
    eligible = seen[(age <= oldest) & (age >= youngest)]
    person = eligible.index.to_numpy()
    frame = pd.DataFrame(
        {
            "person": person,
            "recency_days": days_between(np.asarray(day), eligible["max"].to_numpy()),
            "later_orders": eligible["size"].to_numpy() - 1,
            "is_metropolitan": is_metropolitan(places, population)[person],
        }
    )
    frame["propensity"] = contact_chance(rules, frame)
    frame["is_contacted"] = rng.random(len(frame)) < frame["propensity"].to_numpy()
    gain = np.array([segment.campaign_orders for segment in config.olist.segments])
    frame["effect"] = gain[population["segment"].to_numpy()[person]]
    added = (rng.random(len(frame)) < frame["effect"].to_numpy()) & frame["is_contacted"].to_numpy()
    moment = after(np.full(len(frame), day), rng.uniform(0.0, rules.effect_days, len(frame)))
    frame["added_at"] = pd.Series(moment).where(added & (moment <= months.LAST_PURCHASE))
    return frame


def is_metropolitan(places: pd.DataFrame, population: pd.DataFrame) -> Flags:
    """Mark the people whose home is in a metropolitan state."""
    marked: Flags = places["state"].isin(_METROPOLIS).to_numpy()[population["home"].to_numpy()]
    return marked


def contact_chance(rules: CampaignParameters, people: pd.DataFrame) -> Floats:
    """Return the chance of a contact from ``recency_days``, ``later_orders`` and ``is_metropolitan``."""
    recent_months = np.maximum(_DAYS_A_YEAR - people["recency_days"].to_numpy(), 0.0) / _DAYS_A_MONTH
    chance: Floats = expit(
        rules.intercept
        + rules.per_recent_month * recent_months
        + rules.per_later_order * people["later_orders"].to_numpy()
        + rules.in_metropolis * people["is_metropolitan"].to_numpy()
    )
    return chance


def added_orders(contacts: pd.DataFrame) -> pd.DataFrame:
    """Return ``person`` and ``purchased`` of the orders that the contacts added."""
    added = contacts.dropna(subset="added_at")
    return pd.DataFrame({"purchased": added["added_at"].to_numpy(), "person": added["person"].to_numpy()})


def average_effect(contacts: pd.DataFrame) -> dict[str, float]:
    """Return the expected orders that a contact adds: over all eligible people, and over those contacted."""
    return {
        "of_eligible": float(contacts["effect"].mean()),
        "of_contacted": float(contacts.loc[contacts["is_contacted"], "effect"].mean()),
    }
