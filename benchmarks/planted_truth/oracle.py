"""What the oracle of a sample says of the rows of a question.

Belongs here: reading it, rows put beside each other. Does not belong here: figures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ecom_assets.sample.truth.questions import PROBABILITY
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Question

TRUTH_FOLDER = "truth"
_TABLE_PREFIX = "ftr_"


def oracle_path(raw_dir: Path, question: Question) -> Path:
    """Return the oracle's file of a question in a sample's landing folder."""
    return raw_dir / TRUTH_FOLDER / f"oracle_{question.table.name.removeprefix(_TABLE_PREFIX)}.parquet"


def oracle_probability(raw_dir: Path, question: Question, panel: Panel) -> npt.NDArray[np.float64]:
    """Return the oracle's probability of yes for each row of a panel, NaN where it says nothing of a row.

    Parameters
    ----------
    raw_dir
        Landing folder of the sample, with what it was made from.
    question
        What is asked.
    panel
        Rows of the question.
    """
    columns = list(dict.fromkeys([*question.key, *([question.as_of_column] if question.as_of_is_date else [])]))
    said = _comparable(pd.read_parquet(oracle_path(raw_dir, question), columns=[*columns, PROBABILITY]), columns)
    rows = _comparable(panel.keys[columns], columns)
    joined = rows.merge(said, how="left", on=columns, validate="many_to_one")
    return np.asarray(joined[PROBABILITY].to_numpy(dtype=np.float64), dtype=np.float64)


def _comparable(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return keys as text, whatever type a date or an id has here and there."""
    return frame.assign(
        **{
            name: frame[name].astype(str)
            if not name.endswith("_date")
            else pd.to_datetime(frame[name]).dt.strftime("%Y-%m-%d")
            for name in columns
        }
    )
