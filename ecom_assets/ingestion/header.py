"""The header of a CSV file against the declared columns.

Belongs here: reading the first record, and what is wrong with it. Does not belong here: rows.
"""

from __future__ import annotations

import csv
import difflib
import gzip
from collections.abc import Sequence
from pathlib import Path

from ecom_assets.ingestion.errors import LoadError

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_GZIP_MAGIC = b"\x1f\x8b"
# A header longer than this is no header.
_MAX_HEADER_BYTES = 1 << 16


def read_header(path: Path, name: str, *, is_gzip: bool) -> tuple[str, ...]:
    """Return the column names of a file in its order, without byte-order mark.

    Parameters
    ----------
    path
        Where the file lies.
    name
        How messages call it.
    is_gzip
        Whether its content is gzip-compressed.

    Raises
    ------
    LoadError
        If there is no header, it is not UTF-8 text, or its line end is none that the reader knows.
    """
    try:
        with gzip.open(path, "rb") if is_gzip else path.open("rb") as content:
            line = content.readline(_MAX_HEADER_BYTES)
    except (OSError, EOFError) as error:
        raise LoadError(f"{name} cannot be read ({error}); deliver the file again") from error
    if not line.strip():
        raise LoadError(f"{name} is empty; it needs at least the header line")
    if line.startswith(_GZIP_MAGIC):
        raise LoadError(f"{name} is gzip-compressed; give it a name that ends in .csv.gz")
    if line.startswith(_UTF16_BOMS) or b"\0" in line:
        raise LoadError(f"{name} is UTF-16 text or no text at all; save it as UTF-8")
    if b"\r" in line.rstrip(b"\r\n"):
        raise LoadError(f"{name}: its lines end in a carriage return alone; save it with LF or CR LF line ends")
    try:
        text = line.removeprefix(_UTF8_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LoadError(f"{name}: its header is not UTF-8 ({error.reason}); save it as UTF-8") from error
    try:
        return tuple(next(csv.reader([text])))
    except csv.Error as error:
        raise LoadError(f"{name}: its header is no CSV ({error}); expected the columns separated by commas") from error


def check_header(found: Sequence[str], declared: Sequence[str], name: str) -> tuple[str, ...]:
    """Check a header and return its columns that are not declared, which are not loaded.

    Raises
    ------
    LoadError
        If a declared column is missing or stands twice; the message names it and what stands instead.
    """
    twice = sorted({column for column in found if found.count(column) > 1})
    if twice:
        raise LoadError(f"{name}: column {twice[0]!r} stands more than once in the header; each must stand once")
    extra = tuple(column for column in found if column not in declared)
    missing = [column for column in declared if column not in found]
    if missing:
        raise LoadError(f"{name}: {_describe_missing(missing, extra, found)}; expected columns: {', '.join(declared)}")
    return extra


def _describe_missing(missing: Sequence[str], extra: Sequence[str], found: Sequence[str]) -> str:
    if len(found) == 1 and any(mark in found[0] for mark in ";\t|"):
        return f"the header {found[0]!r} is not separated by commas"
    hints = []
    for column in missing:
        near = difflib.get_close_matches(column, extra, n=1)
        hints.append(f"column {column!r} is missing" + (f" (renamed to {near[0]!r}?)" if near else ""))
    return ", ".join(hints)
