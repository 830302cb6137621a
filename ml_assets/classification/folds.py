"""Which rows train, choose and test: divided by time, with a gap of the label horizon between the parts.

Belongs here: masks over the rows of a panel, made from times, counts of labels and entities. Does not belong here:
features, fitting, measuring.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.evaluation import FoldStatistics
from ml_assets.classification.panel import Panel
from ml_assets.classification.question import Moments, Period
from ml_assets.config import SplitConfig

BoolMask = npt.NDArray[np.bool_]

# A period counts as tested when most of its rows are mature: the newest one is shown although it is not whole.
_TEST_MATURE_SHARE = 0.5
# Choice and calibration want whole periods, but one odd order promised for next year shall not cost a month.
_VALIDATION_MATURE_SHARE = 0.95
# Months or weeks of a test window of which nobody has said how long it shall be.
USUAL_TEST_PERIODS = {Period.MONTH: 3, Period.WEEK: 4}
# One entity in so many is validation where time cannot divide.
_ENTITY_PARTS = 5


@dataclass(frozen=True, slots=True)
class Fold:
    """What was known before a moment, as masks over the rows of a panel.

    Attributes
    ----------
    train
        Rows to fit on while something is still to be chosen.
    validation
        Rows on which is chosen and calibrated.
    known
        All rows that were known, on which the chosen one is fitted at last: both others, and the gap between them.
    """

    train: BoolMask
    validation: BoolMask
    known: BoolMask


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """A fold, the test window after it, and what is in each: train, validation, test."""

    fold: Fold
    test: BoolMask
    statistics: tuple[FoldStatistics, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A period to predict, its mature rows, and the fold of what was known before it."""

    period: date
    fold: Fold
    test: BoolMask


def for_period(config: SplitConfig, period: Period) -> SplitConfig:
    """Return the settings with the length of the test window that is usual for months or weeks, if none was given."""
    if config.test_periods is not None:
        return config
    return config.model_copy(update={"test_periods": USUAL_TEST_PERIODS[period]})


def split_by_time(panel: Panel, complete_until: np.datetime64, config: SplitConfig) -> TimeSplit:
    """Divide the rows of a panel into train, validation and test.

    Parameters
    ----------
    panel
        Rows of a question, mature or not.
    complete_until
        Last day whose events are complete. A row counts only if it has a label and its horizon has ended by the end of
        that day.
    config
        How large the parts shall be.

    Returns
    -------
    The test window holds the newest mature periods: ``test_periods``, and more of them, up to ``max_test_periods``,
    while it lacks ``min_test_events`` of the rarer answer and the rest keeps ``min_train_events`` of it. It is made
    shorter while it leaves no row of the rarer answer to train on. All masks are empty where no row counts.
    """
    mature, periods = _mature(panel, complete_until)
    count = _test_length(panel, mature, periods, config)
    test = mature & np.isin(panel.period, periods[len(periods) - count :])
    moment = _first_asked(panel, test) if count else _end_of(complete_until)
    fold = fold_before(panel, moment, config)
    parts = {"train": fold.train, "validation": fold.validation, "test": test}
    return TimeSplit(fold, test, tuple(_statistics(name, panel, rows) for name, rows in parts.items()))


def fold_before(panel: Panel, moment: np.datetime64, config: SplitConfig) -> Fold:
    """Divide what was known before a moment into train and validation.

    Parameters
    ----------
    panel
        Rows of a question.
    moment
        Rows asked before it count, if they have a label and their horizon has ended by it. Events must be complete
        until then.
    config
        How large the parts shall be.

    Returns
    -------
    Validation holds the last ``validation_periods`` periods whose horizons have ended, train all rows whose horizon
    has ended before the first question of validation. Where either part then has fewer than ``min_train_events`` of
    the rarer answer, history is too short for two gaps, and a fixed fifth of the entities is validation instead.
    """
    known = _known_before(panel, moment)
    fold = _fold_by_time(panel, known, moment, config)
    if min(_events(panel, fold.train), _events(panel, fold.validation)) < config.min_train_events:
        validation = known & (_entity_hash(panel) % _ENTITY_PARTS == 0)
        fold = Fold(train=known & ~validation, validation=validation, known=known)
    most = config.max_train_rows
    return replace(fold, train=_some_entities(panel, fold.train, most), known=_some_entities(panel, known, most))


def earlier_folds(panel: Panel, fold: Fold, count: int, config: SplitConfig) -> tuple[Fold, ...]:
    """Return folds whose validation windows lie before that of a fold, the newest first.

    Parameters
    ----------
    panel
        Rows of a question.
    fold
        What was known before a moment.
    count
        How many at most; fewer where either part would have fewer than ``min_train_events`` of the rarer answer, and
        none if the fold is not divided by time.
    config
        How large the parts shall be.
    """
    folds: list[Fold] = []
    while len(folds) < count and _is_by_time(panel, fold):
        moment = _first_asked(panel, fold.validation)
        fold = _fold_by_time(panel, _known_before(panel, moment), moment, config)
        if min(_events(panel, fold.train), _events(panel, fold.validation)) < config.min_train_events:
            break
        folds.append(replace(fold, train=_some_entities(panel, fold.train, config.max_train_rows)))
    return tuple(folds)


