"""Item properties: weekly snapshots of hashed names and values.

Belongs here: one row per item, property and snapshot. Does not belong here: events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers, choose, group_starts, pick, pick_at, positions_within

PROPERTY_ROWS = 20_275_902
FIRST_PART_ROWS = 10_999_999
# Sundays, 03:00 UTC.
FIRST_SNAPSHOT_MS = 1_431_226_800_000
SNAPSHOTS = 19
WEEK_MS = 7 * 86_400_000
PRICE, TEXT, AVAILABLE, CATEGORY = "790", "888", "available", "categoryid"
# Mean rows of an item for the four properties with a meaning or a weight of their own.
_MEAN_ROWS = {CATEGORY: 1.89, AVAILABLE: 3.61, PRICE: 4.29, TEXT: 7.19}
_HASHED_PROPERTIES = 1_100
_HASHED_PER_ITEM = 24
_VALUES_PER_PROPERTY = 40
_TEXTS = 20_000
_HIGHEST_PRICE = 20_000
_PRICE_STEP = 120
_AVAILABLE_SHARE = 0.58
_CATEGORY_CHANGE_SHARE = 0.04
_VALUE_CHANGE_SHARE = 0.5
_BLOCK_ITEMS = 50_000
_BATCH_ROWS = 500_000
_WORDS = 1_320_000


@dataclass(frozen=True, slots=True)
class PropertyRows:
    """The rows as numbers: positions in short lists of texts keep twenty million rows in 220 MB.

    Attributes
    ----------
    item
        Item ids.
    snapshot
        Number of the week.
    name
        Position in ``names``.
    value
        Position in ``values``.
    names, values
        The texts.
    """

    item: NDArray[np.int32]
    snapshot: NDArray[np.uint8]
    name: NDArray[np.uint16]
    value: NDArray[np.int32]
    names: pa.Array
    values: pa.Array

    def batches(self, rows: Integers) -> Iterator[pa.Table]:
        """Yield the rows at these positions as tables of text."""
        for low in range(0, len(rows), _BATCH_ROWS):
            part = rows[low : low + _BATCH_ROWS]
            yield pa.table(
                {
                    "timestamp": FIRST_SNAPSHOT_MS + self.snapshot[part].astype(np.int64) * WEEK_MS,
                    "itemid": self.item[part],
                    "property": self.names.take(pa.array(self.name[part])),
                    "value": self.values.take(pa.array(self.value[part])),
                },
                schema=SCHEMA,
            )


SCHEMA = pa.schema(
    [("timestamp", pa.int64()), ("itemid", pa.int32()), ("property", pa.string()), ("value", pa.string())]
)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The texts of names and values, and where each kind of value begins."""

    names: list[str]
    values: list[str]
    availability: int
    categories: int
    prices: int
    texts: int
    hashed: int


def build_properties(config: SampleConfig, items: pd.DataFrame) -> PropertyRows:
    """Return all property rows in the mixed order of the original."""
    described = items[items["described"]]
    total = config.rows(PROPERTY_ROWS)
    category_ids, category = np.unique(described["category"].to_numpy(), return_inverse=True)
    words = _vocabulary(config, category_ids)
    rng = config.stream("retailrocket.properties")
    blocks = list(_blocks(rng, described, category, words, total))
    columns = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    order = config.stream("retailrocket.order_of_properties").permutation(np.arange(len(columns[0]), dtype=np.int32))
    item, snapshot, name, value = (column[order] for column in columns)
    return PropertyRows(item, snapshot, name, value, pa.array(words.names), pa.array(words.values))


