"""What an oracle says of whether a visitor stays away for the next days.

Belongs here: the chance of no event within the horizon, from the planted laws and the log up to the as-of date. Does
not belong here: draws; a visitor's class and own chance to return are never read, they are inferred.

The model: a visitor of class ``k`` comes again after each visit with his own chance, drawn once from the class's law,
after a gap with survival ``S``. With ``n`` visits seen and ``w`` days since his last event, the likelihood of a chance
``r`` is ``r ** (n - 1) * (1 - r + r * S(w))``; that of nothing for ``h`` more days too is the same with ``S(w + h)``.
Means over the class's law are quadratures; classes are weighted by their shares and by the likelihood of what the
visitor did in his sessions and the gaps between them. Delays within sessions have one law and so say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, Integers
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.retailrocket.arrivals import DAY_MS, FIRST_MS, LAST_MS, as_ms
from ecom_assets.sample.retailrocket.laws import MINUTES_PER_DAY
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters
from ecom_assets.sample.retailrocket.sessions import CART, TRANSACTION, VIEW
from ecom_assets.sample.retailrocket.shifts import after_concept_drift, changed_odds
from ecom_assets.sample.truth.questions import AS_OF_DATE, CHURN_VISITORS, PROBABILITY, VISITOR
from ecom_assets.sample.truth.spine import end_of, week_ends
from ecom_assets.sample.truth.visitor_history import SessionCounts, VisitorHistory, VisitorStates

ORACLE_SCHEMA = pa.schema([(VISITOR, pa.string()), (AS_OF_DATE, pa.date32()), (PROBABILITY, pa.float64())])
# Keeps the logarithm finite where rounding leaves nothing.
_LEAST_LIKELIHOOD = 1e-300
SEGMENT_SCHEMA = pa.schema([(VISITOR, pa.string()), ("segment", pa.string())])


def segment_table(events: pd.DataFrame, names: Sequence[str]) -> pa.Table:
    """Return the class of each visitor in a log."""
    visitor, row = np.unique(events["visitor"].to_numpy(), return_index=True)
    segment = pa.array(names, pa.string()).take(pa.array(events["segment"].to_numpy()[row]))
    return pa.table({VISITOR: pa.array(visitor).cast(pa.string()), "segment": segment}, schema=SEGMENT_SCHEMA)


def churn_tables(config: SampleConfig, events: pd.DataFrame, before: np.datetime64 | None = None) -> Iterator[pa.Table]:
    """Yield a table for each Sunday: active visitors and their chance of no event within the horizon.

    Parameters
    ----------
    config
        The world whose planted laws the oracle knows.
    events
        Its log, in any order; of it each table uses what lies before the end of its Sunday.
    before
        Moment at which the log is cut; without it the log is whole. Sundays are over by then.
    """
    end = LAST_MS if before is None else min(as_ms(before), LAST_MS)
    history = VisitorHistory.of(events)
    oracle = VisitorOracle.of(config, history)
    for sunday in week_ends(np.datetime64(FIRST_MS, "ms"), np.datetime64(end, "ms")):
        states = history.states(as_ms(end_of(sunday)), CHURN_VISITORS.active_days)
        yield pa.table(
            {
                VISITOR: pa.array(states.visitor).cast(pa.string()),
                AS_OF_DATE: pa.array(np.full(len(states.visitor), sunday)),
                PROBABILITY: oracle.stays_away(states, CHURN_VISITORS.horizon_days),
            },
            schema=ORACLE_SCHEMA,
        )


@dataclass(frozen=True, slots=True)
class VisitorOracle:
    """The planted laws, applied to a log.

    Attributes
    ----------
    rates
        The laws.
    odds_factor
        Factor on the odds of another visit after the start of a concept drift.
    earlier
        For each session and class the log likelihood of what the visitor did in the sessions before it, and of the
        gaps up to it.
    visits_before
        For each session the visits of its visitor, up to and including it, that are before such a drift.
    """

    rates: RetailRocketParameters
    odds_factor: float
    earlier: Floats
    visits_before: Integers

    @classmethod
    def of(cls, config: SampleConfig, history: VisitorHistory) -> VisitorOracle:
        """Prepare the oracle for a log."""
        drift = config.drift_of(DriftKind.CONCEPT)
        owner = history.visitor[history.first_row]
        done = finished_log_likelihood(config.retailrocket, history.sessions())
        again = np.flatnonzero(history.number > 1)
        step = np.zeros_like(done)
        first = history.first_row[again]
        step[again] = done[again - 1] + gap_log_likelihood(
            config.retailrocket, history.time[first - 1], history.time[first]
        )
        # Sums by visitor, not differences of running sums: what comes later in the log must not move the last digit.
        total = pd.DataFrame(step).groupby(owner, sort=False).cumsum()
        old = ~after_concept_drift(config, history.time[history.first_row])
        before = pd.Series(old.astype(np.int64)).groupby(owner, sort=False).cumsum().to_numpy().astype(np.int64)
        factor = 1.0 if drift is None else drift.concept.return_odds_factor
        return cls(config.retailrocket, factor, total.to_numpy(), before)

    def stays_away(self, states: VisitorStates, horizon_days: int) -> Floats:
        """Return the chance of no event in so many days, given the states."""
        content = self.earlier[states.session] + finished_log_likelihood(self.rates, states.last)
        share = np.array([kind.share for kind in self.rates.classes])
        weight = share * np.exp(content - content.max(axis=1, keepdims=True, initial=-np.inf))
        gone, coming = self._return_moments(states)
        waited = states.waited_days
        silent = gone + coming * _gap_survivals(self.rates, waited)
        silent_on = gone + coming * _gap_survivals(self.rates, waited + horizon_days)
        running = (gone + coming) * self._running(states)
        chance: Floats = (weight * silent_on).sum(axis=1) / (weight * (silent + running)).sum(axis=1)
        return chance

    def _return_moments(self, states: VisitorStates) -> tuple[Floats, Floats]:
        """Return, by state and class, the mean likelihood of the returns seen times the chance to be gone, or to come.

        The mean is over the class's law of the visitors' own chances.
        """
        before = self.visits_before[states.session]
        pairs, code = np.unique(np.column_stack([before, states.number - before]), axis=0, return_inverse=True)
        changed = pairs[:, 1] > 0
        # Each visit but the last was followed by another one.
        returns_before, returns_after = pairs[:, 0] - ~changed, np.maximum(pairs[:, 1] - 1, 0)
        gone = np.empty((len(pairs), len(self.rates.classes)))
        coming = np.empty_like(gone)
        for number, kind in enumerate(self.rates.classes):
            chance, weight = kind.returning.quadrature()
            after = changed_odds(chance, self.odds_factor)
            seen = weight * chance ** returns_before[:, None] * after ** returns_after[:, None]
            last = np.where(changed[:, None], after, chance)
            gone[:, number] = (seen * (1.0 - last)).sum(axis=1)
            coming[:, number] = (seen * last).sum(axis=1)
        return gone[code], coming[code]

    def _running(self, states: VisitorStates) -> Floats:
        """Return, by state and class, how much likelier than being over it is that the last session still runs."""
        result = np.zeros((len(states.visitor), len(self.rates.classes)))
        minutes = states.waited_days * MINUTES_PER_DAY
        delays = (self.rates.view_delay, self.rates.cart_delay, self.rates.payment_delay)
        recent = np.flatnonzero(minutes < max(delay.longest_minutes for delay in delays))
        if self.rates.keeps_to_day or not len(recent):
            return result
        view, cart, payment = (delay.survival(minutes[recent])[:, None] for delay in delays)
        last = SessionCounts(states.last.views[recent], states.last.carts[recent], states.last.bought[recent])
        further = _further_view_chance(self.rates, last.views)
        adds, buys = _cart_shares(self.rates), np.where(last.carts[:, None] > 0, _purchase_shares(self.rates), 0.0)
        again = self.rates.further_payment_share
        # From an addition to the cart on: a further view, or a payment, or the end; a view may first go into the cart.
        goes_on = further * view + (1.0 - further) * buys * payment
        over = (1.0 - further) * (1.0 - buys)
        kind = states.last_kind[recent][:, None]
        result[recent] = np.select(
            [kind == VIEW, kind == CART, kind == TRANSACTION],
            [
                (adds * cart + (1.0 - adds) * goes_on) / ((1.0 - adds) * over),
                goes_on / over,
                np.broadcast_to(again * payment / (1.0 - again), over.shape),
            ],
        )
        return result


def finished_log_likelihood(rates: RetailRocketParameters, done: SessionCounts) -> Floats:
    """Return, by session and class, the log likelihood of what was done in sessions that are over.

    A chain of events: the number of views, an addition to the cart or none after each, a purchase or none after any.
    """
    columns = []
    for kind in rates.classes:
        shares = kind.views.shares()
        length = np.log(shares)[np.clip(done.views, 1, len(shares)) - 1]
        carted = done.carts * np.log(kind.cart_share) + (done.views - done.carts) * np.log1p(-kind.cart_share)
        paid = np.where(done.bought > 0, np.log(kind.purchase_share), np.log1p(-kind.purchase_share))
        columns.append(length + carted + np.where(done.carts > 0, paid, 0.0))
    return np.column_stack(columns)


def gap_log_likelihood(rates: RetailRocketParameters, end: Integers, start: Integers) -> Floats:
    """Return, by gap and class, the log likelihood that a visit that ended at ``end`` (ms) was followed at ``start``.

    A return on the same day shows the gap itself. One on another day shows only the day, its time of day is drawn anew.
    """
    midnight = start - start % DAY_MS
    same_day = end >= midnight
    gap = np.where(same_day, start - end, 1) / DAY_MS
    # From a gap that just reaches the day to one that just leaves it.
    low, high = np.maximum(midnight - end, 0) / DAY_MS, (midnight + DAY_MS - end) / DAY_MS
    columns = []
    for kind in rates.classes:
        mass = kind.gap.survival(low) - kind.gap.survival(high)
        likelihood = np.where(same_day, kind.gap.density(gap), mass)
        columns.append(np.log(np.maximum(likelihood, _LEAST_LIKELIHOOD)))
    return np.column_stack(columns)


def _gap_survivals(rates: RetailRocketParameters, days: Floats) -> Floats:
    """Return, by state and class, the chance that a gap is longer than so many days."""
    return np.column_stack([kind.gap.survival(days) for kind in rates.classes])


def _further_view_chance(rates: RetailRocketParameters, views: Integers) -> Floats:
    """Return, by session and class, the chance of one more view after so many."""
    columns = []
    for kind in rates.classes:
        shares = kind.views.shares()
        at_least = np.cumsum(shares[::-1])[::-1]
        place = np.clip(views, 1, len(shares)) - 1
        columns.append(1.0 - shares[place] / at_least[place])
    return np.column_stack(columns)


def _cart_shares(rates: RetailRocketParameters) -> Floats:
    """Return the chance of each class that a view leads to an addition to the cart."""
    return np.array([kind.cart_share for kind in rates.classes])


def _purchase_shares(rates: RetailRocketParameters) -> Floats:
    """Return the chance of each class that a session with a cart ends in a purchase."""
    return np.array([kind.purchase_share for kind in rates.classes])
