"""What a promotion goes by, and what comes of it.

Belongs here: the types. Does not belong here: the rule itself (``promotion``), what follows from it (``champion``).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ml_assets.classification.evaluation import Gain

METRIC: Final = "log_loss"


class Verdict(StrEnum):
    """What became of a challenger."""

    PROMOTED = "promoted"
    KEPT = "kept"
    RULE_PROMOTED = "rule promoted"
    INSUFFICIENT_EVIDENCE = "insufficient evidence"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"


class Serves(StrEnum):
    """Who serves after a decision."""

    CHALLENGER = "challenger"
    CHAMPION = "champion"
    RULE = "rule"
    NOBODY = "nobody"


class Obstacle(StrEnum):
    """Why a champion cannot be compared."""

    LEARNED_FROM_WINDOW = "it learned from labels that reach into the test window"
    CANNOT_ANSWER = "the features it needs are no longer there, or its form cannot be read any more"


@dataclass(frozen=True, slots=True)
class Champion:
    """The version that serves, as it does on the challenger's test window.

    Attributes
    ----------
    version
        Number of the version.
    gain
        By how much the challenger is better; None where there is an obstacle.
    obstacle
        Why there is no gain.
    """

    version: str
    gain: Gain | None = None
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision goes by, beside what was measured.

    Attributes
    ----------
    rule_columns
        Columns that the one-line rule reads: it cannot stand in where they leak.
    confidence
        Declared confidence, ``EvaluationConfig.confidence``.
    comparison
        Which comparison on this test window it is, counted from 1. The gains must have been measured for it
        (``comparisons.for_comparison``).
    is_age_retrain
        Whether the challenger was fitted only because the champion is old.
    rolled_back_until
        Last period of the window on which the challenger, or the rule fitted with it, had won when it was taken back.
    """

    rule_columns: Set[str]
    confidence: float
    comparison: int = 1
    is_age_retrain: bool = False
    rolled_back_until: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and on what grounds.

    Attributes
    ----------
    verdict, serves, reason
        What became of the challenger, who serves, and why, in a sentence.
    champion_value, challenger_value
        Log-loss of both on the test window; of the rule, where it was the one to beat.
    gain_low, gain_high
        Interval of the difference.
    window_to
        Last period of the test window.
    is_compared
        Whether the test window was used up for a comparison.
    """

    verdict: Verdict
    serves: Serves
    reason: str
    champion_value: float | None = None
    challenger_value: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    window_to: date | None = None
    is_compared: bool = False
