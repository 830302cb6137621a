"""Products: category, price level, size, and the lengths of their texts.

Belongs here: one row per product. Does not belong here: sales.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, choose, flags, hex_ids, lognormal, pick
from ecom_assets.sample.olist.categories import CATEGORIES

PRODUCTS = 32_951
WITHOUT_TEXTS = 610
WITHOUT_MEASURES = 2
WITHOUT_WEIGHT = 4
_MAIN_CATEGORY_SHARE = 0.75
_PRICE_RANGE = (0.85, 6100.0)
# Endings of prices in cents, the rest has any.
_ENDINGS = ((90, 0.36), (0, 0.29), (99, 0.18), (50, 0.025), (-1, 0.145))
_PHOTO_WEIGHTS = (0.51, 0.193, 0.119, 0.075, 0.046, 0.030, 0.011, 0.006, 0.004, 0.003, 0.001, 0.001, 0.001)
_WEIGHT_SPREAD = 1.12
_WEIGHT_SKEW = 0.15
_MAX_WEIGHT = 40_425


def build_products(config: SampleConfig, seller: Integers, seller_category: Integers) -> pd.DataFrame:
    """Return one row per product.

    Parameters
    ----------
    config
        Size and seed.
    seller
        The seller of each product.
    seller_category
        The main category of each seller.
    """
    rng = config.stream("olist.products")
    count = len(seller)
    weights = np.array([category.products for category in CATEGORIES], dtype=np.float64)
    main = rng.random(count) < _MAIN_CATEGORY_SHARE
    category = np.where(main, seller_category[seller], pick(rng, weights, count))
    # Each category has a product at least, so that the two without translation always occur.
    every = choose(rng, np.arange(count), len(CATEGORIES))
    category[rng.permutation(every)] = np.arange(len(every))
    figures = pd.DataFrame([(c.log_price, c.log_price_spread, c.log_weight) for c in CATEGORIES]).to_numpy()[category]
    # Heavier tails than the normal law: a few dear products make up much of the sales.
    unit = 0.89 * rng.standard_t(8, count)
    price = np.exp(figures[:, 0] + figures[:, 1] * unit)
    # Skewed even in logarithms: few things weigh next to nothing, some are furniture.
    mass = np.expm1(_WEIGHT_SKEW * rng.standard_normal(count) - _WEIGHT_SKEW**2 / 2) / _WEIGHT_SKEW
    grams = np.exp(figures[:, 2] + _WEIGHT_SPREAD * (0.35 * unit + 0.94 * mass))
    frame = pd.DataFrame(
        {
            "product_id": hex_ids(config.stream("olist.product_ids"), count),
            "seller": seller,
            "category": category,
            "price": np.clip(with_endings(rng, price), *_PRICE_RANGE),
            "grams": np.clip(np.rint(grams / 25) * 25, 50, _MAX_WEIGHT).astype(np.int64),
        }
    )
    return _described(config, frame)


def with_endings(rng: np.random.Generator, price: Floats) -> Floats:
    """Give prices the usual endings."""
    ending = np.array([cents for cents, _ in _ENDINGS])[pick(rng, [share for _, share in _ENDINGS], len(price))]
    cents = np.where(ending < 0, rng.integers(0, 100, len(price)), ending)
    return np.floor(price) + cents / 100


def _described(config: SampleConfig, frame: pd.DataFrame) -> pd.DataFrame:
    """Add the lengths of texts, photos and measures, and blank what the original lacks."""
    rng = config.stream("olist.product_texts")
    count = len(frame)
    side = np.cbrt(frame["grams"].to_numpy() * 6.0)
    size = [lognormal(rng, 1.0, 0.45, count) * side * factor for factor in (1.35, 0.75, 1.0)]
    limits = ((16, 105), (2, 105), (11, 118))
    measures = [np.clip(np.rint(s), *limit).astype(np.int64) for s, limit in zip(size, limits, strict=True)]
    columns = {
        "category_name": np.array([c.name for c in CATEGORIES], dtype=object)[frame["category"].to_numpy()],
        "name_length": np.clip(np.rint(62 - lognormal(rng, 11.0, 0.7, count)), 5, 76).astype(np.int64),
        "description_length": np.clip(np.rint(lognormal(rng, 590.0, 0.8, count)), 4, 3992).astype(np.int64),
        "photos": pick(rng, _PHOTO_WEIGHTS, count) + 1,
        "grams": frame["grams"].to_numpy(),
        "length": measures[0],
        "height": measures[1],
        "width": measures[2],
    }
    described = frame.assign(**{name: pd.array(values) for name, values in columns.items()})
    # Categories with few products keep them, or a category might vanish from a small sample.
    common = np.flatnonzero(frame.groupby("category")["category"].transform("size").to_numpy() > 1)
    untold = choose(rng, common, config.rows(WITHOUT_TEXTS))
    keeps_one = frame.iloc[np.setdiff1d(common, untold)]["category"]
    untold = untold[np.isin(frame["category"].to_numpy()[untold], keeps_one)]
    described.loc[flags(count, untold), ["category_name", "name_length", "description_length", "photos"]] = pd.NA
    unmeasured = choose(rng, np.arange(count), config.rows(WITHOUT_MEASURES))
    weightless = choose(rng, np.setdiff1d(np.arange(count), unmeasured), config.rows(WITHOUT_WEIGHT))
    described.loc[flags(count, weightless), "grams"] = 0
    described.loc[flags(count, unmeasured), ["grams", "length", "height", "width"]] = pd.NA
    return described
