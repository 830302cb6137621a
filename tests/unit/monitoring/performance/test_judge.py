"""Verdicts on scores of a world whose truth is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml_assets.metrics.classification import log_losses
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.decision.states import RealisedVerdict
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import NO_LABEL, Promised, realised
from ml_assets.monitoring.performance.settled import settled
from ml_assets.monitoring.performance.skill import JudgedRows, skill
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.predictions import AS_OF_DATE, IS_BACKTEST, MODEL_VERSION, SCORE

CONFIG = PerformanceConfig(resamples=200)
JUNE, JULY, AUGUST = (np.datetime64(day) for day in ("2018-06-30", "2018-07-31", "2018-08-31"))
LEARNED_RATE = 0.2


def world(
    seed: int,
    *,
    rate: float = LEARNED_RATE,
    distance: float = 1.2,
    size: int = 3_000,
    period: np.datetime64 = JULY,
) -> JudgedRows:
    """Return scores of a model that learned a world of a rate of yes of a fifth and a distance of 1.2 between classes.

    The feature is normal with mean 0 for no and ``distance`` for yes; the reference is the rate that was learned.
    """
    rng = np.random.default_rng(seed)
    label = rng.random(size) < rate
    feature = rng.normal(distance * label)
    margin = np.log(LEARNED_RATE / (1 - LEARNED_RATE)) + 1.2 * feature - 1.2**2 / 2
    answer = label.astype(float)
    return JudgedRows(
        log_losses(answer, 1 / (1 + np.exp(-margin))),
        log_losses(answer, np.full(size, LEARNED_RATE)),
        np.arange(size),
        np.full(size, period),
        label,
    )


def joined(*parts: JudgedRows) -> JudgedRows:
    names = ("loss", "reference_loss", "entity", "period", "is_event")
    return JudgedRows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


PROMISED = Promised(skill(world(100), LEARNED_RATE, CONFIG), LEARNED_RATE)


def judged(rows: JudgedRows, promised: Promised = PROMISED, config: PerformanceConfig = CONFIG) -> PerformanceVerdict:
    return realised(rows, promised, config)


def test_the_world_that_was_learned_holds() -> None:
    found = judged(world(1))
    assert found.verdict is RealisedVerdict.HELD
    assert (found.rows, found.entities, found.first, found.last) == (3_000, 3_000, date(2018, 7, 31), date(2018, 7, 31))
    assert "hold what they promised" in found.words
    assert found.seen.window_last == date(2018, 7, 31)


def test_a_feature_that_tells_less_is_a_decay() -> None:
    found = judged(world(1, distance=0.3))
    assert found.verdict is RealisedVerdict.DECAY
    assert found.change.high is not None
    assert found.change.high < -CONFIG.tolerance
    assert "have decayed" in found.words


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.4])
def test_another_share_of_yes_alone_is_no_decay(rate: float) -> None:
    assert [judged(world(seed, rate=rate)).verdict for seed in range(5)] == [RealisedVerdict.HELD] * 5


def test_a_lower_rate_would_be_called_decay_without_weighing_the_classes() -> None:
    fewer = world(1, rate=0.05, size=50_000)
    plain, weighed = (Promised(skill(world(100, size=50_000), rate, CONFIG), rate) for rate in (None, LEARNED_RATE))
    assert judged(fewer, plain).verdict is RealisedVerdict.DECAY
    assert judged(fewer, weighed).verdict is RealisedVerdict.HELD


def test_models_as_good_as_promised_are_seldom_called_decayed() -> None:
    config = PerformanceConfig(resamples=200, tolerance=0.0)
    alarms = 0
    for seed in range(0, 300, 2):
        promised = Promised(skill(world(seed, size=800), LEARNED_RATE, config), LEARNED_RATE)
        alarms += judged(world(seed + 1, size=800), promised, config).verdict is RealisedVerdict.DECAY
    # One in a hundred is declared: more than six in a hundred and fifty have a chance of one in a thousand.
    assert alarms <= 6


def test_too_few_of_the_rarer_class_say_nothing() -> None:
    few = world(1, size=200, rate=0.1, distance=0.0)
    found = judged(few)
    assert found.verdict is RealisedVerdict.INSUFFICIENT
    assert f"of {few.events} rows of the rarer class" in found.words
    mostly_yes = world(1, size=200, rate=0.9)
    assert judged(mostly_yes).verdict is RealisedVerdict.INSUFFICIENT


def test_nothing_known_is_immature() -> None:
    found = judged(world(1, size=0))
    assert (found.verdict, found.last, found.seen.window_last) == (RealisedVerdict.IMMATURE, None, None)


def test_a_promise_without_a_figure_says_nothing() -> None:
    found = judged(world(1), Promised(Estimate(value=None), LEARNED_RATE))
    assert found.verdict is RealisedVerdict.INSUFFICIENT
    assert "promised skill cannot be told" in found.words


def test_the_newest_period_is_judged_alone_where_it_is_enough() -> None:
    good, bad = world(1, period=JUNE), world(2, distance=0.0, period=JULY)
    found = judged(joined(good, bad))
    assert (found.verdict, found.first) == (RealisedVerdict.DECAY, date(2018, 7, 31))
    assert [(each.period, each.rows) for each in found.periods] == [
        (date(2018, 6, 30), 3_000),
        (date(2018, 7, 31), 3_000),
    ]


def test_further_periods_are_judged_with_it_until_it_is_enough() -> None:
    parts = [world(1, period=JUNE), world(2, size=300, period=JULY), world(3, size=300, period=AUGUST)]
    assert judged(joined(*parts)).first == date(2018, 7, 31)
    assert judged(joined(*parts), config=PerformanceConfig(min_events=200)).first == date(2018, 6, 30)
    found = judged(joined(*parts), config=PerformanceConfig(min_events=200, max_periods=2))
    assert (found.verdict, found.first) == (RealisedVerdict.INSUFFICIENT, date(2018, 7, 31))


def test_amounts_and_lists_have_no_classes() -> None:
    rng = np.random.default_rng(4)
    truth = rng.gamma(2.0, 50.0, 500)
    amounts = JudgedRows(
        np.abs(truth - truth * 1.1), np.abs(truth - 100.0), np.arange(500), np.full(500, JULY), is_event=None
    )
    found = judged(amounts, Promised(Estimate(value=0.8, low=0.75, high=0.85)))
    assert (found.verdict, found.events) == (RealisedVerdict.HELD, None)
    worse = judged(amounts, Promised(Estimate(value=0.95, low=0.94, high=0.96)))
    assert worse.verdict is RealisedVerdict.DECAY


def test_what_no_label_tells_of_says_so() -> None:
    assert NO_LABEL.seen.verdict is RealisedVerdict.NO_LABEL


def test_a_verdict_survives_being_written_down() -> None:
    found = realised(world(1), PROMISED, CONFIG, {"auc": Estimate(value=0.8, low=0.7, high=0.9)})
    assert PerformanceVerdict.model_validate_json(found.model_dump_json()) == found


def test_only_honest_scores_of_the_version_meet_their_labels() -> None:
    key = ["seller_id", AS_OF_DATE]
    scores = pd.DataFrame(
        {
            "seller_id": ["a", "b", "c", "d"],
            AS_OF_DATE: pd.to_datetime(["2018-07-31"] * 4).date,
            SCORE: [0.1, 0.2, 0.3, 0.4],
            MODEL_VERSION: ["3", "3", "2", "3"],
            IS_BACKTEST: [False, True, False, False],
        }
    )
    labels = pd.DataFrame(
        {"seller_id": ["a", "b", "c"], AS_OF_DATE: pd.to_datetime(["2018-07-31"] * 3), "has_churned": [1.0, 0.0, 1.0]}
    )
    found = settled(scores, labels, key, "3")
    assert found[["seller_id", SCORE, "has_churned"]].to_numpy().tolist() == [["a", 0.1, 1.0]]
    with pytest.raises(pd.errors.MergeError):
        settled(scores, pd.concat([labels, labels]), key, "3")
