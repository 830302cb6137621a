"""What an oracle says of customers: whether they come back, and what they will be worth.

Belongs here: the posterior over segments, and the two questions. Does not belong here: the laws' formulas, reading
histories.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import Floats, after, days_between
from ecom_assets.sample.olist import campaign, payments
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.people import ORDERS, VisitClock
from ecom_assets.sample.olist.status import WITHOUT_ITEMS
from ecom_assets.sample.truth import bgnbd, spending
from ecom_assets.sample.truth.customer_history import (
    CustomerOrders,
    Known,
    known_customers,
    price_level,
    read_orders,
)
from ecom_assets.sample.truth.questions import (
    AS_OF_DATE,
    CHURN_CUSTOMERS,
    CLTV_CUSTOMERS,
    CUSTOMER,
    EXPECTED_COUNT,
    EXPECTED_VALUE,
    PROBABILITY,
)
from ecom_assets.sample.truth.spine import as_of_column, end_of, marketplace_month_ends

CHURN_SCHEMA = pa.schema([(CUSTOMER, pa.string()), (AS_OF_DATE, pa.date32()), (PROBABILITY, pa.float64())])
CLTV_SCHEMA = pa.schema(
    [(CUSTOMER, pa.string()), (AS_OF_DATE, pa.date32()), (EXPECTED_COUNT, pa.float64()), (EXPECTED_VALUE, pa.float64())]
)
# An order within so many days of the one before does not count as coming back.
NO_RETURN_DAYS = 7
_RECENT_DAYS = 180


def churn_oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None) -> Iterator[pa.Table]:
    """Yield, for each month end, the chance that an active customer does not come back within the horizon."""
    orders = read_orders(config, market)
    ids = pa.array(market.population[CUSTOMER])
    for as_of in marketplace_month_ends(before):
        moment = end_of(as_of)
        known = _active(known_customers(config, orders, moment), moment)
        probability = churn_probability(config, market, known, moment)
        yield pa.table(
            {
                CUSTOMER: ids.take(known.person),
                AS_OF_DATE: as_of_column(as_of, len(known.person)),
                PROBABILITY: probability,
            },
            schema=CHURN_SCHEMA,
        )


def cltv_oracle(config: SampleConfig, market: Marketplace, before: np.datetime64 | None) -> Iterator[pa.Table]:
    """Yield, for each month end, the visits and the value expected of everyone seen so far."""
    orders = read_orders(config, market)
    ids = pa.array(market.population[CUSTOMER])
    for as_of in marketplace_month_ends(before):
        moment = end_of(as_of)
        known = known_customers(config, orders, moment)
        count, value = expected_count_and_value(config, market, orders, known, moment)
        yield pa.table(
            {
                CUSTOMER: ids.take(known.person),
                AS_OF_DATE: as_of_column(as_of, len(known.person)),
                EXPECTED_COUNT: count,
                EXPECTED_VALUE: value,
            },
            schema=CLTV_SCHEMA,
        )


def _active(known: Known, moment: np.datetime64) -> Known:
    """Keep those with an order in the days that count as active."""
    active = days_between(np.asarray(moment), known.last) <= CHURN_CUSTOMERS.active_days
    return known.where(active)


def segment_weights(config: SampleConfig, known: Known) -> Floats:
    """Return each customer's (rows) posterior chance of each segment (columns): visits, payments and spending tell."""
    segments = config.olist.segments
    boleto, voucher = payments.special_shares(segments)
    person_share = config.olist.spending.person_share
    logs = np.empty((len(known.person), len(segments)))
    for number, segment in enumerate(segments):
        logs[:, number] = (
            np.log(segment.share)
            + bgnbd.log_likelihood(segment, known.history)
            + known.boletos * np.log(boleto[number])
            + known.vouchers * np.log(voucher[number])
            + known.others * np.log1p(-boleto[number] - voucher[number])
        )
        if config.olist.spending.gamma_gamma is None:
            logs[:, number] += spending.log_likelihood(segment, person_share, known.scores)
    weights: Floats = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def churn_probability(config: SampleConfig, market: Marketplace, known: Known, moment: np.datetime64) -> Floats:
    """Return the chance that each customer does not come back within the horizon after the moment."""
    weights = segment_weights(config, known)
    # Orders right after the last one do not count, so the time to come back in begins later for them.
    since = days_between(np.asarray(moment), known.last)
    start = after(np.full(len(since), moment), np.clip(NO_RETURN_DAYS - since, 0.0, None))
    days = VisitClock.of(config).days(start, after(np.asarray(moment), CHURN_CUSTOMERS.horizon_days))
    away = np.column_stack([bgnbd.no_visit_probability(law, known.history, days) for law in config.olist.segments])
    added = _campaign_orders(config, market, known, weights, moment, CHURN_CUSTOMERS.horizon_days)
    probability: Floats = (weights * away).sum(axis=1) * (1.0 - added)
    return probability


