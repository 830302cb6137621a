"""Looks for what is about persons where it must not be: in tables that are published, and in files that models leave.

Belongs here: which values of a warehouse are personal, and the search for them. Does not belong here: which tables and
folders are searched.

Values count, not names of columns: a column that is called otherwise still holds the same cities. Personal is whatever
the declared sources mark so, and the lines of rejected rows. What would also be an ordinary word or number is left out:
short texts, and zip code prefixes that could be a number or an id. Of these only such count as begin with 0; a fifth of
all do, so that a column of them is found.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb
import numpy as np
import pyarrow.parquet

from ecom_assets.ingestion.schema import ColumnType
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.keys import REJECTED_ROWS
from ecom_assets.sql_text import quoted
from ml_assets.contract import TableName

# Between the values of a text file, whatever its format; a city may have an apostrophe or a hyphen in it.
_SEPARATORS = re.compile(r"[\x00-\x1f\x7f\"<>{}\[\](),;:=|\\]+")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ZIP = re.compile(r"(?<![\w.])0\d{4}(?![\w.])")
_ZIP_LENGTH = 5
_SHORTEST_CITY = 4
_SHORTEST_SENTENCE = 15
# Where nothing separates values, only what is as long as this is told from chance.
_HEAD = 8
_LARGEST_BYTE = 255
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Values that are about persons.

    Attributes
    ----------
    zips
        Zip code prefixes of five digits.
    words
        Cities in small letters, and parts of free texts and raw lines that are long enough to be nobody else's.
    """

    zips: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal values in one place."""

    place: str
    examples: tuple[str, ...]


def personal_data(connection: duckdb.DuckDBPyConnection) -> PersonalData:
    """Return the personal values in the raw tables and the rejected rows of a warehouse."""
    zips: set[str] = set()
    words: set[str] = set()
    for source in SOURCES.values():
        for table in source.tables:
            for column in table.columns:
                if column.pii and column.type is ColumnType.TEXT:
                    values = _values(connection, TableName(source.schema, table.name), column.name)
                    zips.update(value for value in values if value.isdigit() and len(value) == _ZIP_LENGTH)
                    words.update(part for value in values for part in _parts(value, is_city="city" in column.name))
    words.update(part for line in _values(connection, REJECTED_ROWS, "raw_line") for part in _parts(line))
    return PersonalData(frozenset(zips), frozenset(words))


def findings_in_tables(
    connection: duckdb.DuckDBPyConnection, data: PersonalData, schemas: Iterable[str]
) -> list[Finding]:
    """Return the columns of text, in all tables and views of some schemas, that hold personal values."""
    found = []
    for schema in schemas:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = ? and data_type = 'VARCHAR' order by all",
            [schema],
        ).fetchall()
        for table, column in columns:
            values = _values(connection, TableName(schema, table), column)
            found += _finding(f"{schema}.{table}.{column}", _matches_in_texts(values, data))
    return found


def findings_in_folder(folder: Path, data: PersonalData) -> list[Finding]:
    """Return the files below a folder that hold personal values: text, and the formats in which models are kept."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found += _finding(str(path.relative_to(folder)), _matches_in_file(path, path.read_bytes(), data))
    return found


def _matches_in_file(path: PurePath, content: bytes, data: PersonalData) -> set[str]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return set().union(*(_matches_in_file(PurePath(name), member, data) for name, member in members.items()))
    if path.suffix == ".gz":
        return _matches_in_file(path.with_suffix(""), gzip.decompress(content), data)
    read = _READERS.get(path.suffix)
    if read is not None:
        return _matches_in_texts(read(content), data)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return _matches_in_blob(content.decode("latin-1"), data)
    matches = _matches_in_texts([text], data)
    if path.suffix == ".json":
        matches |= set().union(*(_matches_in_blob(blob, data) for blob in _blobs(json.loads(text))))
    return matches


def _matches_in_texts(texts: Iterable[str], data: PersonalData) -> set[str]:
    matches: set[str] = set()
    for text in texts:
        plain = html.unescape(_UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
        matches |= data.words.intersection(_split(plain))
        matches |= data.zips.intersection(_ZIP.findall(plain))
    return matches


def _matches_in_blob(text: str, data: PersonalData) -> set[str]:
    """Return the longer words that stand anywhere in a text without separators."""
    heads: dict[str, list[str]] = {}
    for word in data.words:
        if len(word) >= _HEAD:
            heads.setdefault(word[:_HEAD], []).append(word)
    small = text.casefold()
    starts = (start for start in range(len(small)) if small[start : start + _HEAD] in heads)
    return {word for start in starts for word in heads[small[start : start + _HEAD]] if small.startswith(word, start)}


def _blobs(value: object) -> Iterator[str]:
    """Yield what the lists of small numbers in a JSON document spell: XGBoost writes the names of categories so."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _blobs(inner)
    elif isinstance(value, list):
        if len(value) >= _HEAD and all(type(each) is int and 0 <= each <= _LARGEST_BYTE for each in value):
            yield bytes(value).decode("latin-1")
        for inner in value:
            if isinstance(inner, dict | list):
                yield from _blobs(inner)


def _texts_of_parquet(content: bytes) -> list[str]:
    rows = pyarrow.parquet.read_table(io.BytesIO(content)).to_pandas()
    return [str(value) for name in rows.select_dtypes(exclude="number") for value in rows[name].dropna().unique()]


def _texts_of_array(content: bytes) -> list[str]:
    values = np.load(io.BytesIO(content), allow_pickle=False)
    return [str(value) for value in np.unique(values)] if values.dtype.kind in "US" else []


def _texts_of_sqlite(content: bytes) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        rows = (row for name in tables for row in database.execute(f"select * from {quoted(name)}"))
        return [value for row in rows for value in row if isinstance(value, str)]


_READERS: dict[str, Callable[[bytes], list[str]]] = {
    ".parquet": _texts_of_parquet,
    ".npy": _texts_of_array,
    ".db": _texts_of_sqlite,
}


def _values(connection: duckdb.DuckDBPyConnection, table: TableName, column: str) -> list[str]:
    name = quoted(column)
    rows = connection.execute(f"select distinct {name} from {table} where {name} is not null").fetchall()
    return [value for (value,) in rows]


def _parts(text: str, *, is_city: bool = False) -> set[str]:
    """Return the parts of a personal text that by themselves are nobody else's."""
    if is_city:
        return {part for part in _split(text) if len(part) >= _SHORTEST_CITY}
    return {part for part in _split(text) if len(part) >= _SHORTEST_SENTENCE and " " in part}


def _split(text: str) -> set[str]:
    return {part.strip(" '`").casefold() for part in _SEPARATORS.split(text)}


def _finding(place: str, matches: set[str]) -> list[Finding]:
    return [Finding(place, tuple(sorted(matches)[:_EXAMPLES]))] if matches else []
