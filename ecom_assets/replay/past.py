"""The tables of a past day: landed and built from what was known at its end, and from nothing else.

Belongs here: making them, and telling whether they stand already. Does not belong here: what was known when
(``point_in_time``), how tables are built (``comparison.builds``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ecom_assets.comparison.builds import build_embedded, embedded_settings
from ecom_assets.environment import Settings, load_settings
from ecom_assets.point_in_time.raw_as_of import write_raw_as_of
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import TableName
from ml_assets.files import write_text


def past_warehouse(
    settings: Settings, folder: Path, source: str, day: date, tables: Iterable[TableName]
) -> DuckDBWarehouse:
    """Return the tables of a source as they would have been built at the end of a day.

    All days are built at the same place, one after the other, so that dbt need not read the project anew.

    Parameters
    ----------
    settings
        Of the platform: which landing folder, and how many rows may fail to parse.
    folder
        Where the past is landed and built; nothing is written elsewhere.
    source
        Name of the source.
    day
        The day, which counts in full.
    tables
        Tables that are wanted; what they need is built as well.

    Raises
    ------
    LoadError
        If the landing folder cannot be used as it is.
    NothingKnownError
        If the day lies before the first rows.
    BuildError
        If dbt fails.
    """
    own = replace(
        # Of the platform's variables none is read, so that its registry and its warehouse are not named here.
        embedded_settings(load_settings({"ECOM_HOME": str(folder)}), folder, (source,)),
        max_rejected_share=settings.max_rejected_share,
    )
    selected = tuple(dict.fromkeys(f"+{table.name}" for table in tables))
    stands, wanted = folder / "built.txt", " ".join([day.isoformat(), *selected])
    if not (stands.exists() and stands.read_text(encoding="utf-8") == wanted):
        stands.unlink(missing_ok=True)
        landed = folder / "raw"
        shutil.rmtree(landed, ignore_errors=True)
        write_raw_as_of(settings.raw_dir, landed, day, (source,), max_rejected_share=settings.max_rejected_share)
        build_embedded(own, landed, ["--select", *selected])
        write_text(stands, wanted)
    return DuckDBWarehouse(path=str(own.duckdb_path))
