"""Customers to segment, as measurements take them: from feature tables built for the purpose.

Belongs here: building these tables, reading snapshots. Does not belong here: fitting, what is measured.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.asked import built
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import OBSERVATION_WINDOWS
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.questions import QUESTIONS
from ml_assets.segmentation.snapshots import Snapshots, snapshots_of
from ml_assets.warehouse import Warehouse


def build(raw_dir: Path, home: Path) -> DuckDBWarehouse:
    """Build the feature tables that segmentations read, from a landing folder into a home.

    Raises
    ------
    ecom_assets.comparison.builds.BuildError
        If dbt fails.
    """
    tables = [table for question in QUESTIONS for table in (question.table, question.value_table)]
    return built(raw_dir, home, ("olist",), tables)


def snapshots_in(warehouse: Warehouse, question: SegmentationQuestion) -> Snapshots:
    """Return the snapshots of a question in a warehouse.

    Raises
    ------
    LookupError
        If no event of the kind that must be complete is so on any day.
    """
    ends = warehouse.read(
        OBSERVATION_WINDOWS,
        ["complete_until"],
        where=f"source = '{question.source}' and event = '{question.observed_event}'",
    )["complete_until"].dropna()
    if ends.empty:
        raise LookupError(f"{question.name}: no day with complete {question.observed_event}; build a larger sample")
    key = [question.entity, question.as_of_column]
    return snapshots_of(
        question,
        warehouse.read(question.table, [*key, *dict.fromkeys([*question.columns, *question.profile_columns])]),
        warehouse.read(question.value_table, [*key, question.future_spend, question.label_known_at]),
        ends.iloc[0].date() if hasattr(ends.iloc[0], "date") else ends.iloc[0],
    )
