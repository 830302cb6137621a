"""Parts of the rows: by hand, and what must hold of any rows."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_assets.classification.folds import BoolMask, Fold, earlier_folds, fold_before, rolling_origins, split_by_time
from ml_assets.classification.panel import Panel
from ml_assets.config import SplitConfig
from tests.unit.classification.made_panels import DAY, made_panel

# Eight entities are asked about at the start of each month of 2018; every second answer is yes.
MONTHS = [f"2018-{month:02d}-01" for month in range(1, 13)]
ENTITIES = 8
COMPLETE_UNTIL = np.datetime64("2018-12-31")
SMALL = SplitConfig(test_periods=2, max_test_periods=4, validation_periods=2, min_test_events=1, min_train_events=2)


def monthly(horizon_days: float = 28) -> Panel:
    asked_at = np.repeat(np.array(MONTHS, dtype="datetime64[us]"), ENTITIES)
    entity = np.tile(np.arange(ENTITIES), len(MONTHS))
    return made_panel(asked_at, entity % 2, entity=entity, horizon_days=horizon_days)


def months(panel: Panel, rows: BoolMask) -> list[int]:
    return sorted({int(str(period)[5:7]) for period in panel.period[rows]})


def config(**fields: int) -> SplitConfig:
    return SplitConfig(**{**SMALL.model_dump(), **fields})


def test_parts_follow_each_other_with_a_gap_of_the_horizon() -> None:
    panel = monthly(horizon_days=45)
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    # December's horizon ends in 2019. October's window begins on the 1st: August's horizon ends after September 14,
    # September's after October 1. July begins on the 1st, and what ends by then was asked until May 1.
    assert months(panel, split.test) == [10, 11]
    assert months(panel, split.fold.validation) == [7, 8]
    assert months(panel, split.fold.train) == [1, 2, 3, 4, 5]


def test_earlier_windows_end_where_the_next_begins_with_the_gap() -> None:
    panel = monthly(horizon_days=45)
    newest = split_by_time(panel, COMPLETE_UNTIL, SMALL).fold
    (earlier,) = earlier_folds(panel, newest, 5, SMALL)
    # What is known when July begins was asked until May; what is known when April begins, until February. Before
    # January nothing is known, so that there is no third window.
    assert months(panel, earlier.validation) == [4, 5]
    assert months(panel, earlier.train) == [1, 2]
    assert earlier_folds(panel, newest, 0, SMALL) == ()


def test_what_is_divided_by_entities_has_no_earlier_windows() -> None:
    panel = monthly(horizon_days=45)
    by_entity = fold_before(panel, np.datetime64("2018-04-01"), SMALL)
    assert months(panel, by_entity.train) == months(panel, by_entity.validation)
    assert earlier_folds(panel, by_entity, 2, SMALL) == ()


def test_statistics_say_what_is_in_each_part() -> None:
    train, validation, test = split_by_time(monthly(horizon_days=45), COMPLETE_UNTIL, SMALL).statistics
    assert [part.name for part in (train, validation, test)] == ["train", "validation", "test"]
    assert (train.first_period, train.last_period) == (date(2018, 1, 1), date(2018, 5, 1))
    assert (train.rows, train.positives, train.entities) == (40, 20, 8)
    assert (test.first_period, test.rows, test.positives, test.entities) == (date(2018, 10, 1), 16, 8, 8)


def test_a_horizon_that_ends_with_the_last_complete_day_is_mature() -> None:
    panel = monthly(horizon_days=30)
    for last_complete, newest in (("2018-12-30", 12), ("2018-12-29", 11)):
        split = split_by_time(panel, np.datetime64(last_complete), SMALL)
        assert months(panel, split.test)[-1] == newest


def test_the_test_window_grows_until_it_holds_enough_of_the_rarer_answer() -> None:
    panel = monthly()
    for wanted, first in ((8, 11), (9, 10), (13, 9), (1000, 9)):
        split = split_by_time(panel, COMPLETE_UNTIL, config(min_test_events=wanted))
        assert months(panel, split.test) == list(range(first, 13))


def test_the_test_window_does_not_grow_into_the_last_of_the_training_rows() -> None:
    panel = monthly()
    limit = config(min_test_events=1000, max_test_periods=12, min_train_events=12)
    # Three months hold twelve of the rarer answer, and the horizon of the third ends in the fourth.
    assert months(panel, split_by_time(panel, COMPLETE_UNTIL, limit).test) == list(range(4, 13))


def test_a_short_history_has_a_shorter_test_window() -> None:
    panel = monthly()
    panel = panel.take(panel.asked_at >= np.datetime64("2018-11-01"))
    split = split_by_time(panel, COMPLETE_UNTIL, config(test_periods=3))
    assert months(panel, split.test) == [12]
    assert months(panel, split.fold.train | split.fold.validation) == [11]


def test_a_single_period_is_not_tested() -> None:
    panel = monthly()
    panel = panel.take(panel.asked_at >= np.datetime64("2018-12-01"))
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    assert not split.test.any()
    assert (split.fold.train | split.fold.validation).all()
    assert split.statistics[2].first_period is None


def test_the_newest_period_is_tested_on_its_mature_rows_if_these_are_most() -> None:
    panel = monthly()
    last = panel.asked_at == np.datetime64("2018-12-01")
    for immature, newest in ((4, 12), (5, 11)):
        longer = panel.horizon_ends_at.copy()
        longer[np.flatnonzero(last)[:immature]] += 60 * DAY
        changed = dataclasses.replace(panel, horizon_ends_at=longer)
        test = split_by_time(changed, COMPLETE_UNTIL, SMALL).test
        assert months(changed, test)[-1] == newest
        assert (changed.horizon_ends_at[test] <= COMPLETE_UNTIL + DAY).all()


def test_one_odd_horizon_costs_its_row_and_not_its_period() -> None:
    asked_at = np.repeat(np.array(MONTHS, dtype="datetime64[us]"), 40)
    horizon = np.full(len(asked_at), 28.0)
    odd = int(np.flatnonzero(asked_at == np.datetime64("2018-10-01"))[0])
    horizon[odd] = 150
    panel = made_panel(asked_at, np.arange(len(asked_at)) % 2, horizon_days=horizon)
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    assert months(panel, split.fold.validation) == [9, 10]
    assert not split.fold.validation[odd]


def test_a_question_asked_after_its_horizon_ended_is_not_known_before_it_is_asked() -> None:
    # Handed over after the promise had passed: the answer was certain in July, the question came in December.
    panel = monthly()
    late = panel.horizon_ends_at.copy()
    row = len(panel) - 1
    late[row] = np.datetime64("2018-07-01")
    panel = dataclasses.replace(panel, horizon_ends_at=late)
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    assert split.test[row]
    assert not split.fold.train[row]
    assert not split.fold.validation[row]


def test_entities_divide_where_time_cannot() -> None:
    panel = monthly(horizon_days=90)
    split = split_by_time(panel, np.datetime64("2018-12-31"), config(min_train_events=5))
    train, validation = split.fold.train, split.fold.validation
    assert not set(panel.entity[train]) & set(panel.entity[validation])
    assert set(panel.period[train]) == set(panel.period[train | validation])


def test_about_a_fifth_of_the_entities_is_validation() -> None:
    panel = made_panel(["2018-01-01"] * 5000, np.arange(5000) % 2)
    fold = fold_before(panel, np.datetime64("2018-06-01"), SMALL)
    assert fold.validation.mean() == pytest.approx(0.2, abs=0.02)


def test_rows_without_labels_or_horizon_are_in_no_part() -> None:
    panel = monthly()
    label, horizon = panel.label.copy(), panel.horizon_ends_at.copy()
    label[::5] = np.nan
    horizon[1::5] = np.datetime64("NaT")
    panel = dataclasses.replace(panel, label=label, horizon_ends_at=horizon)
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    used = split.fold.train | split.fold.validation | split.test
    assert used.any()
    assert not np.isnan(panel.label[used]).any()
    assert not np.isnat(panel.horizon_ends_at[used]).any()


@pytest.mark.parametrize("rows", [0, 5])
def test_without_labels_all_parts_are_empty(rows: int) -> None:
    panel = made_panel(["2018-01-01"] * rows, [np.nan] * rows)
    split = split_by_time(panel, COMPLETE_UNTIL, SMALL)
    assert not (split.fold.train | split.fold.validation | split.test).any()
    assert [part.rows for part in split.statistics] == [0, 0, 0]
    assert rolling_origins(panel, COMPLETE_UNTIL, 3, SMALL) == ()


def test_training_takes_whole_entities_up_to_its_most_rows() -> None:
    generator = np.random.default_rng(1)
    asked_at = np.repeat(np.array(MONTHS, dtype="datetime64[us]"), 400)
    entity = np.tile(np.arange(400), 12)
    panel = made_panel(asked_at, generator.integers(0, 2, len(entity)), entity=entity, horizon_days=28)
    whole = fold_before(panel, np.datetime64("2018-12-01"), SMALL)
    some = fold_before(panel, np.datetime64("2018-12-01"), config(max_train_rows=1000))
    assert 900 <= some.train.sum() <= 1000
    assert not (some.train & ~whole.train).any()
    assert (whole.train & np.isin(panel.entity, panel.entity[some.train])).sum() == some.train.sum()
    assert np.array_equal(some.validation, whole.validation)


def test_origins_are_predicted_by_what_was_known_before_them() -> None:
    panel = monthly(horizon_days=45)
    origins = rolling_origins(panel, COMPLETE_UNTIL, 3, SMALL)
    assert [origin.period for origin in origins] == [date(2018, month, 1) for month in (9, 10, 11)]
    for origin in origins:
        assert months(panel, origin.test) == [origin.period.month]
        expected = fold_before(panel, np.datetime64(origin.period), SMALL)
        assert np.array_equal(origin.fold.train, expected.train)
        assert np.array_equal(origin.fold.validation, expected.validation)


def test_origins_without_enough_to_train_on_are_left_out() -> None:
    panel = monthly()
    assert len(rolling_origins(panel, COMPLETE_UNTIL, 100, SMALL)) < 12
    assert rolling_origins(panel, COMPLETE_UNTIL, 0, SMALL) == ()
    assert rolling_origins(panel, COMPLETE_UNTIL, 100, config(min_train_events=1000)) == ()


@st.composite
def any_panel(draw: st.DrawFn) -> Panel:
    """Return rows asked at any days of a year, of few entities; some horizons end before the question."""
    rows = draw(st.integers(1, 60))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    asked_at = np.sort(np.datetime64("2018-01-01") + generator.integers(0, 360, rows) * DAY)
    return made_panel(
        asked_at,
        generator.choice([0.0, 1.0, np.nan], rows, p=[0.5, 0.4, 0.1]),
        entity=generator.integers(0, draw(st.integers(1, 30)), rows),
        horizon_days=generator.choice([-20, 10, 30, 90], rows),
    )


CONFIGS = st.builds(
    SplitConfig,
    test_periods=st.integers(1, 3),
    max_test_periods=st.integers(1, 5),
    validation_periods=st.integers(1, 3),
    min_test_events=st.integers(1, 20),
    min_train_events=st.integers(2, 6),
)


@settings(max_examples=150)
@given(any_panel(), CONFIGS)
def test_earlier_windows_know_nothing_of_later_ones(panel: Panel, split_config: SplitConfig) -> None:
    fold = split_by_time(panel, np.datetime64("2018-11-30"), split_config).fold
    for earlier in earlier_folds(panel, fold, 3, split_config):
        first_asked = panel.asked_at[fold.validation].min()
        assert panel.horizon_ends_at[earlier.train | earlier.validation].max() <= first_asked
        assert panel.horizon_ends_at[earlier.train].max() <= panel.asked_at[earlier.validation].min()
        fold = earlier


@given(any_panel(), CONFIGS)
def test_parts_never_overlap(panel: Panel, split_config: SplitConfig) -> None:
    split = split_by_time(panel, np.datetime64("2018-11-30"), split_config)
    assert_in_order(panel, split.fold, split.test)


@settings(max_examples=50)
@given(any_panel(), CONFIGS)
def test_parts_of_origins_never_overlap(panel: Panel, split_config: SplitConfig) -> None:
    for origin in rolling_origins(panel, np.datetime64("2018-11-30"), 6, split_config):
        assert origin.test.any()
        assert_in_order(panel, origin.fold, origin.test)


def assert_in_order(panel: Panel, fold: Fold, test: BoolMask) -> None:
    """Assert what no split may break."""
    assert not (fold.train & fold.validation).any()
    assert not ((fold.train | fold.validation) & test).any()
    before = fold.train | fold.validation
    if test.any() and before.any():
        assert panel.horizon_ends_at[before].max() <= panel.asked_at[test].min()
        assert panel.asked_at[before].max() < panel.asked_at[test].min()
    if fold.train.any() and fold.validation.any():
        gap = panel.horizon_ends_at[fold.train].max() <= panel.asked_at[fold.validation].min()
        apart = not set(panel.entity[fold.train]) & set(panel.entity[fold.validation])
        assert gap or apart


@settings(max_examples=50)
@given(any_panel(), CONFIGS, st.integers(0, 10_000))
def test_rows_that_come_later_change_nothing(panel: Panel, split_config: SplitConfig, seed: int) -> None:
    later = np.random.default_rng(seed).integers(0, 40, 20)
    both = joined(
        panel,
        made_panel(np.full(20, np.datetime64("2019-01-01")), later % 2, entity=later, horizon_days=np.full(20, 30)),
    )
    complete_until = np.datetime64("2018-11-30")
    before, after = (split_by_time(each, complete_until, split_config) for each in (panel, both))
    for name in ("train", "validation"):
        assert np.array_equal(getattr(after.fold, name)[: len(panel)], getattr(before.fold, name))
    assert np.array_equal(after.test[: len(panel)], before.test)
    assert after.statistics == before.statistics


def joined(first: Panel, second: Panel) -> Panel:
    """Return the rows of both; equal numbers are the same entity."""
    return Panel(
        keys=pd.concat([first.keys, second.keys], ignore_index=True),
        asked_at=np.concatenate([first.asked_at, second.asked_at]),
        period=np.concatenate([first.period, second.period]),
        horizon_ends_at=np.concatenate([first.horizon_ends_at, second.horizon_ends_at]),
        entity=np.concatenate([first.entity, second.entity]),
        label=np.concatenate([first.label, second.label]),
        features=pd.concat([first.features, second.features], ignore_index=True),
    )


@given(any_panel(), CONFIGS, st.permutations(range(30)))
def test_numbers_of_entities_are_only_names(panel: Panel, split_config: SplitConfig, names: list[int]) -> None:
    renamed = dataclasses.replace(panel, entity=np.array(names, dtype=np.int64)[panel.entity])
    before, after = (split_by_time(each, np.datetime64("2018-11-30"), split_config) for each in (panel, renamed))
    assert np.array_equal(before.fold.train, after.fold.train)
    assert np.array_equal(before.fold.validation, after.fold.validation)


def test_features_do_not_decide() -> None:
    panel = monthly()
    poisoned = dataclasses.replace(panel, features=pd.DataFrame({"constant": panel.label}))
    before, after = (split_by_time(each, COMPLETE_UNTIL, SMALL) for each in (panel, poisoned))
    assert np.array_equal(before.test, after.test)
