"""The questions with their rows, as measurements take them: from a warehouse, or from a sample built for the purpose.

Belongs here: reading a question's panel, a sample's tables in a warehouse of their own. Does not belong here: fitting,
what is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from ecom_assets.comparison.builds import build_embedded, embedded_settings
from ecom_assets.environment import load_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import write_sample
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.panel import Panel, panel_of
from ml_assets.classification.question import Question
from ml_assets.classification.training_set import complete_until, read_training_set
from ml_assets.contract import TableName
from ml_assets.definitions import questions_of
from ml_assets.warehouse import Warehouse

RAW_FOLDER = "raw"
QUESTIONS = questions_of(tuple(SOURCES))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its rows.

    Attributes
    ----------
    question
        What is asked.
    frame
        Rows of the feature table with all of its columns.
    panel
        The same rows, in the same order.
    until
        Last day until which the events that answers need are complete.
    """

    question: Question
    frame: pd.DataFrame
    panel: Panel
    until: np.datetime64


def asked(warehouse: Warehouse, question: Question) -> Asked:
    """Return a question with its rows in a warehouse.

    Raises
    ------
    LookupError
        If no event of the kind that its answers need is complete on any day.
    """
    until = complete_until(warehouse, question)
    if until is None:
        raise LookupError(f"{question.name}: no day with complete {question.observed_event}; build a larger sample")
    frame = read_training_set(warehouse, question)
    return Asked(question, frame, panel_of(question, frame), np.datetime64(until, "D"))


@contextmanager
def sample_warehouse(
    scale: float, seed: int, sources: Sequence[str], *, is_null: bool = False
) -> Iterator[tuple[DuckDBWarehouse, Path]]:
    """Write a sample, build its feature tables, and give the warehouse and the landing folder for as long as wanted.

    Parameters
    ----------
    scale, seed, sources, is_null
        As for ``write_sample``.
    """
    with TemporaryDirectory(prefix="sample_") as name:
        folder = Path(name)
        write_sample(folder / RAW_FOLDER, scale=scale, seed=seed, sources=sources, is_null=is_null)
        yield built(folder / RAW_FOLDER, folder / "home", sources), folder / RAW_FOLDER


def built(
    raw_dir: Path, home: Path, sources: Sequence[str], tables: Iterable[TableName] | None = None
) -> DuckDBWarehouse:
    """Build feature tables from a landing folder into a home: those that the questions about some sources need.

    Parameters
    ----------
    raw_dir, home
        From and into which folder.
    sources
        Names of the sources.
    tables
        Feature tables to build in place of those of the questions.

    Raises
    ------
    ecom_assets.comparison.builds.BuildError
        If dbt fails.
    """
    asked_for = (question.table for question in questions_of(sources)) if tables is None else tables
    selected = dict.fromkeys(f"+{table.name}" for table in asked_for)
    settings = embedded_settings(load_settings({"ECOM_HOME": str(home)}), home, sources)
    return DuckDBWarehouse(path=str(build_embedded(settings, raw_dir, ["--select", *selected]).path))
