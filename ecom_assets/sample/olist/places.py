"""Zip prefixes with their cities, and the geolocation file.

Belongs here: where places are. Does not belong here: who lives or sells there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, apportion, choose, flags, lognormal, pick
from ecom_assets.sample.olist.states import (
    ACCENTED_WORDS,
    CITIES,
    STATES,
    TOWN_FIRST_WORDS,
    TOWN_LAST_WORDS,
    State,
)

GEOLOCATION_ROWS = 1_000_163
DUPLICATE_SHARE = 0.262
OUTSIDE_BRAZIL = 30
UNMAPPED_PREFIX_SHARE = 0.007
# Prefixes do not multiply with the rows beyond the real country.
_PREFIXES_PER_TOWN = 4
# Larger cities have fewer prefixes than customers, since more people share one.
_CITY_PREFIX_POWER = 0.85
_BOUNDS = {"latitude": (-33.7, 5.2), "longitude": (-73.9, -34.85)}
_MIXED_SPELLING_SHARE = 0.55
# Where wrong geocoding of a Portuguese place name ends up: Portugal and Argentina.
_ABROAD = ((39.0, -8.9), (41.3, -8.5), (-34.6, -58.7))


def build_places(config: SampleConfig) -> pd.DataFrame:
    """Return one row per zip prefix: text, city, state, coordinates, weight of customers and of sellers."""
    rng = config.stream("olist.places")
    size = min(config.scale, 1.0)
    return pd.concat([_state_places(rng, state, size) for state in STATES], ignore_index=True)


def _state_places(rng: np.random.Generator, state: State, size: float) -> pd.DataFrame:
    """Lay the prefixes of one state out: larger cities first, then towns."""
    count = max(4, round(state.prefixes * size))
    codes = np.sort(rng.choice(np.arange(state.first_prefix, state.last_prefix + 1), count, replace=False))
    cities = _state_cities(rng, state, count)
    per_city = apportion(cities["customers"].to_numpy() ** _CITY_PREFIX_POWER, count, minimum=1)
    places = cities.loc[np.repeat(np.arange(len(cities)), per_city)].reset_index(drop=True)
    spread = np.where(places["large"], 0.05, 0.02)
    frame = pd.DataFrame(
        {
            "prefix": [f"{code:05d}" for code in codes],
            "city": places["city"],
            "state": state.code,
            "latitude": places["latitude"] + spread * rng.standard_normal(count),
            "longitude": places["longitude"] + spread * rng.standard_normal(count),
        }
    )
    for column, (low, high) in _BOUNDS.items():
        frame[column] = frame[column].clip(low, high)
    weight = places["customers"].to_numpy() / np.repeat(per_city, per_city) * lognormal(rng, 1.0, 0.7, count)
    frame["customer_weight"] = weight / weight.sum() * state.customers
    seller = weight * lognormal(rng, 1.0, 1.0, count)
    frame["seller_weight"] = seller / seller.sum() * state.sellers
    return frame


def _state_cities(rng: np.random.Generator, state: State, prefixes: int) -> pd.DataFrame:
    """Return the larger cities of a state and invented towns for the rest of its people."""
    large = [city for city in CITIES if city.state == state.code][: max(1, prefixes // 2)]
    rest = max(0.05 * state.customers, state.customers - sum(city.customers for city in large))
    count = max(1, min((prefixes - len(large)) // _PREFIXES_PER_TOWN, 645))
    chosen = rng.choice(len(TOWN_FIRST_WORDS) * len(TOWN_LAST_WORDS), count, replace=False)
    first, last = np.divmod(chosen, len(TOWN_LAST_WORDS))
    names = [f"{TOWN_FIRST_WORDS[a]} {TOWN_LAST_WORDS[b]}" for a, b in zip(first, last, strict=True)]
    share = lognormal(rng, 1.0, 0.8, count)
    towns = pd.DataFrame(
        {
            "city": names,
            "customers": rest * share / share.sum(),
            "latitude": state.latitude + state.spread * rng.standard_normal(count),
            "longitude": state.longitude + state.spread * rng.standard_normal(count),
            "large": False,
        }
    )
    cities = pd.DataFrame(
        [(c.name, c.customers, c.latitude, c.longitude, True) for c in large], columns=list(towns.columns)
    )
    return pd.concat([cities, towns], ignore_index=True)


def unmapped_prefixes(config: SampleConfig, customer_prefixes: Integers) -> Integers:
    """Choose customers' prefixes that the geolocation file lacks, rather small ones."""
    used, customers = np.unique(customer_prefixes, return_counts=True)
    count = max(1, round(UNMAPPED_PREFIX_SHARE * len(used)))
    return choose(config.stream("olist.unmapped_prefixes"), used, count, 1.0 / customers)


