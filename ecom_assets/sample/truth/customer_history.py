"""What the shop knows of its customers at a moment.

Belongs here: reading histories from orders. Does not belong here: what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Flags, Floats, Integers, Times, days_between, flags
from ecom_assets.sample.drift import DriftKind
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.people import VisitClock
from ecom_assets.sample.truth import bgnbd, spending

# An order so soon after the one before belongs to the same visit.
_SAME_VISIT_DAYS = 1.0


@dataclass(frozen=True, slots=True)
class CustomerOrders:
    """All orders, sorted by person and time, with what they reveal.

    Attributes
    ----------
    person, purchased
        Whose and when.
    value
        Prices of the units in BRL without freight; 0 without items.
    has_items
        Whether the order has units.
    is_visit
        Whether the order begins a visit.
    score
        Observed spending score, NaN where unknown.
    has_boleto, has_voucher
        Means of payment.
    """

    person: Integers
    purchased: Times
    value: Floats
    has_items: Flags
    is_visit: Flags
    score: Floats
    has_boleto: Flags
    has_voucher: Flags


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at a moment of each customer seen by then.

    Attributes
    ----------
    person
        Positions in the population.
    history
        Visits.
    first, last
        First and last order.
    orders, total
        Number of orders with items, and their summed value.
    scores
        Sums of observed spending scores.
    boletos, vouchers, others
        Orders with a boleto, with a voucher, with neither.
    """

    person: Integers
    history: bgnbd.History
    first: Times
    last: Times
    orders: Floats
    total: Floats
    scores: spending.Scores
    boletos: Floats
    vouchers: Floats
    others: Floats

    def where(self, mask: Flags) -> Known:
        """Return what is known of some of the customers."""
        history, scores = self.history, self.scores
        return Known(
            person=self.person[mask],
            history=bgnbd.History(history.frequency[mask], history.recency[mask], history.age[mask]),
            first=self.first[mask],
            last=self.last[mask],
            orders=self.orders[mask],
            total=self.total[mask],
            scores=spending.Scores(scores.count[mask], scores.total[mask], scores.squares[mask]),
            boletos=self.boletos[mask],
            vouchers=self.vouchers[mask],
            others=self.others[mask],
        )


def read_orders(config: SampleConfig, market: Marketplace) -> CustomerOrders:
    """Return the marketplace's orders as its customers' history."""
    count = len(market.orders)
    unit, payment = market.units, market.payments
    value = np.bincount(unit["order"].to_numpy(), weights=unit["price_cents"].to_numpy(), minlength=count) / 100
    paid_by = {
        kind: flags(count, payment.loc[payment["type"] == kind, "order"].to_numpy()) for kind in ("boleto", "voucher")
    }
    purchased = market.orders["purchased"].to_numpy().astype("datetime64[s]")
    person = market.orders["person"].to_numpy()
    has_items = market.orders["items"].to_numpy()
    order = np.lexsort((market.orders["visit"].to_numpy(), person))
    gap = days_between(purchased[order][1:], purchased[order][:-1])
    same_person = person[order][1:] == person[order][:-1]
    return CustomerOrders(
        person=person[order],
        purchased=purchased[order],
        value=value[order],
        has_items=has_items[order],
        is_visit=np.concatenate(([True], ~(same_person & (gap < _SAME_VISIT_DAYS)))),
        score=_scores(config, purchased, value, has_items)[order],
        has_boleto=paid_by["boleto"][order],
        has_voucher=paid_by["voucher"][order],
    )


def _scores(config: SampleConfig, purchased: Times, value: Floats, has_items: Flags) -> Floats:
    """Return observed spending scores of orders with items; a planted shift of prices is taken out before."""
    score = np.full(len(value), np.nan)
    if config.olist.spending.gamma_gamma is None:
        members = np.flatnonzero(has_items)
        level = price_level(config, purchased[members])
        score[members] = spending.observed_scores(config.olist.segments, purchased[members], value[members] / level)
    return score


def price_level(config: SampleConfig, purchased: Times) -> Floats:
    """Return by what a planted shift multiplies prices at each time."""
    drift = config.drift_of(DriftKind.COVARIATE)
    if drift is None:
        return np.ones(len(purchased))
    return np.where(drift.since(purchased), drift.covariate.price_factor, 1.0)


def known_customers(config: SampleConfig, orders: CustomerOrders, moment: np.datetime64) -> Known:
    """Return what is known of each customer with an order before the moment, in the order of persons."""
    seen = np.flatnonzero(orders.purchased < moment)
    person, begin, member = np.unique(orders.person[seen], return_index=True, return_inverse=True)
    end = np.concatenate((begin[1:], [len(seen)])) - 1

    def summed(values: Floats | Flags) -> Floats:
        total: Floats = np.bincount(member, weights=values[seen], minlength=len(person)).astype(np.float64)
        return total

    # Times of the last visit, which is not always the last order: a basket may have been split.
    visit = np.maximum.accumulate(np.where(orders.is_visit[seen], np.arange(len(seen)), 0))
    first = orders.purchased[seen[begin]]
    clock = VisitClock.of(config)
    score = np.nan_to_num(orders.score)
    neither = ~orders.has_boleto & ~orders.has_voucher
    return Known(
        person=person,
        history=bgnbd.History(
            frequency=summed(orders.is_visit) - 1.0,
            recency=clock.days(first, orders.purchased[seen[visit[end]]]),
            age=clock.days(first, moment),
        ),
        first=first,
        last=orders.purchased[seen[end]],
        orders=summed(orders.has_items),
        total=summed(orders.value),
        scores=spending.Scores(count=summed(~np.isnan(orders.score)), total=summed(score), squares=summed(score**2)),
        boletos=summed(orders.has_boleto),
        vouchers=summed(orders.has_voucher),
        others=summed(neither),
    )
