"""Homes of the platform for measurements: the environment of a command, a warehouse with the raw tables loaded.

Belongs here: where things lie. Does not belong here: taking times.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ecom_assets.environment import Settings, load_settings
from ecom_assets.ingestion.landing import Part, discover
from ecom_assets.ingestion.loader import LoadRequest
from ecom_assets.ingestion.schema import Source, Table
from ecom_assets.ingestion.sources import SOURCES

_OWN_VARIABLES = ("ECOM_", "DAGSTER_", "DBT_", "MLFLOW_")
_LOADED_AT = datetime(2020, 1, 1)
_RUN_ID = "benchmark"


@dataclass(frozen=True, slots=True)
class Home:
    """A home of its own, so that nothing of the user's is read or changed.

    Attributes
    ----------
    path
        The home.
    raw_dir
        Landing folder.
    """

    path: Path
    raw_dir: Path

    def environment(self) -> dict[str, str]:
        """Return the environment of a command on this home; settings of the caller's shell stay out of it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
        return kept | {"ECOM_HOME": str(self.path), "ECOM_RAW_DIR": str(self.raw_dir)}

    @property
    def settings(self) -> Settings:
        """What a command on this home reads from its environment."""
        return load_settings(self.environment())

    def with_warehouse(self, warehouse: Path) -> Home:
        """Create the home with a copy of a warehouse in it."""
        self.path.mkdir(parents=True)
        shutil.copyfile(warehouse, self.settings.duckdb_path)
        return self


@dataclass(frozen=True, slots=True)
class LandedTable:
    """A declared table and the files that feed it."""

    source: Source
    table: Table
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Qualified name of the raw table."""
        return f"{self.source.schema}.{self.table.name}"

    @property
    def bytes(self) -> int:
        """Size of its files."""
        return sum(part.path.stat().st_size for part in self.parts)

    def request(self, settings: Settings) -> LoadRequest:
        """Return the load that the raw asset would ask for."""
        return LoadRequest(
            source=self.source,
            table=self.table,
            parts=self.parts,
            scratch_dir=settings.home,
            max_rejected_share=settings.max_rejected_share,
            run_id=_RUN_ID,
            loaded_at=_LOADED_AT,
        )


def landed_tables(raw_dir: Path, sources: Sequence[Source] = tuple(SOURCES.values())) -> list[LandedTable]:
    """Return every declared table with its files."""
    return [
        LandedTable(source, table, landing.parts[table.name])
        for source in sources
        for landing in [discover(raw_dir, source)]
        for table in source.tables
    ]


def read_once(tables: Sequence[LandedTable]) -> None:
    """Read all files, so that whoever is measured first does not pay for the disk."""
    for table in tables:
        for part in table.parts:
            with part.path.open("rb") as content:
                while content.read(1 << 20):
                    pass
