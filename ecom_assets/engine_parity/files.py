"""From which files tables were made: in the landing folder, in the warehouse, in a build beside it.

Belongs here: names and hashes by raw table, and what they say of two places. Does not belong here: reading files,
loading them (``ingestion``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecom_assets.ingestion.landing import discover, file_sha256
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sql_text import literal
from ecom_assets.warehouse.ops_tables import newest_loads

# Name and sha256 of the files of each table, by source and table; no files where an optional table has none.
Files = Mapping[tuple[str, str], frozenset[tuple[str, str]]]


def landed_files(raw_dir: Path, sources: Sequence[str]) -> Files:
    """Return the files of the sources as they lie in the landing folder.

    Raises
    ------
    LoadError
        If the folder cannot be used as it is.
    """
    return {
        (source, table): frozenset((part.name, file_sha256(part.path)) for part in parts)
        for source in sources
        for table, parts in discover(raw_dir, SOURCES[source]).parts.items()
    }


def loads_of(sources: Sequence[str]) -> str:
    """Return the query of the files that raw tables hold now, for ``loaded_files``; it runs on every engine."""
    names = ", ".join(literal(source) for source in sources)
    return (
        f"select source, table_name, file_name, file_sha256 from {newest_loads()} as newest_loads "
        f"where source in ({names})"
    )


def loaded_files(rows: Iterable[tuple[Any, ...]]) -> Files:
    """Return the files that tables were loaded from, by the rows of ``loads_of``."""
    files: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for source, table, name, sha256 in rows:
        files[source, table] |= {(name, sha256)} if name is not None else set()
    return {table: frozenset(found) for table, found in files.items()}


def unlike_tables(loaded: Files, wanted: Files) -> tuple[str, ...]:
    """Return the tables, as ``source.table``, that were not loaded from just the files wanted."""
    return tuple(
        f"{source}.{table}" for (source, table), files in wanted.items() if loaded.get((source, table)) != files
    )
