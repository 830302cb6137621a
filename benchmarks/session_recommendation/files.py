"""The files of the published split: sessions to learn from, and pairs of prefix and next item to be asked.

Belongs here: reading them, and errors that name the line. Does not belong here: what is done with them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ml_assets.recommender.sessions import NextItems, Sessions

_PREFIX, _TARGET = "prefix", "target"
_LARGEST = int(np.iinfo(np.int32).max)


class SplitFileError(ValueError):
    """A file of the split cannot be read as one."""


def read_sessions(path: Path) -> Sessions:
    """Return the sessions of a file with one JSON list of item numbers a line.

    Raises
    ------
    SplitFileError
        If the file is missing, is not gzip, has no session, or a line is no list of at least one item number.
    """
    lists = []
    for where, line in _lines(path):
        if not _is_items(line) or not line:
            raise SplitFileError(f"{where}: a session is a JSON list of at least one item number, such as [3, 4, 3].")
        lists.append(line)
    return Sessions.of_lists(lists)


def read_pairs(path: Path) -> NextItems:
    """Return the pairs of a file with one JSON object of prefix and target a line.

    A pair's session is told by the prefixes: the next prefix of a session is this prefix and its target.

    Raises
    ------
    SplitFileError
        As ``read_sessions`` does, if a line is no such object or its prefix is empty.
    """
    prefixes, targets = [], []
    for where, line in _lines(path):
        is_pair = isinstance(line, dict) and _is_items(line.get(_PREFIX)) and _is_items([line.get(_TARGET)])
        if not is_pair or not line[_PREFIX]:
            raise SplitFileError(f'{where}: a pair is a JSON object such as {{"prefix": [3, 4], "target": 3}}.')
        prefixes.append(line[_PREFIX])
        targets.append(line[_TARGET])
    return NextItems(Sessions.of_lists(prefixes), np.asarray(targets, dtype=np.int32), sessions_of(prefixes, targets))


def sessions_of(prefixes: list[list[int]], targets: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the number of the session of each pair, for pairs of a session that stand together.

    Pairs stand together if each prefix goes on or goes back by one click: published files have them in both orders.
    """
    longer = [[*prefix, target] for prefix, target in zip(prefixes, targets, strict=True)]
    is_same = [this == prefixes[at + 1] or prefixes[at] == longer[at + 1] for at, this in enumerate(longer[:-1])]
    return np.cumsum([0, *(not same for same in is_same)]).astype(np.int64)[: len(prefixes)]


def _is_items(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= _LARGEST for item in value
    )


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    count = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as opened:
            for count, text in enumerate(opened, start=1):
                where = f"{path}, line {count}"
                try:
                    yield where, json.loads(text)
                except json.JSONDecodeError as error:
                    raise SplitFileError(f"{where}: not JSON ({error.msg}); mend or remove the line.") from error
    except FileNotFoundError as error:
        raise SplitFileError(f"{path}: there is no such file; name one that exists.") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SplitFileError(f"{path}, after line {count}: not a whole gzip file of text ({error}).") from error
    if not count:
        raise SplitFileError(f"{path}: the file has no line; there is nothing to learn from or to ask.")
