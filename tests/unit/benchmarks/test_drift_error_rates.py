"""Draws follow their laws, the usual tests are the library's, counts and rows are judged alike, bounds are exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.drift_error_rates import panels
from benchmarks.drift_error_rates.__main__ import main, repetitions_of
from benchmarks.drift_error_rates.columns import MIX, DrawnColumn, Law
from benchmarks.drift_error_rates.counts import Sizes, Way, alarms, detection_rates, family_rates, is_drifted
from benchmarks.drift_error_rates.frames import COLUMNS, by_gate, pair
from benchmarks.drift_error_rates.frames import detection_rates as frame_detection_rates
from benchmarks.drift_error_rates.rates import Rate
from benchmarks.drift_error_rates.study import PANEL_SHIFTS, Question, Row
from benchmarks.drift_error_rates.tables import pages
from benchmarks.drift_error_rates.usual import by_p_value, by_stability_index
from ml_assets.monitoring.columns import ColumnKind
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.gate.cells import MISSING, category_cells, ordered_cells
from ml_assets.monitoring.gate.measured import counted
from tests.unit.monitoring.gate.windows import window

WORLDS = {"months": 0, "seasons": 5, "years": 18}
DISTINCT = tuple(dict.fromkeys(MIX))


@pytest.mark.parametrize("column", DISTINCT, ids=lambda column: column.name)
@pytest.mark.parametrize("shift", [0.0, 0.2])
def test_values_follow_the_probabilities_of_their_cells(column: DrawnColumn, shift: float) -> None:
    fine = column.probabilities(shift, 4)
    assert fine.sum() == pytest.approx(1.0)
    assert column.coarse(fine, 4) == pytest.approx(column.probabilities(shift), abs=1e-12)
    values = column.values(np.random.default_rng(3), 40_000, shift)
    if column.law in (Law.NORMAL, Law.LOGNORMAL):
        law = stats.norm() if column.law is Law.NORMAL else stats.lognorm(1.0)
        found = np.histogram(values, law.ppf(np.linspace(0, 1, 65)))[0] / len(values)
        assert found == pytest.approx(column.probabilities(shift), abs=0.006)
    else:
        named = {
            Law.CATEGORIES: (values == "0").mean(),
            Law.BINARY: (values == 0).mean(),
            Law.ZERO_INFLATED: (values == 0).mean(),
            Law.MISSING: values.isna().mean(),
        }
        expected = column.probabilities(shift)[-1 if column.law is Law.MISSING else 0]
        assert named[column.law] == pytest.approx(expected, abs=0.01)


def test_a_shift_of_a_share_is_in_its_own_standard_deviations() -> None:
    zeros, ones = DrawnColumn(Law.BINARY, 0.1).probabilities(0.5)
    assert ones == pytest.approx(0.1 + 0.5 * 0.3)
    assert zeros == pytest.approx(1.0 - ones)
    with pytest.raises(ValueError, match=r"share of 0.9 moved by 1 "):
        DrawnColumn(Law.BINARY, 0.9).probabilities(1.0)


def test_the_usual_tests_are_those_of_the_library() -> None:
    generator = np.random.default_rng(5)
    reference, current = generator.integers(0, 400, size=3_000), generator.integers(0, 409, size=700)
    before, after = (np.bincount(each, minlength=410).astype(np.float64)[None] for each in (reference, current))
    found = by_p_value(before, after, ColumnKind.NUMERIC)
    assert found.tolist() == [stats.ks_2samp(reference, current, method="asymp").pvalue < 0.05]
    for size in range(200, 700, 25):
        part = current[:size]
        before, after = (np.bincount(each % 7, minlength=8).astype(np.float64)[None] for each in (reference, part))
        expected = stats.chi2_contingency(np.vstack([before, after])[:, :7]).pvalue < 0.05
        assert by_p_value(before, after, ColumnKind.CATEGORICAL).tolist() == [expected]


def test_the_stability_index_by_hand() -> None:
    reference = np.full((1, 10), 100.0)
    current = np.array([[50.0, 150.0, *[100.0] * 8]])
    # (0.05 - 0.1) ln 0.5 + (0.15 - 0.1) ln 1.5 = 0.055, twice as much 0.11.
    assert by_stability_index(reference, current, ColumnKind.NUMERIC).tolist() == [False]
    current = np.array([[50.0, 150.0, 50.0, 150.0, *[100.0] * 6]])
    for kind in ColumnKind:
        assert by_stability_index(reference, current, kind).tolist() == [True]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from([column for column in DISTINCT]), st.floats(0.0, 0.4))
def test_counts_and_rows_are_judged_alike(seed: int, column: DrawnColumn, shift: float) -> None:
    generator = np.random.default_rng(seed)
    reference, current = column.values(generator, 900), column.values(generator, 700, shift)
    config = DriftConfig()
    declared = column.monitored(0)
    found = judge(
        window({declared.name: reference.to_numpy()}), window({declared.name: current.to_numpy()}), [declared], config
    )
    values = pd.concat([reference, current], ignore_index=True)
    cells = (
        category_cells(values, config.min_share)
        if column.kind is ColumnKind.CATEGORICAL
        else ordered_cells(values.to_numpy(dtype=np.float64), config.bins)
    )
    is_missing = cells.code == MISSING
    gaps = (np.array(float(is_missing[:900].sum())), np.array(float(is_missing[900:].sum())))
    by_counts = is_drifted(
        counted(*cells.counts(900), column.kind, gaps if is_missing.any() else None), config, columns=1
    )
    assert bool(by_counts) is found.columns[0].is_drifted


def test_chunks_do_not_change_what_is_drawn_twice() -> None:
    column, sizes = MIX[0], Sizes(2_000, 500, 2_300)
    first, second = (alarms([Way.GATE], column, sizes, 0.2, seed=1)[Way.GATE] for _ in range(2))
    assert len(first) == 2_300
    assert first.tolist() == second.tolist()
    assert 0.3 < first.mean() < 1.0


def test_the_gate_is_silent_where_a_test_of_significance_is_not() -> None:
    quiet = family_rates(list(Way), Sizes(20_000, 1_500, 100), 0.0, seed=2)
    assert quiet[Way.GATE].hits <= 3
    assert quiet[Way.P_VALUE].hits > 30
    loud = detection_rates([Way.GATE], MIX[0], Sizes(20_000, 1_500, 200), 0.2, seed=2)
    assert loud[Way.GATE].value > 0.97


def test_rows_are_judged_by_each_way_on_the_same_draws() -> None:
    drawn = pair(np.random.default_rng(4), 3_000, 1_500, {0: 1.0})
    assert COLUMNS[0].name in by_gate(drawn)
    assert not set(drawn.reference.entity) & set(drawn.current.entity)
    found = frame_detection_rates({"ours": by_gate, "none": lambda _: frozenset()}, [0, 13], 3_000, 1_500, 0.5, 2, 5)
    assert {key: rate.hits for key, rate in found.items()} == {
        ("ours", 0): 2, ("ours", 13): 2, ("none", 0): 0, ("none", 13): 0,
    }  # fmt: skip


@pytest.mark.parametrize("world", panels.WORLDS, ids=lambda world: world.name)
def test_worlds_are_stationary_and_hang_together_as_said(world: panels.World) -> None:
    reference, current = panels.drawn(world, np.random.default_rng(6), shift=0.0)
    assert (len(reference.frame), len(current.frame)) == (12 * panels.ROWS, panels.ROWS)
    assert len(np.unique(reference.period)) == 12
    assert reference.period.max() < current.period.min()
    has_entities = world.entities > 0
    assert (len(np.unique(reference.entity)) < len(reference.entity)) is has_entities
    means = reference.frame.iloc[:, :10].groupby(reference.period).mean()
    assert bool(means.std().mean() > 2.0 / np.sqrt(panels.ROWS)) is (world.shock > 0.0)


def test_where_three_columns_shift_the_others_stay_and_are_watched_all_the_same() -> None:
    (world,) = [each for each in panels.WORLDS if each.shifting == 3]
    reference, _ = panels.drawn(world, np.random.default_rng(8), shift=0.0)
    means = reference.frame.iloc[:, :10].groupby(reference.period).mean().std()
    assert (means > 0.2).tolist() == [False] * 7 + [True] * 3
    assert panels.detections(world, 10, seed=1, shift=0.5).hits >= 9


@pytest.mark.parametrize("place", [1, 4, 6])
def test_of_twenty_four_stationary_windows_at_most_one_alarms(place: int) -> None:
    assert panels.false_alarms(panels.WORLDS[place], 24, seed=3).hits <= 1


def test_a_world_is_counted() -> None:
    assert panels.false_alarms(panels.WORLDS[0], 3, seed=1) == Rate(0, 3)
    assert panels.detections(panels.WORLDS[0], 3, seed=1, shift=1.0) == Rate(3, 3)


def test_bounds_are_exact() -> None:
    # With 47 of 10,000 the chance of as few is 5 % at the upper bound, of as many 5 % at the lower.
    rate = Rate(47, 10_000)
    assert stats.binom.cdf(47, 10_000, rate.upper) == pytest.approx(0.05)
    assert stats.binom.sf(46, 10_000, rate.lower) == pytest.approx(0.05)
    assert (Rate(0, 9).lower, Rate(9, 9).upper) == (0.0, 1.0)
    assert Rate(80, 10_000).upper < 0.01


def test_tables_say_which_goal_was_missed() -> None:
    rows = [
        Row(Question.FALSE_ALARM, Way.GATE, "", 20_000, 500, 0.0, Rate(47, 10_000)),
        Row(Question.FALSE_ALARM, Way.GATE, "", 20_000, 500, 0.0, Rate(1, 10)),
        Row(Question.FALSE_ALARM, Way.P_VALUE, "", 20_000, 500, 0.0, Rate(6, 10)),
        Row(Question.FALSE_ALARM, Way.GATE, "", 20_000, 1_500, 0.0, Rate(200, 10_000)),
        Row(Question.DETECTION, Way.GATE, "normal", 20_000, 1_500, 0.2, Rate(9_990, 10_000)),
        Row(Question.DETECTION, Way.GATE, "binary", 20_000, 1_500, 0.2, Rate(9_000, 10_000)),
        *[
            Row(Question.PANEL_FALSE_ALARM, Way.GATE, world, 7_200, 600, 0.0, Rate(hits, 600))
            for world, hits in WORLDS.items()
        ],
        *[
            Row(Question.PANEL_DETECTION, Way.GATE, world, 7_200, 600, shift, Rate(1, 2))
            for shift in PANEL_SHIFTS
            for world in WORLDS
        ],
    ]
    text = pages(rows)
    assert "| 20,000 | 500 | 47 of 10,000 | 0.60% | met | 60.0% of 10 | - | - |" in text
    assert "| 20,000 | 1,500 | 200 of 10,000 | 2.25% | missed |" in text
    assert "| normal | 99.90% | 99.83% | yes |" in text
    assert "| binary | 90.00% | 89.49% | no |" in text
    assert "| months | 0 of 600 | 0.50% | met | 50% | 50% | 50% |" in text
    assert "| seasons | 5 of 600 | 1.74% | not shown |" in text
    assert "| years | 18 of 600 | 4.42% | missed |" in text


def test_a_part_of_the_repetitions() -> None:
    assert repetitions_of(0.1).counts == 1_000
    assert repetitions_of(1e-9).evidently == 1
    with pytest.raises(SystemExit):
        main(["--part", "0"])
