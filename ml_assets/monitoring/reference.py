"""The rows that a version learned from, frozen beside it: what its world is compared with for as long as it serves.

Belongs here: the stored form. Does not belong here: which rows these are (the families), comparing (``gate``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pandas as pd
from pydantic import BaseModel, ConfigDict

from ml_assets.monitoring.rows import limited
from ml_assets.monitoring.window import Window
from ml_assets.registry.tracking import ModelRegistry, Version

ROWS_FILE, FACTS_FILE = "reference.parquet", "reference.json"
# Beside the columns of the frame, none of which is called so.
_ENTITY, _PERIOD = "entity (hash)", "period (first day)"


class ReferenceFacts(BaseModel):
    """What the frozen rows are.

    Attributes
    ----------
    first, last
        Days from which and until which rows were learned from.
    rows
        Number of the rows that are kept.
    learned_rows
        Number of those that were learned from.
    """

    model_config = ConfigDict(frozen=True)

    first: date
    last: date
    rows: int
    learned_rows: int

    @classmethod
    def of(cls, learned: Window, kept: Window) -> Self:
        """Return the facts of rows that were learned from, of which some are kept."""
        return cls(first=learned.first, last=learned.last, rows=len(kept.frame), learned_rows=len(learned.frame))


def frozen(learned: Window, folder: Path) -> Mapping[str, Path]:
    """Write rows that were learned from into a folder; return the files by their path among a run's artefacts."""
    kept = limited(learned)
    rows = kept.frame.assign(**{_ENTITY: kept.entity, _PERIOD: kept.period.astype("datetime64[s]")})
    files = {ROWS_FILE: folder / ROWS_FILE, FACTS_FILE: folder / FACTS_FILE}
    rows.to_parquet(files[ROWS_FILE], index=False)
    files[FACTS_FILE].write_text(ReferenceFacts.of(learned, kept).model_dump_json(indent=2), encoding="utf-8")
    return files


def thawed(folder: Path) -> Window:
    """Return the rows that were written into a folder."""
    facts = ReferenceFacts.model_validate_json((folder / FACTS_FILE).read_text(encoding="utf-8"))
    rows = pd.read_parquet(folder / ROWS_FILE)
    entity = rows.pop(_ENTITY).to_numpy(dtype="int64")
    period = rows.pop(_PERIOD).to_numpy(dtype="datetime64[s]").astype("datetime64[D]")
    texts: pd.DataFrame = rows.select_dtypes(include="string")
    rows[texts.columns] = texts.astype("object").where(texts.notna(), None)
    return Window(rows, entity, period, facts.first, facts.last)


def reference_of(registry: ModelRegistry, version: Version) -> Window | None:
    """Return the rows that a version learned from; None if none were kept, as of versions before this was done."""
    with TemporaryDirectory(prefix="reference_") as scratch:
        found = registry.fetched(version, (ROWS_FILE, FACTS_FILE), Path(scratch))
        return thawed(Path(scratch)) if found else None
