"""Skill by hand, by a naive loop, and what must not move it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.metrics.bootstrap import EntityBootstrap
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.skill import JudgedRows, difference, skill

CONFIG = PerformanceConfig(resamples=200)
FIGURES = st.floats(-2, 2)


def rows(
    loss: Sequence[float],
    reference: Sequence[float],
    is_event: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
    entity: Sequence[int] | None = None,
) -> JudgedRows:
    return JudgedRows(
        np.array(loss, dtype=float),
        np.array(reference, dtype=float),
        np.arange(len(loss)) if entity is None else np.array(entity),
        np.full(len(loss), np.datetime64("2018-06-30")),
        None if is_event is None else np.array(is_event),
    )


def test_skill_is_the_share_of_the_loss_that_is_saved() -> None:
    assert skill(rows([1, 2], [4, 2]), None, CONFIG).value == pytest.approx(0.5)
    assert skill(rows([4, 2], [4, 2]), None, CONFIG).value == pytest.approx(0.0)
    assert skill(rows([0, 0], [4, 2]), None, CONFIG).value == pytest.approx(1.0)
    assert skill(rows([12, 0], [4, 2]), None, CONFIG).value == pytest.approx(-1.0)


def test_a_base_rate_weighs_the_classes() -> None:
    # Means of 1 and 4 among yes, of 2 and 2 among no; of equal shares 1.5 by 3, of yes alone 1 by 4.
    judged = rows([1, 2, 2, 2], [4, 2, 2, 2], is_event=[True, False, False, False])
    assert skill(judged, 0.5, CONFIG).value == pytest.approx(0.5)
    assert skill(judged, 1.0, CONFIG).value == pytest.approx(0.75)
    assert skill(judged, 0.0, CONFIG).value == pytest.approx(0.0)
    assert skill(judged, 0.25, CONFIG) == skill(judged, None, CONFIG).model_copy(
        update={"low": skill(judged, 0.25, CONFIG).low, "high": skill(judged, 0.25, CONFIG).high}
    ), "the share that the rows have leaves them as they are"


@pytest.mark.parametrize("times", [2, 7])
def test_more_of_the_same_rows_of_one_class_change_nothing(times: int) -> None:
    rng = np.random.default_rng(1)
    loss, reference, is_event = rng.random(50), rng.random(50) + 0.5, rng.random(50) < 0.4
    judged = rows(list(loss), list(reference), list(is_event))
    repeats = np.where(is_event, times, 1)
    more = rows(np.repeat(loss, repeats).tolist(), np.repeat(reference, repeats).tolist(), np.repeat(is_event, repeats))
    assert skill(more, 0.2, CONFIG).value == pytest.approx(skill(judged, 0.2, CONFIG).value)


@pytest.mark.parametrize("base_rate", [None, 0.3])
def test_the_interval_is_that_of_a_naive_loop(base_rate: float | None) -> None:
    rng = np.random.default_rng(2)
    loss, reference, entity = rng.random(40), rng.random(40) + 0.5, np.sort(rng.integers(0, 20, 40))
    is_event = rng.random(40) < 0.5
    judged = rows(list(loss), list(reference), list(is_event), list(entity))
    drawn = EntityBootstrap.of(entity, np.zeros(40), CONFIG.resamples, CONFIG.seed)
    draws = []
    for block in drawn.blocks():
        for weights in block.of_entity:
            weight = np.array([weights[each] for each in drawn.entity])
            if base_rate is not None:
                share = np.where(is_event, base_rate, 1 - base_rate)
                weight = weight * share / np.where(is_event, weight[is_event].sum(), weight[~is_event].sum())
            draws.append(1 - (weight * loss).sum() / (weight * reference).sum())
    outside = (1 - CONFIG.confidence) / 2
    found = skill(judged, base_rate, CONFIG)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, [outside, 1 - outside])))


def test_rows_repeated_within_entities_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(3)
    loss, reference = list(rng.random(60)), list(rng.random(60) + 0.5)
    once = skill(rows(loss, reference), None, CONFIG)
    often = skill(rows(loss * 5, reference * 5, entity=list(range(60)) * 5), None, CONFIG)
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_without_rows_loss_or_a_class_there_is_no_skill() -> None:
    nothing = Estimate(value=None)
    assert skill(rows([], []), None, CONFIG) == nothing
    assert skill(rows([1, 2], [0, 0]), None, CONFIG) == nothing
    assert skill(rows([1, 2], [1, 2], is_event=[False, False]), 0.1, CONFIG) == nothing
    assert skill(rows([1, 2], [2, 4], is_event=[False, False]), 0.0, CONFIG).value == pytest.approx(0.5)
    one = skill(rows([1, 2], [2, 4], entity=[0, 0]), None, CONFIG)
    assert one == Estimate(value=0.5), "one entity gives no interval"


def test_a_base_rate_without_classes_and_rows_of_several_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="two classes"):
        skill(rows([1, 2], [1, 2]), 0.1, CONFIG)
    with pytest.raises(ValueError, match="between 0 and 1"):
        skill(rows([1, 2], [1, 2], is_event=[True, False]), 1.5, CONFIG)
    with pytest.raises(ValueError, match=r"\[2, 2, 2, 2, 1\]"):
        rows([1, 2], [1, 2], is_event=[True])


def test_the_interval_of_a_difference_by_hand() -> None:
    # Ends of 3 and 4 below, of 6 and 8 above, make 5 and 10.
    found = difference(Estimate(value=10, low=7, high=16), Estimate(value=4, low=-4, high=8))
    assert (found.value, found.low, found.high) == pytest.approx((6, 1, 16))
    known = difference(Estimate(value=10, low=7, high=16), Estimate(value=4))
    assert (known.value, known.low, known.high) == pytest.approx((6, 3, 12))
    assert difference(Estimate(value=10), Estimate(value=4, low=3, high=5)) == Estimate(value=6)
    assert difference(Estimate(value=None), Estimate(value=4)).value is None
    assert difference(Estimate(value=4), Estimate(value=None)).value is None


@given(st.lists(FIGURES, min_size=3, max_size=3), st.lists(FIGURES, min_size=3, max_size=3))
def test_a_difference_turned_round_changes_its_sign(one: list[float], other: list[float]) -> None:
    first, second = (Estimate(low=low, value=value, high=high) for low, value, high in map(sorted, (one, other)))
    there, back = difference(first, second), difference(second, first)
    assert there.value is not None
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -(there.high or 0), -(there.low or 0)))
    assert (there.low or 0) <= there.value <= (there.high or 0)
