"""Which partition is taken: obstacles, the null, future spend, and what goes before what."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.segmentation.choice import Tried, in_order_of_choice
from ml_assets.segmentation.config import ChoiceConfig
from ml_assets.segmentation.density import DensityMethod
from ml_assets.segmentation.k_means import KMeansMethod
from ml_assets.segmentation.question import Aim
from ml_assets.segmentation.separation import Draws

CONFIG = ChoiceConfig()


def tried(
    segments: int,
    gain: float = 0.9,
    *,
    stability: float = 0.95,
    smallest: float = 0.1,
    noise: float = 0.0,
    exceeds: bool = True,
    separation: float | None = None,
    dense: bool = False,
) -> Tried:
    draws = None if separation is None else Draws(separation, separation + np.linspace(-0.01, 0.01, 50))
    method = DensityMethod(0.1, 5, 100) if dense else KMeansMethod(max(segments, 2), 1)
    return Tried(method, segments, smallest, noise, stability, gain, exceeds, draws)


@pytest.mark.parametrize(
    ("each", "words"),
    [
        (tried(0), "no two segments"),
        (tried(9), "9 segments"),
        (tried(3, smallest=0.019), "1.9%"),
        (tried(3, noise=0.4), "40%"),
        (tried(3, stability=0.5), "0.50"),
    ],
    ids=["none", "many", "small", "noise", "unstable"],
)
def test_each_obstacle_is_told(each: Tried, words: str) -> None:
    [obstacle] = each.obstacles(CONFIG)
    assert words in obstacle


def test_at_the_limits_there_is_no_obstacle() -> None:
    assert tried(8, smallest=0.02, noise=0.3, stability=0.75).obstacles(CONFIG) == ()


def test_of_equally_stable_ones_the_finest_goes_first() -> None:
    order = in_order_of_choice([tried(2, 0.95), tried(3, 0.94), tried(4, 0.90)], Aim.GROUPS, CONFIG)
    assert order == [1, 0, 2]


def test_who_leaves_nobody_out_goes_before_hdbscan_unless_that_is_clearly_more_stable() -> None:
    assert in_order_of_choice([tried(3, 0.95), tried(5, 0.96, dense=True)], Aim.GROUPS, CONFIG)[0] == 0
    assert in_order_of_choice([tried(3, 0.80), tried(5, 0.96, dense=True)], Aim.GROUPS, CONFIG)[0] == 1


def test_what_does_not_exceed_the_null_waits_while_something_does() -> None:
    order = in_order_of_choice([tried(4, 0.99, exceeds=False), tried(3, 0.5)], Aim.GROUPS, CONFIG)
    assert order == [1, 0]


def test_in_a_continuum_stability_decides() -> None:
    trials = [
        tried(2, 0.9, stability=0.8, exceeds=False),
        tried(4, 0.1, stability=0.95, exceeds=False),
    ]
    assert in_order_of_choice(trials, Aim.GROUPS, CONFIG)[0] == 1


def test_segments_that_tell_future_spend_less_well_for_certain_are_not_taken() -> None:
    trials = [tried(3, 0.99, separation=0.1), tried(6, 0.6, separation=0.4), tried(5, 0.8, separation=0.4)]
    assert in_order_of_choice(trials, Aim.FUTURE_SPEND, CONFIG)[0] == 2
    assert in_order_of_choice(trials, Aim.GROUPS, CONFIG)[0] == 0


def test_with_nothing_good_the_one_with_fewest_obstacles_serves() -> None:
    trials = [tried(0), tried(9, smallest=0.01), tried(4, smallest=0.01)]
    assert in_order_of_choice(trials, Aim.FUTURE_SPEND, CONFIG) == [2, 1]
    assert in_order_of_choice([tried(0)], Aim.GROUPS, CONFIG) == []
