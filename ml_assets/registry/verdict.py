"""What a promotion goes by, and what comes of it.

Belongs here: the types. Does not belong here: the rule itself (``promotion``), what follows from it (``champion``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml_assets.metrics.estimate import Estimate


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
    OTHER_DATA = "most of those from whom it learned are no longer in the data"


# What keeps a champion from being compared, and from serving on.
UNFIT = frozenset({Obstacle.CANNOT_ANSWER, Obstacle.OTHER_DATA})


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The figure by which versions of a model are compared.

    Attributes
    ----------
    name
        As it stands in ``ops.promotions``.
    words
        What it is called within a sentence.
    is_lower_better
        Whether the better of two versions has the lower figure.
    """

    name: str
    words: str
    is_lower_better: bool = False

    def of_other(self, own: float, gain: float) -> float:
        """Return the figure of the other one, which a version with its own figure is better than by a gain."""
        return own + gain if self.is_lower_better else own - gain


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured of a challenger, as far as a decision goes by it.

    Attributes
    ----------
    version
        Number of the version.
    yardstick, value
        What is compared, and the challenger's own figure on the test window; None where it was not measured.
    is_rule
        Whether the challenger is itself a rule that nothing was learned for.
    over_rule
        By how much it is better than the rule that would serve in its place, with the interval of a paired comparison
        that is as sure as this one must be (``comparisons.for_comparison``). May be missing if it is a rule.
    confidence
        Declared confidence of the first comparison on a window.
    margin
        By how much it may be worse than the champion, at worst; None, as a rule, if it must be better.
    window_to
        Last period of the test window; None if there is none.
    suspicion
        Why its figures are too good to be true, in words; None if they are not.
    is_rule_suspect
        Whether the rule reads what the suspicion is about, so that it cannot stand in either.
    shortage
        Why the window proves nothing, in words; None if it holds enough.
    fault
        Why it must not serve however much better it is, in words; None if it may.
    """

    version: str
    yardstick: Yardstick
    value: float | None
    is_rule: bool
    over_rule: Estimate | None
    confidence: float
    margin: float | None = None
    window_to: date | None = None
    suspicion: str | None = None
    is_rule_suspect: bool = False
    shortage: str | None = None
    fault: str | None = None


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
    gain: Estimate | None = None
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the registry knows of a comparison.

    Attributes
    ----------
    comparison
        Which comparison on this test window it is, counted from 1.
    rolled_back_until
        Last period of the window on which the challenger, or the rule fitted with it, had won when it was taken back.
    """

    comparison: int = 1
    rolled_back_until: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and on what grounds.

    Attributes
    ----------
    verdict, serves, reason
        What became of the challenger, who serves, and why, in a sentence.
    metric
        Name of the figure by which it was decided.
    champion_value, challenger_value
        This figure of both on the test window; of the rule, where it was the one to beat.
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
    metric: str | None = None
    champion_value: float | None = None
    challenger_value: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    window_to: date | None = None
    is_compared: bool = False
