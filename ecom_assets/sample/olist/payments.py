"""How orders were paid.

Belongs here: means of payment, instalments and amounts. Does not belong here: when a payment was approved.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.draws import (
    Floats,
    Integers,
    choose,
    flags,
    group_starts,
    pick_at,
    pick_within,
    positions_within,
)
from ecom_assets.sample.olist.parameters import Segment

# Share of orders in percent by combination of means.
_COMBINATIONS = (
    (("credit_card",), 74.389),
    (("boleto",), 19.895),
    (("credit_card", "voucher"), 1.880),
    (("debit_card",), 1.535),
    (("voucher",), 1.201),
    (("credit_card", "credit_card"), 0.289),
    (("voucher",) * 2, 0.225),
    (("credit_card", "voucher", "voucher"), 0.213),
    (("credit_card", "voucher", "voucher", "voucher"), 0.100),
    (("credit_card", "voucher", "voucher", "voucher", "voucher", "voucher"), 0.062),
    (("voucher",) * 3, 0.087),
    (("voucher",) * 5, 0.085),
    (("voucher",) * 9, 0.045),
    (("credit_card", "credit_card", "voucher"), 0.003),
    (("debit_card", "credit_card"), 0.001),
)
_INSTALMENT_WEIGHTS = (
    33.15, 16.16, 13.62, 9.24, 6.82, 5.10, 2.12, 5.56, 0.84, 6.94, 0.03, 0.173, 0.021, 0.02, 0.096, 0.007, 0.01,
    0.035, 0.0, 0.022, 0.004, 0.001, 0.001, 0.023,
)  # fmt: skip
# How strongly instalments follow the amount (a correlation of normal scores).
_INSTALMENTS_BY_VALUE = 0.45
NOT_DEFINED = 3
ORDERS_WITHOUT_PAYMENT = 1
SEQUENCE_FROM_TWO = 80
DIFFERING_TOTALS = 270
ZERO_INSTALMENTS = 2
_DIFFERENCE_CENTS = 1_300.0


def build_payments(config: SampleConfig, orders: pd.DataFrame, totals: Integers) -> pd.DataFrame:
    """Return one row per payment: order, sequence, type, instalments, value in cents.

    Parameters
    ----------
    config
        Size and seed.
    orders
        Orders with ``status``, ``segment`` and the flag ``items``.
    totals
        Price plus freight of each order in cents; orders without items get those of others.
    """
    rng = config.stream("olist.payments")
    value = _due(config, rng, orders, totals)
    segment = orders["segment"].to_numpy()
    weights = combination_weights(config.olist.segments)
    # Positions in one long list of all segments' weights: a slice of it for each order.
    start = segment * len(_COMBINATIONS)
    combination = pick_within(rng.random(len(orders)), weights.ravel(), start, start + len(_COMBINATIONS)) - start
    length = np.array([len(means) for means, _ in _COMBINATIONS])[combination]
    table = np.full((len(_COMBINATIONS), max(len(means) for means, _ in _COMBINATIONS)), "", dtype="U11")
    for row, (means, _) in enumerate(_COMBINATIONS):
        table[row, : len(means)] = means
    position = positions_within(length)
    order = np.repeat(np.arange(len(orders)), length)
    kind = table[np.repeat(combination, length), position]
    frame = pd.DataFrame({"order": order, "sequence": position + 1, "type": kind})
    frame["cents"] = _split(rng, value, length)
    frame["instalments"] = _instalments(rng, frame)
    return _with_quirks(config, rng, orders, frame)


def combination_weights(segments: tuple[Segment, ...]) -> Floats:
    """Return the share of each combination of means (columns) in each segment (rows).

    Boletos and vouchers are as frequent over all segments as in the original; cards take the rest.

    Raises
    ------
    ValueError
        If a segment's factors leave no room for cards.
    """
    share = np.array([weight for _, weight in _COMBINATIONS])
    share = share / share.sum()
    people = np.array([segment.share for segment in segments])
    weights = np.tile(share, (len(segments), 1))
    special = np.zeros(len(_COMBINATIONS), dtype=np.bool_)
    for name, attribute in (("boleto", "boleto_factor"), ("voucher", "voucher_factor")):
        holds = np.array([name in means for means, _ in _COMBINATIONS])
        factor = np.array([getattr(segment, attribute) for segment in segments])
        weights[:, holds] *= (factor / np.average(factor, weights=people))[:, None]
        special |= holds
    left = 1.0 - weights[:, special].sum(axis=1)
    if (left <= 0).any():
        raise ValueError(f"the factors of boleto and voucher leave no room for cards in {segments[left.argmin()].name}")
    weights[:, ~special] *= (left / share[~special].sum())[:, None]
    return weights


def special_shares(segments: tuple[Segment, ...]) -> tuple[Floats, Floats]:
    """Return the share of orders with a boleto, and of those with a voucher, in each segment."""
    weights = combination_weights(segments)
    holds = [np.array([name in means for means, _ in _COMBINATIONS]) for name in ("boleto", "voucher")]
    return weights[:, holds[0]].sum(axis=1), weights[:, holds[1]].sum(axis=1)


def _due(config: SampleConfig, rng: np.random.Generator, orders: pd.DataFrame, totals: Integers) -> Integers:
    """Return what each order costs, a little more or less for a few."""
    items = orders["items"].to_numpy()
    borrowed = rng.choice(totals[items], len(orders))
    due = np.where(items, totals, borrowed)
    differing = choose(rng, np.flatnonzero(items), config.rows(DIFFERING_TOTALS))
    extra = np.rint(rng.exponential(_DIFFERENCE_CENTS, len(differing))).astype(np.int64) + 6
    less = rng.random(len(differing)) < 0.08
    due[differing] += np.where(less, -np.minimum(extra, due[differing] // 4), extra)
    return due


def _split(rng: np.random.Generator, value: Integers, length: Integers) -> Integers:
    """Split each order's value over its payments so that the cents add up."""
    weight = rng.standard_exponential(int(length.sum()))
    starts = group_starts(length)
    through = np.cumsum(weight)
    before = np.repeat(through[starts] - weight[starts], length)
    whole = np.repeat(np.add.reduceat(weight, starts), length)
    upper = np.rint(np.repeat(value, length) * np.minimum((through - before) / whole, 1.0)).astype(np.int64)
    upper[starts + length - 1] = value
    lower = np.concatenate(([0], upper[:-1]))
    lower[starts] = 0
    cents: Integers = upper - lower
    return cents