def build_geolocation(config: SampleConfig, places: pd.DataFrame, unmapped: Integers) -> pd.DataFrame:
    """Return the observed points, with repeats, both spellings of a city and some points abroad."""
    rng = config.stream("olist.geolocation")
    rows = config.rows(GEOLOCATION_ROWS)
    mapped = np.flatnonzero(~flags(len(places), unmapped))
    distinct = max(len(mapped), rows - round(DUPLICATE_SHARE * rows))
    weights = lognormal(rng, 1.0, 0.9, len(mapped))
    place = np.repeat(mapped, apportion(weights, distinct, minimum=1))
    points = _points(rng, places, place, config.rows(OUTSIDE_BRAZIL))
    chosen = np.concatenate([np.arange(distinct), rng.integers(0, distinct, rows - distinct)])
    frame = points.iloc[chosen].reset_index(drop=True)
    # The file runs through the country by region; within one it has no order.
    region = frame["geolocation_zip_code_prefix"].str[:2].astype(np.int64).to_numpy()
    return frame.iloc[np.lexsort((rng.random(rows), region))].reset_index(drop=True)


def _points(rng: np.random.Generator, places: pd.DataFrame, place: Integers, abroad: int) -> pd.DataFrame:
    """Scatter points around their prefix's centre."""
    count = len(place)
    scatter = lognormal(rng, 0.004, 0.8, count)
    latitude = places["latitude"].to_numpy()[place] + scatter * rng.standard_normal(count)
    longitude = places["longitude"].to_numpy()[place] + scatter * rng.standard_normal(count)
    lost = choose(rng, np.arange(count), abroad)
    where = np.asarray(_ABROAD)[pick(rng, np.ones(len(_ABROAD)), len(lost))]
    latitude[lost] = where[:, 0] + 0.3 * rng.standard_normal(len(lost))
    longitude[lost] = where[:, 1] + 0.3 * rng.standard_normal(len(lost))
    return pd.DataFrame(
        {
            "geolocation_zip_code_prefix": places["prefix"].to_numpy()[place],
            "geolocation_lat": latitude,
            "geolocation_lng": longitude,
            "geolocation_city": _spelt(rng, places, place),
            "geolocation_state": places["state"].to_numpy()[place],
        }
    )


def _spelt(rng: np.random.Generator, places: pd.DataFrame, place: Integers) -> Floats:
    """Spell a third of the names that have accents with them, in about half of the prefixes."""
    names, code = np.unique(places["city"].to_numpy(dtype=np.str_), return_inverse=True)
    accented = np.array([" ".join(ACCENTED_WORDS.get(word, word) for word in name.split(" ")) for name in names])
    mixed = rng.random(len(places)) < _MIXED_SPELLING_SHARE
    plain: Flags = ~mixed[place] | (rng.random(len(place)) > 1 / 3)
    return np.where(plain, names[code[place]], accented[code[place]])


def kilometres(places: pd.DataFrame, start: Integers, end: Integers) -> Floats:
    """Return great-circle distances between prefixes."""
    latitude, longitude = (np.radians(places[name].to_numpy()) for name in ("latitude", "longitude"))
    half_chord = (
        np.sin((latitude[end] - latitude[start]) / 2) ** 2
        + np.cos(latitude[start]) * np.cos(latitude[end]) * np.sin((longitude[end] - longitude[start]) / 2) ** 2
    )
    distance: Floats = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half_chord, 0.0, 1.0)))
    return distance
