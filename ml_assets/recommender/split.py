"""How the click stream is divided by time: what is learned from, on what is chosen, on what is judged.

Belongs here: the moments at which is asked. Does not belong here: whom is asked about (``contexts``), fitting.

Moments lie a horizon apart, so that no view is a target twice. The newest ones are the test window, those
before them the choice, and those before these teach the order of candidates. Nothing that is fitted knows an event at
or after the first moment at which it is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ml_assets.recommender.clicks import Moments
from ml_assets.recommender.config import SplitConfig

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Split:
    """Moments by what they are for, each ascending; there may be none.

    Attributes
    ----------
    horizon
        Time after a moment within which views are targets.
    choice
        On which candidates are chosen.
    test
        On which the version is judged.
    end
        End of the events that are complete.
    """

    horizon: np.timedelta64
    choice: Moments
    test: Moments
    end: np.datetime64

    @property
    def fitted_until(self) -> np.datetime64:
        """First moment of the test window: what serves knows no event at or after it."""
        return self.test[0] if len(self.test) else self.end

    def lessons(self, until: np.datetime64, count: int, start: np.datetime64) -> Moments:
        """Return the newest moments whose targets were all known by another moment.

        Parameters
        ----------
        until
            The moment at which is asked.
        count
            At most so many.
        start
            The first event; a moment has at least one horizon of events before it.
        """
        moments = until - self.horizon * np.arange(count, 0, -1)
        return moments[moments - self.horizon >= start]


def split_of(start: np.datetime64, complete_until: date | None, config: SplitConfig) -> Split:
    """Return the moments that the observed days allow: fewer of each kind in a short log, at last none.

    Parameters
    ----------
    start
        The first event.
    complete_until
        Last day until which clicks are complete; None if there is none.
    config
        How many moments of each kind.
    """
    horizon = np.timedelta64(config.horizon_days, "D").astype("timedelta64[us]")
    nothing: Moments = np.empty(0, dtype="datetime64[us]")
    if complete_until is None or np.isnat(start):
        return Split(horizon, nothing, nothing, np.datetime64(0, "us"))
    end = (np.datetime64(complete_until, "D") + _DAY).astype("datetime64[us]")
    # At least half of the horizons stay for learning.
    horizons = max(0, int((end - start) // horizon))
    tests = min(config.test_moments, horizons // 4)
    choices = min(config.choice_moments, horizons // 4)
    moments = end - horizon * np.arange(tests + choices, 0, -1)
    return Split(horizon, moments[:choices], moments[choices:], end)
