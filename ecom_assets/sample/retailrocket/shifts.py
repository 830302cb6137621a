"""What a planted drift does to the visits.

Belongs here: later hours, lower odds of another visit; each leaves all that is before its start as it was. Does not
belong here: the sizes of the drift, the process that it changes.
"""

from __future__ import annotations

import numpy as np

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.retailrocket.arrivals import DAY_MS, HOUR_MS, as_times


def changed_odds(chance: Floats, factor: float) -> Floats:
    """Return the chance whose odds are ``factor`` times those of ``chance``."""
    return chance * factor / (1.0 - chance + chance * factor)


def after_concept_drift(config: SampleConfig, starts: Integers) -> Flags:
    """Mark the sessions (starts in ms) after which the odds of another visit are changed."""
    drift = config.drift_of(DriftKind.CONCEPT)
    return np.zeros(len(starts), dtype=np.bool_) if drift is None else drift.since(as_times(starts))


def return_chances(config: SampleConfig, chance: Floats, starts: Integers) -> Floats:
    """Return the chance of another visit after sessions that start then."""
    drift = config.drift_of(DriftKind.CONCEPT)
    if drift is None:
        return chance
    return np.where(after_concept_drift(config, starts), changed_odds(chance, drift.concept.return_odds_factor), chance)


def hours_of_world(config: SampleConfig, day: Integers, time_of_day: Integers) -> Integers:
    """Return the times of day at which visits of these days (ms at midnight) happen; the hours wrap at midnight."""
    drift = config.drift_of(DriftKind.COVARIATE)
    if drift is None:
        return time_of_day
    later = (time_of_day + drift.covariate.hours_later * HOUR_MS) % DAY_MS
    moved: Integers = np.where(drift.since(as_times(day)), later, time_of_day)
    return moved