def expected_count_and_value(
    config: SampleConfig, market: Marketplace, orders: CustomerOrders, known: Known, moment: np.datetime64
) -> tuple[Floats, Floats]:
    """Return the visits expected of each customer within the holdout after the moment, and their value in BRL."""
    segments, rules = config.olist.segments, config.olist.visits
    weights = segment_weights(config, known)
    horizon = CLTV_CUSTOMERS.holdout_days
    days = float(VisitClock.of(config).days(np.asarray(moment), after(np.asarray(moment), horizon)))
    added = _campaign_orders(config, market, known, weights, moment, horizon)
    visits = np.column_stack([bgnbd.expected_visits(law, known.history, days) for law in segments]) + added[:, None]
    values = _order_values(config, orders, known, moment)
    with_items = 1.0 - sum(WITHOUT_ITEMS.values()) / ORDERS
    orders_a_visit = 1.0 + rules.split_share / (1.0 - rules.further_split_share)
    count: Floats = (weights * visits).sum(axis=1)
    value: Floats = (weights * visits * values).sum(axis=1) * with_items * orders_a_visit
    return count, value


def _order_values(config: SampleConfig, orders: CustomerOrders, known: Known, moment: np.datetime64) -> Floats:
    """Return the expected value of an order with items, for each customer (rows) and segment (columns)."""
    segments, rules = config.olist.segments, config.olist.spending
    level = price_level(config, np.asarray([moment]))[0]
    if rules.gamma_gamma is not None:
        alike = bgnbd.expected_gamma_gamma_value(rules.gamma_gamma, known.orders, known.total)
        return np.tile(level * alike[:, None], (1, len(segments)))
    past = orders.has_items & (orders.purchased < moment)
    recent = past & (orders.purchased >= moment - np.timedelta64(_RECENT_DAYS, "D"))
    chosen = recent if recent.any() else past
    worth = orders.value[chosen] / price_level(config, orders.purchased[chosen])
    values = np.column_stack(spending.expected_values(segments, rules.person_share, known.scores, worth))
    return np.asarray(level * values, dtype=np.float64)


def _campaign_orders(
    config: SampleConfig, market: Marketplace, known: Known, weights: Floats, moment: np.datetime64, days: int
) -> Floats:
    """Return the orders that the campaign is expected to add within so many days after the moment.

    Before the day of the contact its rule is known, not its outcome; from then on who was contacted.
    """
    rules = config.olist.campaign
    gain: Floats = weights @ np.array([segment.campaign_orders for segment in config.olist.segments])
    contact = campaign.contact_day(rules)
    start = max(contact, moment)
    end = min(after(np.asarray(contact), rules.effect_days), after(np.asarray(moment), days))
    share = max(float(days_between(np.asarray(end), np.asarray(start))), 0.0) / rules.effect_days
    if share == 0.0 or not gain.any():
        return np.zeros(len(gain))
    if moment > contact:
        contacted = np.zeros(len(market.population))
        contacted[market.contacts.loc[market.contacts["is_contacted"], "person"].to_numpy()] = 1.0
        orders: Floats = gain * share * contacted[known.person]
        return orders
    age = days_between(np.asarray(contact), known.first)
    oldest, youngest = rules.eligible_days
    expected = pd.DataFrame(
        {
            "recency_days": days_between(np.asarray(contact), known.last),
            "later_orders": known.history.frequency,
            "is_metropolitan": campaign.is_metropolitan(market.places, market.population)[known.person],
        }
    )
    eligible = (age <= oldest) & (age >= youngest)
    planned: Floats = gain * share * np.where(eligible, campaign.contact_chance(rules, expected), 0.0)
    return planned