def _instalments(rng: np.random.Generator, frame: pd.DataFrame) -> Integers:
    """Draw instalments: more for larger amounts, one for all but credit cards."""
    card = (frame["type"] == "credit_card").to_numpy()
    log_value = np.log1p(frame["cents"].to_numpy())
    score = (log_value - log_value.mean()) / log_value.std()
    rank_by = _INSTALMENTS_BY_VALUE * score + np.sqrt(1 - _INSTALMENTS_BY_VALUE**2) * rng.standard_normal(len(frame))
    uniform: Floats = (np.argsort(np.argsort(rank_by, kind="stable"), kind="stable") + 0.5) / len(frame)
    return np.where(card, pick_at(uniform, _INSTALMENT_WEIGHTS) + 1, 1)


def _with_quirks(
    config: SampleConfig, rng: np.random.Generator, orders: pd.DataFrame, frame: pd.DataFrame
) -> pd.DataFrame:
    """Add undefined payments, an order without any, sequences from two on and cards without instalments."""
    status = orders["status"].to_numpy()
    bare = (status == "canceled") & ~orders["items"].to_numpy()
    undefined = choose(rng, np.flatnonzero(bare), config.rows(NOT_DEFINED, minimum=1))
    unpaid = choose(rng, np.flatnonzero(status == "delivered"), ORDERS_WITHOUT_PAYMENT)
    order = frame["order"].to_numpy()
    in_undefined = flags(len(orders), undefined)[order]
    frame = frame.assign(
        type=np.where(in_undefined, "not_defined", frame["type"]),
        cents=np.where(in_undefined, 0, frame["cents"]),
        instalments=np.where(in_undefined, 1, frame["instalments"]),
    )
    frame = frame[~flags(len(orders), unpaid)[order] & ~(in_undefined & (frame["sequence"] > 1).to_numpy())]
    single = ~frame["order"].duplicated(keep=False)
    card = np.flatnonzero((single & (frame["type"] == "credit_card")).to_numpy())
    shifted = flags(len(frame), choose(rng, card, config.rows(SEQUENCE_FROM_TWO)))
    bare_card = flags(len(frame), choose(rng, card, config.rows(ZERO_INSTALMENTS)))
    return frame.assign(
        sequence=frame["sequence"] + shifted, instalments=np.where(bare_card, 0, frame["instalments"])
    ).reset_index(drop=True)


def first_types(orders: int, payments: pd.DataFrame) -> pd.Series[str]:
    """Return the means of each order's first payment; credit card where there is none."""
    first = payments.drop_duplicates("order").set_index("order")["type"]
    return first.reindex(range(orders), fill_value="credit_card")