def _vocabulary(config: SampleConfig, category_ids: Integers) -> _Vocabulary:
    """Invent names and values; their number does not depend on the scale."""
    rng = config.stream("retailrocket.words")
    numbers = rng.permutation(np.setdiff1d(np.arange(1_107), (int(PRICE), int(TEXT))))[:_HASHED_PROPERTIES]
    texts = _phrases(rng, _TEXTS, 7.0)
    hashed = _phrases(rng, _HASHED_PROPERTIES * _VALUES_PER_PROPERTY, 1.2)
    prices = [f"n{_PRICE_STEP * step}.000" for step in range(_HIGHEST_PRICE + 1)]
    kinds = (["0", "1"], [str(number) for number in category_ids], prices, texts, hashed)
    starts = np.cumsum([0, *(len(kind) for kind in kinds)])
    return _Vocabulary(
        names=[CATEGORY, AVAILABLE, PRICE, TEXT, *(str(number) for number in numbers)],
        values=[value for kind in kinds for value in kind],
        availability=int(starts[0]),
        categories=int(starts[1]),
        prices=int(starts[2]),
        texts=int(starts[3]),
        hashed=int(starts[4]),
    )


def _phrases(rng: np.random.Generator, count: int, mean_more: float) -> list[str]:
    """Invent values of one word and more; a fifth of the words are numbers with an ``n`` before them."""
    length = 1 + np.minimum(rng.geometric(1 / (1 + mean_more), count) - 1, 40)
    total = int(length.sum())
    hashes = rng.integers(10_000, _WORDS, total).astype(np.str_)
    amounts = np.strings.add(np.strings.add("n", (12 * rng.integers(1, 120, total)).astype(np.str_)), ".000")
    words = np.where(rng.random(total) < 0.2, amounts, hashes)
    return [" ".join(part) for part in np.split(words, np.cumsum(length)[:-1])]


_Columns = tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint16], NDArray[np.int32]]


def _blocks(
    rng: np.random.Generator, described: pd.DataFrame, category: Integers, words: _Vocabulary, total: int
) -> Iterator[_Columns]:
    """Yield the rows item by item in blocks, so that memory does not grow with wide numbers."""
    item = described["item"].to_numpy()
    price = described["price"].to_numpy()
    categories = int(category.max()) + 1
    weights = _hashed_weights(rng)
    favourite = rng.integers(0, _VALUES_PER_PROPERTY, (categories, _HASHED_PROPERTIES), dtype=np.uint8)
    bounds = [*range(0, len(item), _BLOCK_ITEMS), len(item)]
    for low, high in pairwise(bounds):
        part = slice(low, high)
        named = [
            _categories(rng, category[part], categories, words),
            _availability(rng, high - low, words),
            _prices(rng, price[part], words),
            _texts(rng, high - low, words),
        ]
        wanted = total * high // len(item) - total * low // len(item) - sum(len(member) for member, *_ in named)
        rows = [*named, _hashed(rng, category[part], favourite, weights, words, wanted)]
        member, snapshot, name, value = (np.concatenate(column) for column in zip(*rows, strict=True))
        yield (
            item[part][member].astype(np.int32),
            snapshot.astype(np.uint8),
            name.astype(np.uint16),
            value.astype(np.int32),
        )


_Rows = tuple[Integers, Integers, Integers, Integers]


def _timed(rng: np.random.Generator, count: int, mean: float) -> tuple[Integers, Integers, Integers]:
    """Return member, number within the member and snapshot of rows spread evenly over the weeks.

    Equal steps of a week and more from a random start can never fall on one snapshot twice.
    """
    number = 1 + rng.binomial(SNAPSHOTS - 1, (mean - 1) / (SNAPSHOTS - 1), count)
    member = np.repeat(np.arange(count), number)
    position = positions_within(number)
    start = np.repeat(rng.random(count), number)
    snapshot = np.minimum(((position + start) * SNAPSHOTS / number[member]).astype(np.int64), SNAPSHOTS - 1)
    return member, position, snapshot


def _categories(rng: np.random.Generator, category: Integers, categories: int, words: _Vocabulary) -> _Rows:
    """Return the rows of the category: the same one in nearly all weeks."""
    member, position, snapshot = _timed(rng, len(category), _MEAN_ROWS[CATEGORY])
    moved = (position > 0) & (rng.random(len(member)) < _CATEGORY_CHANGE_SHARE)
    value = np.where(moved, rng.integers(0, categories, len(member)), category[member])
    return member, snapshot, np.zeros_like(member), words.categories + value


