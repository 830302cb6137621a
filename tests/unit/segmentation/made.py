"""Customers made by hand for tests of segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecom_assets.sample.draws import days_between
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.truth.spine import end_of
from ml_assets.segmentation.config import (
    ChoiceConfig,
    DensityConfig,
    KMeansConfig,
    SegmentationConfig,
    StabilityConfig,
)
from ml_assets.segmentation.snapshots import Snapshot

FloatArray = npt.NDArray[np.float64]

AS_OF = date(2018, 7, 31)
QUICK = SegmentationConfig(
    k_means=KMeansConfig(segments=[2, 3, 4], starts=3),
    density=DensityConfig(cluster_shares=[0.1], neighbours=5),
    stability=StabilityConfig(rows=400, pairs=4),
    choice=ChoiceConfig(resamples=40, min_events=20),
    refits=1,
    silhouette_rows=300,
)


def blobs(
    rows: int, centres: Sequence[tuple[float, ...]], seed: int = 0, spread: float = 0.3
) -> tuple[FloatArray, FloatArray]:
    """Return points around centres, in turn, and the number of each point's centre."""
    group = np.arange(rows) % len(centres)
    noise = np.random.default_rng(seed).standard_normal((rows, len(centres[0])))
    return np.array(centres)[group] + spread * noise, group.astype(np.float64)


def customers(rows: int, seed: int = 0) -> pd.DataFrame:
    """Return customers of whom a quarter came back; those spend more."""
    generator = np.random.default_rng(seed)
    came_back = np.arange(rows) % 4 == 0
    return pd.DataFrame(
        {
            "customer_unique_id": [f"c{number:05d}" for number in range(rows)],
            "as_of_date": pd.Timestamp(AS_OF),
            "days_since_last_order": generator.integers(1, 400, rows),
            "order_day_count": np.where(came_back, 3, 1),
            "order_count": np.where(came_back, 3, 1),
            "items_value": np.where(came_back, 300.0, 50.0) * np.exp(0.3 * generator.standard_normal(rows)),
            "mean_order_value": 80.0 * np.exp(0.3 * generator.standard_normal(rows)),
            "boleto_share": np.where(np.arange(rows) % 3 == 0, 1.0, 0.0),
            "voucher_share": np.where(np.arange(rows) % 10 == 1, 0.4, 0.0),
        }
    )


def spend_of(frame: pd.DataFrame, seed: int = 1) -> FloatArray:
    """Return later spend: half of those who came back spend, and a twentieth of the others."""
    chance = np.where(frame["order_day_count"].to_numpy() > 1, 0.5, 0.05)
    return np.where(np.random.default_rng(seed).random(len(frame)) < chance, 100.0, 0.0)


def snapshot(rows: int, seed: int = 0, as_of: date = AS_OF, *, with_spend: bool = False) -> Snapshot:
    """Return a snapshot of made customers."""
    frame = customers(rows, seed)
    return Snapshot(as_of, frame, spend_of(frame) if with_spend else None)


def habits_of(market: Marketplace, as_of: np.datetime64) -> pd.DataFrame:
    """Return what the feature table says of a sample's customers, as far as segmentations read it."""
    moment = end_of(as_of)
    value = np.bincount(
        market.units["order"].to_numpy(), market.units["price_cents"].to_numpy() / 100, len(market.orders)
    )
    paid = market.payments.pivot_table(
        index="order", columns="type", values="cents", aggfunc="sum", fill_value=0
    ).reindex(range(len(market.orders)), fill_value=0)
    orders = market.orders[["person", "purchased"]].assign(
        value=value, boleto=paid["boleto"], voucher=paid["voucher"], paid=paid.sum(axis=1), orders=1
    )
    known = orders[orders["purchased"] < moment]
    frame = known.groupby("person").agg(
        order_count=("orders", "sum"),
        items_value=("value", "sum"),
        order_day_count=("purchased", lambda times: times.dt.date.nunique()),
        last=("purchased", "max"),
        boleto=("boleto", "sum"),
        voucher=("voucher", "sum"),
        paid=("paid", "sum"),
    )
    shares = frame[["boleto", "voucher"]].div(frame["paid"].where(frame["paid"] > 0), axis=0)
    return pd.DataFrame(
        {
            "customer_unique_id": market.population["customer_unique_id"].to_numpy()[frame.index],
            "days_since_last_order": np.floor(days_between(np.asarray(moment), frame["last"].to_numpy())),
            "order_day_count": frame["order_day_count"].to_numpy(),
            "order_count": frame["order_count"].to_numpy(),
            "items_value": frame["items_value"].to_numpy(),
            "mean_order_value": (frame["items_value"] / frame["order_count"]).to_numpy(),
            "boleto_share": shares["boleto"].to_numpy(),
            "voucher_share": shares["voucher"].to_numpy(),
        }
    )
