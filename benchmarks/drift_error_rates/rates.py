"""A rate that was counted, with bounds.

Belongs here: counts and their exact bounds. Does not belong here: what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import special

_BOUND = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of some repetitions alarmed.

    Attributes
    ----------
    hits
        Repetitions that alarmed.
    repetitions
        All of them.
    """

    hits: int
    repetitions: int

    @property
    def value(self) -> float:
        """Share of the repetitions that alarmed."""
        return self.hits / self.repetitions

    @property
    def upper(self) -> float:
        """Upper bound of 95 %, one-sided, of C. Clopper and E. Pearson, Biometrika 26, 1934."""
        if self.hits == self.repetitions:
            return 1.0
        return float(special.betaincinv(self.hits + 1, self.repetitions - self.hits, _BOUND))

    @property
    def lower(self) -> float:
        """Lower bound of 95 %, one-sided."""
        if self.hits == 0:
            return 0.0
        return float(special.betaincinv(self.hits, self.repetitions - self.hits + 1, 1.0 - _BOUND))

    def record(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"hits": self.hits, "repetitions": self.repetitions, "lower_95": self.lower, "upper_95": self.upper}
