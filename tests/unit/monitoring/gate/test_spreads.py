"""What widens effects: shocks of a column's own months, told from rows by chance and from other columns' shocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate.measured import Block, blocks
from ml_assets.monitoring.gate.spreads import Widened, layout, spreads
from ml_assets.monitoring.gate.thresholds import thresholds
from tests.unit.monitoring.gate.windows import numeric, window

MONTHS = np.arange("2017-01", "2018-02", dtype="datetime64[M]").astype("datetime64[D]")
ROWS = 500
ALPHA = 2e-4
GENERATOR = np.random.default_rng(1)


def block_of(values: np.ndarray) -> Block:
    """Return a column of 13 months, shape (13, rows)."""
    reference, current = window({"x": values[:12].ravel()}), window({"x": values[12]})
    return blocks(reference, current, numeric("x"), DriftConfig())[0]


def shifted(shocks: np.ndarray) -> Block:
    return block_of(GENERATOR.normal(size=(13, ROWS)) + shocks[:, None])


def widened(
    series: Sequence[Block], entity: np.ndarray | None = None, least: int = 4, counts: Sequence[bool] | None = None
) -> tuple[Widened, ...]:
    nothing = np.zeros(12 * ROWS)
    owners = np.arange(13 * ROWS) if entity is None else entity
    reference = window({"x": nothing}, entity=owners[: 12 * ROWS], period=np.repeat(MONTHS[:12], ROWS))
    current = window({"x": nothing[:ROWS]}, entity=owners[12 * ROWS :], period=np.repeat(MONTHS[12:], ROWS))
    return spreads(series, counts or [True] * len(series), layout(reference, current), least)


def locations(series: Sequence[Block], found: Sequence[Widened]) -> np.ndarray:
    """Return the threshold of each column's location."""
    limits = [
        thresholds(block.components, ALPHA, DriftConfig(), each.entities, each.shocks)
        for block, each in zip(series, found, strict=True)
    ]
    return np.array([limit[0] for limit in limits])


def strength(found: Sequence[Widened]) -> float:
    """Return the largest variance that shocks are expected to add to any effect."""
    known = [each.shocks for each in found if each.shocks is not None]
    return max(float((shocks.probability * shocks.variance).sum(axis=1).max()) for shocks in known)


def by_rows(series: Sequence[Block]) -> np.ndarray:
    return np.array([thresholds(block.components, ALPHA, DriftConfig())[0] for block in series])


def test_months_that_differ_by_chance_cost_next_to_nothing() -> None:
    quiet = [shifted(np.zeros(13)) for _ in range(12)]
    assert np.median(locations(quiet, widened(quiet)) / by_rows(quiet)) < 1.12


def test_a_few_restless_columns_leave_the_others_nearly_as_they_were() -> None:
    quiet = [shifted(np.zeros(13)) for _ in range(12)]
    loud = [shifted(GENERATOR.normal(size=13) * 0.5) for _ in range(3)]
    series = [*quiet, *loud]
    found = locations(series, widened(series))
    assert np.median(found[:12] / by_rows(quiet)) < 1.15
    assert np.all(found[12:] > 1.2)


def test_shocks_need_their_quantile_and_somewhat_more_for_what_is_unknown_of_them() -> None:
    shock = 0.2
    series = [shifted(GENERATOR.normal(size=13) * shock) for _ in range(30)]
    # Of a normal law at the tail of a location: the shock of the new month and of the mean of twelve, and rows.
    known = 3.89 * np.sqrt(shock**2 * 13 / 12 + 13 / 12 / ROWS)
    found = np.median(locations(series, widened(series)))
    assert known < found < 1.3 * known


def test_rows_of_one_entity_in_a_month_are_no_shock() -> None:
    values = np.repeat(GENERATOR.normal(size=(8, 13, ROWS // 10)), 10, axis=2)
    series = [block_of(each) for each in values]
    entity = np.repeat(np.arange(13 * ROWS // 10), 10)
    as_rows, as_entities = widened(series), widened(series, entity)
    assert strength(as_entities) < 0.5 * strength(as_rows)
    assert np.all(as_entities[0].entities.inflation > 5.0)


def test_columns_that_do_not_count_are_measured_but_tell_nothing() -> None:
    quiet = [shifted(np.zeros(13)) for _ in range(8)]
    loud = [shifted(GENERATOR.normal(size=13) * 0.5) for _ in range(8)]
    alone, among = widened(quiet), widened([*quiet, *loud], counts=[True] * 8 + [False] * 8)
    assert locations(quiet, among[:8]) == pytest.approx(locations(quiet, alone))
    assert np.all(locations(loud, among[8:]) > 0.8)


def test_too_few_stretches_or_nobody_to_tell_say_nothing_of_shocks() -> None:
    series = [shifted(GENERATOR.normal(size=13))]
    assert [each.shocks for each in widened(series, least=13)] == [None]
    assert [each.shocks for each in widened(series, counts=[False])] == [None]
    assert widened([]) == ()
    (found,) = widened(series)
    assert found.shocks is not None


def test_a_constant_column_and_one_of_late_values_are_no_error() -> None:
    constant = block_of(np.ones((13, ROWS)))
    values = GENERATOR.normal(size=(13, ROWS))
    values[:10] = np.nan
    series = [constant, block_of(values), *[shifted(np.zeros(13)) for _ in range(6)]]
    found = widened(series)
    assert np.isinf(locations(series, found)[0])
    # Two months of values show no shocks.
    assert [each.shocks is None for each in found] == [False, True, *[False] * 6]


def test_what_the_reference_never_had_tells_nothing_of_others() -> None:
    new = np.zeros((13, ROWS))
    new[12, :50] = 1.0
    loud = [shifted(GENERATOR.normal(size=13) * 0.3) for _ in range(6)]
    with_new = [*loud, *[block_of(new)] * 20]
    assert locations(loud, widened(with_new)[:6]) == pytest.approx(locations(loud, widened(loud)))
