"""What stands behind the marketplace, as files: parameters, segments, the campaign, the oracles.

Belongs here: names, schemas and the choice of what is written. Does not belong here: what an oracle says.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.files import BARE, write_table
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.campaign import average_effect, contact_day
from ecom_assets.sample.truth import customers, late_delivery, sellers
from ecom_assets.sample.truth.files import write_parquet
from ecom_assets.sample.truth.questions import (
    CHURN_CUSTOMERS,
    CHURN_SELLERS,
    CLTV_CUSTOMERS,
    CLTV_SELLERS,
    CUSTOMER,
    LATE_DELIVERY,
    oracle_file,
)
from ecom_assets.sample.window import Window

CONTACTS = "contacts"
SEGMENTS_FILE = "segments.parquet"
CAMPAIGN_FILE = "campaign.parquet"
_SEGMENTS_SCHEMA = pa.schema([(CUSTOMER, pa.string()), ("segment", pa.string())])
_CAMPAIGN_SCHEMA = pa.schema(
    [
        (CUSTOMER, pa.string()),
        ("propensity", pa.float64()),
        ("effect", pa.float64()),
        ("is_contacted", pa.bool_()),
        ("added_orders", pa.int64()),
    ]
)


def write_campaign(folder: Path, config: SampleConfig, market: Marketplace, window: Window) -> dict[str, int]:
    """Write who was eligible for the campaign and who was contacted, as the shop would know it."""
    day = contact_day(config.olist.campaign)
    if (window.before is not None and day >= window.before) or (window.since is not None and day < window.since):
        return {}
    contacts = market.contacts
    table = pa.table(
        {
            CUSTOMER: market.population[CUSTOMER].to_numpy()[contacts["person"].to_numpy()],
            "contacted_on": pa.array(np.full(len(contacts), day.astype("datetime64[D]"))),
            "is_contacted": pa.array(contacts["is_contacted"].to_numpy().astype(np.int64)),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    file = window.file_name(CONTACTS)
    return {file: write_table(folder / file, table, BARE)}


def write_truth(folder: Path, config: SampleConfig, market: Marketplace, window: Window) -> dict[str, int]:
    """Write segments, campaign and oracles as of the end of a window; return the rows of each file."""
    before = window.before
    known = market.population if before is None else market.population[market.population["first"] < before]
    segment = pa.array([segment.name for segment in config.olist.segments]).take(known["segment"].to_numpy())
    segments = pa.table({CUSTOMER: known[CUSTOMER], "segment": segment}, schema=_SEGMENTS_SCHEMA)
    rows = {SEGMENTS_FILE: write_parquet(folder / SEGMENTS_FILE, _SEGMENTS_SCHEMA, [segments])}
    if before is None or contact_day(config.olist.campaign) < before:
        contacts = _campaign(market.population, market.contacts, before)
        rows[CAMPAIGN_FILE] = write_parquet(folder / CAMPAIGN_FILE, _CAMPAIGN_SCHEMA, [contacts])
    oracles = (
        (LATE_DELIVERY, late_delivery.SCHEMA, late_delivery.late_delivery_oracle),
        (CHURN_CUSTOMERS.name, customers.CHURN_SCHEMA, customers.churn_oracle),
        (CHURN_SELLERS.name, sellers.CHURN_SCHEMA, sellers.churn_sellers_oracle),
        (CLTV_CUSTOMERS.name, customers.CLTV_SCHEMA, customers.cltv_oracle),
        (CLTV_SELLERS.name, sellers.CLTV_SCHEMA, sellers.cltv_sellers_oracle),
    )
    for name, schema, oracle in oracles:
        rows[oracle_file(name)] = write_parquet(folder / oracle_file(name), schema, oracle(config, market, before))
    return rows


def _campaign(population: pd.DataFrame, contacts: pd.DataFrame, before: np.datetime64 | None) -> pa.Table:
    """Return the chance of a contact, what one adds on average, and what it added by a moment."""
    added = contacts["added_at"].notna() if before is None else contacts["added_at"] < before
    return pa.table(
        {
            CUSTOMER: population[CUSTOMER].to_numpy()[contacts["person"].to_numpy()],
            "propensity": contacts["propensity"],
            "effect": contacts["effect"],
            "is_contacted": contacts["is_contacted"],
            "added_orders": added.astype(np.int64),
        },
        schema=_CAMPAIGN_SCHEMA,
    )


def parameters_truth(config: SampleConfig, market: Marketplace) -> dict[str, object]:
    """Return the planted parameters, and what follows from them for this sample."""
    return {
        "parameters": asdict(config.olist),
        "campaign": {
            "outcome": "orders added within effect_days after contacted_on",
            "average_effect": average_effect(market.contacts),
        },
        "questions": {
            "came_back": f"an order more than {customers.NO_RETURN_DAYS} days after the one before",
            "visit": "orders less than a day apart are one visit; expected_count counts visits",
            "value": "prices of units in BRL, without freight",
            CHURN_CUSTOMERS.name: asdict(CHURN_CUSTOMERS),
            CHURN_SELLERS.name: asdict(CHURN_SELLERS),
            CLTV_CUSTOMERS.name: asdict(CLTV_CUSTOMERS),
            CLTV_SELLERS.name: asdict(CLTV_SELLERS),
        },
    }
