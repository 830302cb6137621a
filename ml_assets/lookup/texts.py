"""What stands in a file of rows: one call with an object, column by column.

Belongs here: that text. Does not belong here: which rows are in which file (``shards``). The page's script reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.lookup.rows import AGE, DAY, ENTITY, HINDSIGHT, VERSION, LookedUp
from ml_assets.lookup.shards import Shards
from ml_assets.predictions import BAND, REASONS, SCORE

# Function of the page's script that takes what stands in a file.
CALLED = "ecomLookup"
# Place of the entity among the ids of its file.
_WHO = "who"
_NUMBERS = (DAY, SCORE, BAND, VERSION, HINDSIGHT)


@dataclass(frozen=True, slots=True)
class _Sliced:
    """Columns in the order of files, and where each file begins in them."""

    columns: Mapping[str, list[Any]]
    begins: list[int]

    def texts(self, shard: int) -> dict[str, str]:
        """Return the columns of a file as JSON lists."""
        begin, end = self.begins[shard], self.begins[shard + 1]
        return {
            # Reasons are JSON already.
            name: f"[{','.join(values[begin:end])}]"
            if name == REASONS
            else json.dumps(values[begin:end], separators=(",", ":"))
            for name, values in self.columns.items()
        }


def shard_texts(shards: Shards, tables: Sequence[LookedUp]) -> Iterator[str]:
    """Yield what stands in each file, in order; one without rows is there too.

    Parameters
    ----------
    shards
        How the entities are divided.
    tables
        The tables that were divided.

    Raises
    ------
    ValueError
        If reasons are no JSON.
    """
    order = np.argsort(shards.shard, kind="stable")
    begins = np.searchsorted(shards.shard[order], np.arange(shards.number + 1))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - begins[shards.shard[order]]
    ids = shards.ids.to_numpy()[order]
    sliced = [(table, *_sliced(table, shards, place)) for table in tables]
    for shard, (begin, end) in enumerate(pairwise(begins)):
        members = {}
        for table, newest, earlier in sliced:
            columns = newest.texts(shard)
            facts = {name: columns.pop(name) for name in table.facts}
            members[table.model] = _object(
                {"newest": _object(columns | {"facts": _object(facts)}), "earlier": _object(earlier.texts(shard))}
            )
        text = _object({"ids": json.dumps(list(ids[begin:end])), "tables": _object(members)})
        # A file that is no JSON would take a whole part of the ids with it.
        json.loads(text)
        yield f"{CALLED}({text});\n"


def _sliced(table: LookedUp, shards: Shards, place: NDArray[np.int64]) -> tuple[_Sliced, _Sliced]:
    """Return the newest rows of a table, and the earlier ones."""
    rows = shards.kept(table)
    is_newest = rows[AGE] == 0
    return (
        _ordered(rows.loc[is_newest], shards, place, (*_NUMBERS, REASONS, *table.facts)),
        _ordered(rows.loc[~is_newest], shards, place, _NUMBERS),
    )


def _ordered(rows: pd.DataFrame, shards: Shards, place: NDArray[np.int64], names: Sequence[str]) -> _Sliced:
    who = shards.ids.get_indexer(pd.Index(rows[ENTITY]))
    order = np.argsort(shards.shard[who], kind="stable")
    begins = np.searchsorted(shards.shard[who][order], np.arange(shards.number + 1))
    columns = {name: _plain(rows[name]).iloc[order].to_list() for name in names}
    return _Sliced({_WHO: place[who][order].tolist(), **columns}, begins.tolist())


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column with None where nothing is known, which JSON has a word for."""
    return values.astype(object).where(values.notna(), None)


def _object(members: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members.items()) + "}"
