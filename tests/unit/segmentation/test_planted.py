"""Segments of a small loyal shop find the planted groups nearly as well as an oracle; names last between refits."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from benchmarks.planted_segments.__main__ import goals_met, table
from benchmarks.planted_segments.measure import Found, found, planted_groups
from ml_assets.segmentation.config import KMeansConfig
from ml_assets.segmentation.questions import BUYING_HABITS_OLIST_CUSTOMERS
from ml_assets.segmentation.snapshots import Snapshot, Snapshots
from tests.unit.sample.worlds import world
from tests.unit.segmentation.made import AS_OF, QUICK, habits_of

FOUND = Found(BUYING_HABITS_OLIST_CUSTOMERS.name, 1, 4_000, "k_means 3", 3, 3, 0.40, 0.39, 0.97)


def test_planted_groups_are_found_and_names_last() -> None:
    config, market = world(0.1, 11, "loyal")
    day = np.datetime64(AS_OF, "D")
    served = Snapshot(AS_OF, habits_of(market, day), None)
    settings = QUICK.model_copy(
        update={
            "k_means": KMeansConfig(segments=[2, 3, 4], starts=3),
            "stability": QUICK.stability.model_copy(update={"rows": 2_000}),
        }
    )
    result = found(
        BUYING_HABITS_OLIST_CUSTOMERS, Snapshots(served, None, None), planted_groups(config, market, day), 11, settings
    )
    assert (result.segments, result.planted) == (3, 3)
    assert result.ratio >= 0.95
    assert result.names_kept >= 0.95


def test_goals_are_met_or_missed_on_average() -> None:
    assert goals_met([FOUND, replace(FOUND, model=0.375)])
    assert not goals_met([FOUND, replace(FOUND, model=0.30)])
    assert not goals_met([FOUND, replace(FOUND, names_kept=0.90)])


def test_the_table_has_a_line_a_segmentation() -> None:
    text = table([FOUND, replace(FOUND, seed=2)])
    assert "| buying_habits_olist_customers | 2 | 4,000 | 3 | 0.400 | 0.390 |" in text
    assert "k_means 3 (2)" in text
    assert asdict(FOUND)["seed"] == 1