def rolling_origins(
    panel: Panel, complete_until: np.datetime64, periods: int, config: SplitConfig
) -> tuple[Origin, ...]:
    """Return the newest mature periods, oldest first, each with the fold of what was known before it.

    A period is left out where too little was known before it: ``min_train_events`` of the rarer answer to train on,
    and both answers to calibrate on.
    """
    mature, mature_periods = _mature(panel, complete_until)
    origins = []
    for period in mature_periods[len(mature_periods) - min(periods, len(mature_periods)) :]:
        test = mature & (panel.period == period)
        fold = fold_before(panel, _first_asked(panel, test), config)
        if _events(panel, fold.known) >= config.min_train_events and _events(panel, fold.validation):
            origins.append(Origin(period=_date(period), fold=fold, test=test))
    return tuple(origins)


def _end_of(day: np.datetime64) -> np.datetime64:
    """Return the end of a day, which is the start of the next."""
    return np.datetime64(day.astype("datetime64[D]") + np.timedelta64(1, "D"))


def _known_before(panel: Panel, moment: np.datetime64) -> BoolMask:
    """Return the rows whose question was asked before a moment and whose answer was certain to be known by it.

    A promise may have passed before its order is handed over: that the horizon has ended does not say that the
    question has been asked.
    """
    return ~np.isnan(panel.label) & (panel.asked_at < moment) & (panel.horizon_ends_at <= moment)


def _mature(panel: Panel, complete_until: np.datetime64) -> tuple[BoolMask, Moments]:
    """Return the rows that count, and the periods, oldest first, of which most rows are mature."""
    end = _end_of(complete_until)
    mature = _known_before(panel, end)
    return mature, _periods_known(panel, mature, end, _TEST_MATURE_SHARE)


def _periods_known(panel: Panel, known: BoolMask, moment: np.datetime64, share: float) -> Moments:
    """Return the periods, oldest first, with known rows in which at least a share of the horizons has ended."""
    periods, number = np.unique(panel.period, return_inverse=True)
    horizons = np.bincount(number[~np.isnat(panel.horizon_ends_at)], minlength=len(periods))
    ended = np.bincount(number[panel.horizon_ends_at <= moment], minlength=len(periods))
    return periods[(np.bincount(number[known], minlength=len(periods)) > 0) & (ended >= share * horizons)]


def _test_length(panel: Panel, mature: BoolMask, periods: Moments, config: SplitConfig) -> int:
    """Return how many of the newest mature periods are the test window; it depends on times and labels only."""

    def rows_of(count: int) -> BoolMask:
        return mature & np.isin(panel.period, periods[len(periods) - count :])

    def events_left(count: int) -> int:
        return _events(panel, _known_before(panel, _first_asked(panel, rows_of(count))))

    longest = min(config.max_test_periods, len(periods))
    count = min(config.test_periods or USUAL_TEST_PERIODS[Period.MONTH], len(periods))
    while (
        count < longest
        and _events(panel, rows_of(count)) < config.min_test_events
        and events_left(count + 1) >= config.min_train_events
    ):
        count += 1
    while count and not events_left(count):
        count -= 1
    return count


def _fold_by_time(panel: Panel, known: BoolMask, moment: np.datetime64, config: SplitConfig) -> Fold:
    """Return the fold with a gap of the label horizon between its parts; it may be empty."""
    periods = _periods_known(panel, known, moment, _VALIDATION_MATURE_SHARE)
    validation = known & np.isin(panel.period, periods[-config.validation_periods :])
    if not validation.any():
        return Fold(train=validation, validation=validation, known=known)
    return Fold(train=_known_before(panel, _first_asked(panel, validation)), validation=validation, known=known)


def _is_by_time(panel: Panel, fold: Fold) -> bool:
    """Return whether all that trains was known before the first question of validation."""
    if not (fold.train.any() and fold.validation.any()):
        return False
    return bool(panel.horizon_ends_at[fold.train].max() <= _first_asked(panel, fold.validation))


def _first_asked(panel: Panel, rows: BoolMask) -> np.datetime64:
    """Return when the first question of some rows was asked."""
    return np.datetime64(panel.asked_at[rows].min())


def _events(panel: Panel, rows: BoolMask) -> int:
    """Return the number of rows with the rarer answer; the rows have labels."""
    positives = int(panel.label[rows].sum())
    return min(positives, int(rows.sum()) - positives)


def _entity_hash(panel: Panel) -> npt.NDArray[np.uint64]:
    """Return an even, fixed number for each row's entity.

    Entities are told apart by when they were first asked about, so that rows which come later change no number.
    """
    by_time = np.argsort(panel.asked_at, kind="stable")
    number = np.empty(len(panel), dtype=np.int64)
    number[by_time] = pd.factorize(panel.entity[by_time])[0]
    return pd.util.hash_array(number)


def _some_entities(panel: Panel, rows: BoolMask, most: int) -> BoolMask:
    """Return the rows of as many entities, in the order of their hash, as have no more rows than ``most``."""
    if int(rows.sum()) <= most:
        return rows
    _, number, sizes = np.unique(_entity_hash(panel)[rows], return_inverse=True, return_counts=True)
    some = rows.copy()
    some[rows] = (np.cumsum(sizes) <= most)[number]
    return some


def _statistics(name: str, panel: Panel, rows: BoolMask) -> FoldStatistics:
    """Return what is in a part."""
    periods = panel.period[rows]
    return FoldStatistics(
        name=name,
        first_period=_date(periods.min()) if len(periods) else None,
        last_period=_date(periods.max()) if len(periods) else None,
        rows=int(rows.sum()),
        positives=int(panel.label[rows].sum()),
        entities=len(np.unique(panel.entity[rows])),
    )


def _date(period: np.datetime64) -> date:
    """Return the first day of a period as a date."""
    day = period.astype("datetime64[D]").item()
    if not isinstance(day, date):
        raise TypeError(f"A period is a date, not {period!r}.")
    return day
