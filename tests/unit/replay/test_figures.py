"""Figures of policies from losses that are made by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ml_assets.replay.alarms import Truth
from ml_assets.replay.figures import ModelFigures, marks, model_figures
from ml_assets.replay.judged import JudgedPolicies
from ml_assets.replay.policies import Policy
from tests.unit.replay.made_records import MODEL, a_day, a_training

JANUARY, FEBRUARY = date(2018, 1, 1), date(2018, 2, 1)
DAYS = (date(2018, 1, 31), date(2018, 2, 28))
POLICIES = (Policy.NEVER, Policy.ALWAYS, Policy.DRIFT)


def judged(losses: list[list[float]], policies: tuple[Policy, ...] = POLICIES) -> JudgedPolicies:
    """Return rows of which the first half is of January, each of an entity of its own."""
    rows = len(losses)
    months = [JANUARY] * (rows // 2) + [FEBRUARY] * (rows - rows // 2)
    return JudgedPolicies(
        policies=policies,
        losses=np.array(losses, dtype=float).reshape(rows, len(policies)),
        entity=np.arange(rows),
        period=np.array(months, dtype="datetime64[D]"),
    )


def figures(rows: JudgedPolicies) -> ModelFigures:
    records = {policy: [a_day(day, policy) for day in DAYS] for policy in rows.policies}
    return model_figures(MODEL, rows, records, Truth())


def test_losses_are_means_over_rows_and_over_the_rows_of_each_period() -> None:
    found = figures(judged([[1.0, 0.5, 1.0], [3.0, 0.5, 3.0], [4.0, 2.0, 4.0], [4.0, 1.0, 4.0]]))
    never, always, _ = found.policies
    assert (never.log_loss.value, always.log_loss.value) == (3.0, 1.0)
    assert (never.course, always.course) == ((2.0, 4.0), (0.5, 1.5))
    assert (found.periods, found.counts) == ((JANUARY, FEBRUARY), (2, 2))
    assert (found.rows, found.entities, found.first, found.last) == (4, 4, *DAYS)


def test_a_gain_is_by_how_much_less_is_lost_than_without_training_on_the_same_rows() -> None:
    rng = np.random.default_rng(0)
    never = rng.exponential(1.0, 200)
    found = figures(judged([[loss, loss - 0.1, loss] for loss in never]))
    _, always, drift = found.policies
    assert always.gain.value == pytest.approx(0.1)
    # Rows differ by much, and the policies by the same on each of them: paired, the gain is certain.
    assert always.gain.low == pytest.approx(0.1)
    assert always.gain.high == pytest.approx(0.1)
    assert always.log_loss.high is not None
    assert always.log_loss.low is not None
    assert always.log_loss.high - always.log_loss.low > 0.1
    assert (drift.gain.value, drift.gain.low, drift.gain.high) == (0.0, 0.0, 0.0)


def test_without_the_yardstick_there_is_no_gain() -> None:
    [always] = figures(judged([[1.0], [2.0]], (Policy.ALWAYS,))).policies
    assert always.log_loss.value == 1.5
    assert always.gain.value is None


def test_rows_of_one_entity_give_no_interval() -> None:
    rows = judged([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    alone = JudgedPolicies(rows.policies, rows.losses, np.zeros(2, dtype=np.int64), rows.period)
    assert (figures(alone).policies[0].log_loss.value, figures(alone).policies[0].log_loss.low) == (1.5, None)


def test_without_known_answers_there_are_policies_without_figures() -> None:
    found = figures(judged([]))
    assert (found.rows, found.entities, found.periods) == (0, 0, ())
    assert [(each.log_loss.value, each.gain.value, each.course) for each in found.policies] == [(None, None, ())] * 3


def test_who_looks_at_nothing_raises_no_alarms() -> None:
    found = figures(judged([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]))
    assert [each.alarms is None for each in found.policies] == [True, True, False]


def test_trainings_are_those_after_the_first_one() -> None:
    days = [
        a_day(DAYS[0], training=a_training(is_first=True, is_promoted=True)),
        a_day(DAYS[1], training=a_training(reason="no better")),
        a_day(date(2018, 3, 31)),
        a_day(date(2018, 4, 30), training=a_training(is_promoted=True, reason="better")),
    ]
    assert [(mark.day, mark.is_promoted, mark.words) for mark in marks(days)] == [
        (DAYS[1], False, "kept: no better"),
        (date(2018, 4, 30), True, "promoted: better"),
    ]