def _availability(rng: np.random.Generator, count: int, words: _Vocabulary) -> _Rows:
    """Return the rows of availability, which turns at each row."""
    member, position, snapshot = _timed(rng, count, _MEAN_ROWS[AVAILABLE])
    first = (rng.random(count) < _AVAILABLE_SHARE).astype(np.int64)
    return member, snapshot, np.full_like(member, 1), words.availability + (first[member] + position) % 2


def _prices(rng: np.random.Generator, price: Integers, words: _Vocabulary) -> _Rows:
    """Return the rows of the price: a walk in steps of a few percent."""
    member, position, snapshot = _timed(rng, len(price), _MEAN_ROWS[PRICE])
    change = np.where(position > 0, 0.06 * rng.standard_normal(len(member)), 0.0)
    walked = np.cumsum(change)
    number = np.bincount(member, minlength=len(price))
    walked = walked - np.repeat(walked[group_starts(number)], number)
    step = np.clip(np.rint(price[member] * np.exp(walked)), 1, _HIGHEST_PRICE).astype(np.int64)
    return member, snapshot, np.full_like(member, 2), words.prices + step


def _texts(rng: np.random.Generator, count: int, words: _Vocabulary) -> _Rows:
    """Return the rows of the long text."""
    member, _, snapshot = _timed(rng, count, _MEAN_ROWS[TEXT])
    return member, snapshot, np.full_like(member, 3), words.texts + rng.integers(0, _TEXTS, len(member))


def _hashed_weights(rng: np.random.Generator) -> Floats:
    """Return how likely an item has each hashed property; they sum to the properties of an item."""
    weight = 1.0 / (np.arange(_HASHED_PROPERTIES) + 4.0)
    for _ in range(20):  # cap at certainty and spread the excess
        weight = np.minimum(weight * (_HASHED_PER_ITEM / weight.sum()), 0.999)
    return rng.permutation(weight * (_HASHED_PER_ITEM / weight.sum()))


def _hashed(
    rng: np.random.Generator,
    category: Integers,
    favourite: NDArray[np.uint8],
    weights: Floats,
    words: _Vocabulary,
    wanted: int,
) -> _Rows:
    """Return ``wanted`` rows of hashed properties: each item's own, some of them again in a later week."""
    count = len(category)
    # Equal steps of one along the cumulated chances meet no property twice, since no chance exceeds one.
    target = np.repeat(rng.random(count), _HASHED_PER_ITEM) + np.tile(np.arange(_HASHED_PER_ITEM), count)
    number = np.minimum(np.searchsorted(np.cumsum(weights), target, side="right"), _HASHED_PROPERTIES - 1)
    member = np.repeat(np.arange(count), _HASHED_PER_ITEM)
    usual = favourite[category[member], number].astype(np.int64)
    rare = pick_at(rng.random(len(member)), 1.0 / np.arange(1, _VALUES_PER_PROPERTY + 1))
    value = np.where(rng.random(len(member)) < 0.5, usual, rare)
    week = rng.integers(0, SNAPSHOTS, len(member))
    again = choose(rng, np.arange(len(member)), max(0, wanted - len(member)))
    later = (week[again] + rng.integers(1, SNAPSHOTS, len(again))) % SNAPSHOTS
    changed = rng.random(len(again)) < _VALUE_CHANGE_SHARE
    other = np.where(changed, pick(rng, np.ones(_VALUES_PER_PROPERTY), len(again)), value[again])
    member, week, number, value = (
        np.concatenate(pair)
        for pair in ((member, member[again]), (week, later), (number, number[again]), (value, other))
    )
    return member, week, 4 + number, words.hashed + number * _VALUES_PER_PROPERTY + value
