"""Rows divided among small files by the id that is looked up.

Belongs here: which file an id is in, how many files there are, how much history they hold. Does not belong here: what
stands in a file (``texts``), where files lie (``site``). The page's script finds the file of an id in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.lookup.rows import AGE, ENTITY, LookedUp
from ml_assets.predictions import REASONS

# No file is larger, but for the most files there may be.
LARGEST_FILE_BYTES = 100_000
_MOST_FILES = 1 << 16
# The names in a file, beside its rows.
_FRAME_BYTES = 4_000
# No row of a table takes more, without its texts, nor does a further number.
_ROW_BYTES, _NUMBER_BYTES = 40, 20
# What JSON writes as it is; another letter becomes up to twelve.
_NOT_PLAIN, _LETTER_BYTES = r"[^ !#-\[\]-~]", 12
# FNV-1a of 32 bits.
_OFFSET, _PRIME, _MASK = np.uint64(2166136261), np.uint64(16777619), np.uint64(0xFFFFFFFF)
_HALF = np.uint64(16)


@dataclass(frozen=True, slots=True)
class Shards:
    """Entities of one kind, divided among files.

    Attributes
    ----------
    ids
        All of them, in order.
    shard
        In which file each of them is.
    number
        How many files there are, a power of two.
    oldest
        How many scores of one entity may be older than the newest one.
    """

    ids: pd.Index[str]
    shard: NDArray[np.int64]
    number: int
    oldest: int

    def kept(self, table: LookedUp) -> pd.DataFrame:
        """Return the rows of a table that are not too old."""
        return table.rows.loc[table.rows[AGE] <= self.oldest]


def divided(tables: Sequence[LookedUp], most_bytes: int) -> Shards | None:
    """Divide the entities of tables about one kind of them; None if there are none.

    The newest score of everybody is always there. Earlier ones are there as far as all of the same age fit.

    Parameters
    ----------
    tables
        What is known of them; at least one.
    most_bytes
        What all files together may take, as far as history does.
    """
    ids = pd.Index(np.unique(pd.concat([table.rows[ENTITY] for table in tables]).to_numpy(dtype=np.str_)))
    if ids.empty:
        return None
    weights = [_bytes_of(table) for table in tables]
    by_id = _text_bytes(ids.to_series())
    oldest = _oldest_age(tables, weights, most_bytes - float(by_id.sum()))
    for table, weight in zip(tables, weights, strict=True):
        is_kept = (table.rows[AGE] <= oldest).to_numpy()
        by_id += np.bincount(
            ids.get_indexer(pd.Index(table.rows[ENTITY]))[is_kept], weight[is_kept], minlength=len(ids)
        )
    number, shard = _least_files(hashes_of(ids), by_id)
    return Shards(ids, shard, number, oldest)


def hashes_of(ids: Sequence[str] | pd.Index[str]) -> NDArray[np.uint64]:
    """Return a number for each id: FNV-1a of its UTF-8 bytes, 32 bits, the upper half folded into the lower one."""
    encoded = np.char.encode(np.asarray(ids, dtype=np.str_), "utf-8")
    letters = encoded.view(np.uint8).reshape(len(encoded), -1).astype(np.uint64)
    # Shorter ids are padded with zeros, which are no part of them.
    lengths = np.char.str_len(encoded)
    hashes = np.full(len(encoded), _OFFSET, dtype=np.uint64)
    for place in range(letters.shape[1]):
        mixed = ((hashes ^ letters[:, place]) * _PRIME) & _MASK
        hashes = np.where(place < lengths, mixed, hashes)
    return hashes ^ (hashes >> _HALF)


def _bytes_of(table: LookedUp) -> NDArray[np.float64]:
    """Return at least what each row of a table takes in a file."""
    taken = np.full(len(table.rows), _ROW_BYTES, dtype=np.float64)
    taken += table.rows[REASONS].str.len().fillna(0).to_numpy(dtype=np.float64)
    for name in table.facts:
        values = table.rows[name].dropna()
        is_number = pd.api.types.is_float_dtype(values.infer_objects())
        taken[values.index] += np.float64(_NUMBER_BYTES) if is_number else _text_bytes(values)
    return taken


def _text_bytes(texts: pd.Series[Any]) -> NDArray[np.float64]:
    """Return at least what texts take in JSON, with quotes and a comma behind them."""
    known = texts.astype("string")
    each = np.where(known.str.contains(_NOT_PLAIN).to_numpy(dtype=np.bool_), float(_LETTER_BYTES), 1.0)
    return np.asarray(known.str.len(), dtype=np.float64) * each + 3


def _oldest_age(tables: Sequence[LookedUp], weights: Sequence[NDArray[np.float64]], room: float) -> int:
    ages = np.concatenate([table.rows[AGE].to_numpy() for table in tables])
    taken = np.cumsum(np.bincount(ages, np.concatenate(list(weights))))
    return max(int((taken <= room).sum()) - 1, 0)


def _least_files(hashes: NDArray[np.uint64], by_id: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
    """Return the least power of two with which no file is too large, and in which file each entity is then."""
    number = 1
    while True:
        shard = (hashes & np.uint64(number - 1)).astype(np.int64)
        if number == _MOST_FILES or np.bincount(shard, by_id).max() <= LARGEST_FILE_BYTES - _FRAME_BYTES:
            return number, shard
        number *= 2
