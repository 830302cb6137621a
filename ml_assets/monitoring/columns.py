"""What is known of a monitored column before its values are looked at.

Belongs here: the declaration of a column. Does not belong here: its values (``window``), what they show (``verdict``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """How the values of a column are compared: by their order, or by the share of each."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class Role(StrEnum):
    """What a column is to the champion."""

    FEATURE = "feature"
    PREDICTION = "prediction"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class MonitoredColumn:
    """A column that two windows are compared by.

    Attributes
    ----------
    name
        Its name in the windows' frames.
    kind
        How its values are compared.
    role
        What it is to the champion; of predictions and labels each drift counts, whatever their importance.
    importance
        Share of the champion's importance, 0 to 1.
    excluded
        Why it is shown but not judged, as a clock column that moves by construction is; empty if it is judged.
    raw_columns
        Raw columns that it descends from, as ``table.column``.
    """

    name: str
    kind: ColumnKind
    role: Role = Role.FEATURE
    importance: float = 0.0
    excluded: str = ""
    raw_columns: tuple[str, ...] = ()
