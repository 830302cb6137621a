"""The model is the same from the same rows, survives JSON, foresees CDNOW as published, and its intervals hold."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.model import BuyTillYouDie
from ml_assets.cltv.config import BtydConfig
from tests.fixtures import cdnow

COVERAGE, DRAWS, SEED = 0.9, 500, 7


@cache
def model() -> BuyTillYouDie:
    return BuyTillYouDie.fit(cdnow.histories(), BtydConfig())


def test_the_same_rows_give_the_same_model_to_the_last_bit() -> None:
    assert BuyTillYouDie.fit(cdnow.histories(), BtydConfig()).model_dump_json() == model().model_dump_json()


def test_the_model_survives_json() -> None:
    read = BuyTillYouDie.model_validate_json(model().model_dump_json())
    assert read == model()
    histories = cdnow.histories().take(slice(0, 50))
    np.testing.assert_array_equal(read.expected_value(histories, 90.0), model().expected_value(histories, 90.0))


def test_cdnow_is_foreseen_as_published() -> None:
    # 39 weeks after calibration: 1,882 purchases came, the law expects 1,653.
    later = cdnow.later()
    assert later.days == 273.0
    assert later.counts.sum() == 1882
    assert model().expected_purchases(cdnow.histories(), later.days).sum() == pytest.approx(1653, abs=1)


def test_value_is_purchases_times_their_mean_value() -> None:
    histories = cdnow.histories()
    value = model().expected_purchases(histories, 30.0) * model().mean_value(histories)
    np.testing.assert_allclose(model().expected_value(histories, 30.0), value)


def test_nobody_without_repeat_is_alive_for_certain() -> None:
    histories = cdnow.histories()
    once = model().probability_alive(histories)[~histories.has_repeat]
    assert once.max() < 0.8
    alive = model().probability_alive(histories)
    assert 0 < alive.min() < alive.max() < 1


def test_intervals_hold_what_came_after() -> None:
    histories, later = cdnow.histories(), cdnow.later()
    found = model().intervals(histories, later.days, COVERAGE, DRAWS, SEED)
    for low, high, came in (
        (found.purchases_low, found.purchases_high, later.counts),
        (found.value_low, found.value_high, later.values),
    ):
        assert np.all(low <= high)
        covered = (low <= came) & (came <= high)
        assert 0.88 <= covered.mean() <= 0.97
        assert 0.86 <= covered[histories.has_repeat].mean() <= 0.97


def test_intervals_are_those_of_the_exact_law() -> None:
    histories = cdnow.histories().take(slice(0, 40))
    found = model().intervals(histories, 180.0, COVERAGE, 4000, SEED)
    law = model().purchases.law
    chance = np.exp([law.log_probability(histories, 180.0, np.full(40, float(count))) for count in range(200)])
    up_to = chance.cumsum(axis=0)
    row = np.arange(40)
    assert np.all(up_to[found.purchases_high.astype(int), row] >= 0.95 - 0.015)
    above = np.maximum(found.purchases_high.astype(int) - 1, 0)
    assert np.all((found.purchases_high == 0) | (up_to[above, row] <= 0.95 + 0.015))


def test_a_row_asked_alone_has_the_interval_that_it_has_among_others() -> None:
    histories = cdnow.histories()
    together = model().intervals(histories, 180.0, COVERAGE, DRAWS, SEED)
    for position in (0, int(histories.frequency.argmax()), len(histories) - 1):
        alone = model().intervals(histories.take(np.array([position])), 180.0, COVERAGE, DRAWS, SEED)
        assert alone.purchases_high[0] == together.purchases_high[position]
        assert alone.value_high[0] == together.value_high[position]
        assert alone.value_low[0] == together.value_low[position]


def test_longer_and_surer_intervals_hold_more() -> None:
    histories = cdnow.histories()
    short, long, sure = (
        model().intervals(histories, days, coverage, DRAWS, SEED)
        for days, coverage in ((30.0, COVERAGE), (365.0, COVERAGE), (365.0, 0.99))
    )
    for name in ("purchases_low", "purchases_high", "value_low", "value_high"):
        assert np.all(getattr(short, name) <= getattr(long, name))
    assert np.all(sure.purchases_low <= long.purchases_low)
    assert np.all(sure.value_high >= long.value_high)


def test_the_value_interval_is_that_of_the_purchases_where_nothing_is_bought() -> None:
    histories = cdnow.histories()
    found = model().intervals(histories, 180.0, COVERAGE, DRAWS, SEED)
    assert np.all(found.value_high[found.purchases_high == 0] == 0)
    assert np.all(found.value_high[found.purchases_high > 0] > 0)


def test_history_without_price_is_worth_what_all_are() -> None:
    priced, unpriced = (
        Histories(np.full(1, 2.0), np.full(1, 50.0), np.full(1, 90.0), np.full(1, value)) for value in (500.0, 0.0)
    )
    newcomer = Histories(np.zeros(1), np.zeros(1), np.full(1, 90.0), np.zeros(1))
    assert model().mean_value(unpriced) == model().mean_value(newcomer) < model().mean_value(priced)
    high, low = (model().intervals(each, 365.0, COVERAGE, DRAWS, SEED).value_high for each in (priced, unpriced))
    assert high > low
