"""Rows of a table of scores as they are looked up: the newest of everybody with its reasons, earlier ones in short.

Belongs here: which rows those are, and their columns in a form that takes little room. Does not belong here: reading
tables (``assets``), dividing rows among files (``shards``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml_assets.lookup.subjects import fact_columns
from ml_assets.predictions import AS_OF_DATE, BAND, BANDS, IS_BACKTEST, MODEL_VERSION, REASONS, SCORE, PredictionTable

ENTITY, DAY, VERSION, HINDSIGHT = "entity", "day", "version", "hindsight"
# How many scores of the same one are newer.
AGE = "age"
_DIGITS = 4
# As ``json.dumps`` writes a reason. Text within a value cannot be taken for these: there a quote has a backslash.
_BEGIN, _VALUE = '{"feature": ', ', "value": '
_END = r', "contribution": ([-+0-9.eE]+|null)\}'
_NAME = r'\["((?:[^"\\]|\\.)*)",'


@dataclass(frozen=True, slots=True, eq=False)
class LookedUp:
    """The rows of a table in short form.

    Attributes
    ----------
    model
        Name of the registered model.
    rows
        One a score: ``entity`` (the id), ``age`` (0 is the newest of the entity), ``day``, ``band`` and ``version`` as
        places in the tuples below, ``score`` to four decimals, ``hindsight`` as 0 or 1; of the newest one ``reasons``,
        a JSON list of [place of the feature, value, contribution], and further columns. Elsewhere these are missing.
    days, versions, features, facts
        What is numbered in rows, and the names of the further columns.
    """

    model: str
    rows: pd.DataFrame
    days: tuple[str, ...]
    versions: tuple[str, ...]
    features: tuple[str, ...]
    facts: tuple[str, ...]


def read_columns(table: PredictionTable) -> tuple[str, ...]:
    """Return the columns that are needed of a table."""
    return (table.key[0], AS_OF_DATE, SCORE, BAND, REASONS, MODEL_VERSION, IS_BACKTEST, *fact_columns(table))


def looked_up(table: PredictionTable, frame: pd.DataFrame) -> LookedUp:
    """Return rows of a table of scores in short form.

    Parameters
    ----------
    table
        Which table it is.
    frame
        All its rows, with the columns of ``read_columns``.
    """
    facts = fact_columns(table)
    ordered = frame.assign(**{AS_OF_DATE: pd.to_datetime(frame[AS_OF_DATE])}).sort_values(
        [table.key[0], AS_OF_DATE], ascending=[True, False], kind="stable", ignore_index=True
    )
    days, known_days = pd.factorize(ordered[AS_OF_DATE], sort=True)
    versions, known_versions = pd.factorize(ordered[MODEL_VERSION].astype(str), sort=True)
    age = ordered.groupby(table.key[0], sort=False).cumcount()
    features, reasons = short_reasons(ordered[REASONS].where(age == 0))
    rows = pd.DataFrame(
        {
            ENTITY: ordered[table.key[0]].astype(str),
            AGE: age,
            DAY: days,
            SCORE: ordered[SCORE].astype("float64").round(_DIGITS),
            BAND: ordered[BAND].map({band: place for place, band in enumerate(BANDS)}).astype("int64"),
            VERSION: versions,
            HINDSIGHT: ordered[IS_BACKTEST].astype("int64"),
            REASONS: reasons,
            **{name: _short_fact(ordered[name]).where(age == 0) for name in facts},
        }
    )
    return LookedUp(
        model=table.model,
        rows=rows,
        days=tuple(pd.DatetimeIndex(known_days).strftime("%Y-%m-%d")),
        versions=tuple(known_versions),
        features=features,
        facts=facts,
    )


def short_reasons(reasons: pd.Series[str]) -> tuple[tuple[str, ...], pd.Series[str]]:
    """Return the names of the features in reasons, and the reasons with places among these names.

    Parameters
    ----------
    reasons
        JSON lists of objects of feature, value and contribution, as scores have them; missing ones stay missing.
    """
    lists = (
        reasons.astype("string")
        .str.replace(_BEGIN, "[", regex=False)
        .str.replace(_VALUE, ",", regex=False)
        .str.replace(_END, r",\1]", regex=True)
    )
    features = tuple(sorted(lists.str.extractall(_NAME)[0].unique()))
    for place, name in enumerate(features):
        lists = lists.str.replace(f'["{name}",', f"[{place},", regex=False)
    return features, lists


def _short_fact(values: pd.Series[Any]) -> pd.Series[Any]:
    rounded = values.round(_DIGITS) if pd.api.types.is_float_dtype(values) else values
    return rounded.astype(object).where(rounded.notna(), np.nan)
