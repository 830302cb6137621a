"""All tables of a source at once, loaded into a DuckDB file that is no warehouse in use.

Belongs here: one load after the other, as the raw assets make them. Does not belong here: the load of one table
(``loader``), Dagster (``assets``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ecom_assets.ingestion.landing import Part, discover
from ecom_assets.ingestion.loader import LoadRequest, load_table
from ecom_assets.ingestion.schema import Source, Table
from ecom_assets.warehouse.ops_tables import create_statements
from ecom_assets.warehouse.prediction_tables import prediction_statements

_SCRATCH_PREFIX = ".whole_source_"
_RUN_ID = "beside_the_warehouse"


@dataclass(frozen=True, slots=True)
class LandedTable:
    """A raw table in a temporary warehouse.

    Attributes
    ----------
    source, table
        The declared table.
    parts
        Its files, later ones winning; none for an optional table whose files are not there.
    """

    source: Source
    table: Table
    parts: tuple[Part, ...]

    @property
    def relation(self) -> str:
        """Qualified name in the temporary warehouse."""
        return f"{self.source.schema}.{self.table.name}"


def load_source(
    connection: duckdb.DuckDBPyConnection, raw_dir: Path, source: Source, *, max_rejected_share: float
) -> tuple[LandedTable, ...]:
    """Load every table of a source, as the raw assets do.

    Raises
    ------
    LoadError
        If the folder or one of its files cannot be used.
    """
    for statement in (*create_statements(), *prediction_statements(source.name)):
        connection.execute(statement)
    landing = discover(raw_dir, source)
    loaded_at = datetime.now(UTC).replace(tzinfo=None)
    tables = tuple(LandedTable(source, table, landing.parts[table.name]) for table in source.tables)
    with TemporaryDirectory(prefix=_SCRATCH_PREFIX) as scratch:
        for landed in tables:
            request = LoadRequest(
                source=source,
                table=landed.table,
                parts=landed.parts,
                scratch_dir=Path(scratch),
                max_rejected_share=max_rejected_share,
                run_id=_RUN_ID,
                loaded_at=loaded_at,
            )
            load_table(connection, request)
    return tables
