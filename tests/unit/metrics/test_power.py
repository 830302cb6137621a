"""Minimum detectable effects against a figure computed apart, and at their limits."""

from __future__ import annotations

import numpy as np
import pytest

from ml_assets.metrics.power import minimum_detectable_auc, standard_error_of_auc


def labels(positives: int, negatives: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.concatenate([np.ones(positives), np.zeros(negatives)])


def test_standard_error_of_the_published_example() -> None:
    # Hanley and McNeil 1982: 51 abnormal and 58 normal images, an area of 0.893.
    assert standard_error_of_auc(0.893, 51, 58) == pytest.approx(0.032, abs=0.001)


def test_large_samples_need_two_point_eight_standard_errors() -> None:
    by_chance = np.sqrt(20_001 / (12 * 10_000 * 10_000))
    assert minimum_detectable_auc(labels(10_000, 10_000)) == pytest.approx(2.80 * by_chance, rel=0.02)


def test_rare_events_need_more() -> None:
    few, many = minimum_detectable_auc(labels(30, 3000)), minimum_detectable_auc(labels(300, 3000))
    assert few is not None
    assert many is not None
    assert 0 < many < few < 0.5


def test_rows_without_a_label_do_not_count() -> None:
    with_unknown = np.append(labels(30, 300), [np.nan] * 50)
    assert minimum_detectable_auc(with_unknown) == minimum_detectable_auc(labels(30, 300))


@pytest.mark.parametrize(("positives", "negatives"), [(0, 10), (10, 0), (0, 0), (1, 1), (2, 3)])
def test_none_where_nothing_could_be_shown(positives: int, negatives: int) -> None:
    assert minimum_detectable_auc(labels(positives, negatives)) is None
