"""K-Means and HDBSCAN: what they find, how new rows are placed, and that stored ones are the same."""

from __future__ import annotations

from pathlib import Path

import hdbscan
import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ml_assets.segmentation.density import DensePlaces, DensityMethod
from ml_assets.segmentation.k_means import Centroids, KMeansMethod
from ml_assets.segmentation.partition import Method, relabelled
from tests.unit.segmentation.made import blobs

CENTRES = [(0.0, 0.0), (5.0, 0.0), (0.0, 5.0)]
POINTS, GROUP = blobs(600, CENTRES)
METHODS: dict[str, Method] = {"k_means": KMeansMethod(3, 3), "hdbscan": DensityMethod(0.1, 5, 10_000)}


@pytest.mark.parametrize("name", METHODS)
def test_groups_far_apart_are_found_and_twice_the_same(name: str) -> None:
    first, second = (METHODS[name].fit(POINTS, 1) for _ in range(2))
    assert first is not None
    assert second is not None
    placed, again = first.place(POINTS), second.place(POINTS)
    inside = ~placed.is_noise
    assert adjusted_rand_score(GROUP[inside], placed.label[inside]) == 1.0
    assert inside.mean() > 0.9
    np.testing.assert_array_equal(placed.label, again.label)
    np.testing.assert_array_equal(placed.strength, again.strength)


@pytest.mark.parametrize("name", METHODS)
def test_stored_it_places_rows_bitwise_alike_alone_and_in_a_batch(name: str, tmp_path: Path) -> None:
    fitted = METHODS[name].fit(POINTS, 1)
    assert fitted is not None
    fitted.save(tmp_path)
    loaded = type(fitted).load(tmp_path)
    new = blobs(90, CENTRES, seed=5, spread=1.0)[0]
    expected = fitted.place(new)
    whole = loaded.place(new)
    parts = [loaded.place(new[[number]]) for number in range(len(new))]
    for attribute in ("label", "is_noise", "strength"):
        values = getattr(expected, attribute)
        np.testing.assert_array_equal(getattr(whole, attribute), values)
        np.testing.assert_array_equal(np.concatenate([getattr(part, attribute) for part in parts]), values)
    assert ((expected.strength >= 0) & (expected.strength <= 1)).all()
    assert len(loaded.place(np.empty((0, 2))).label) == 0


def test_nothing_stored_needs_a_pickle(tmp_path: Path) -> None:
    for name, method in METHODS.items():
        fitted = method.fit(POINTS, 1)
        assert fitted is not None
        (tmp_path / name).mkdir()
        fitted.save(tmp_path / name)
        [file] = (tmp_path / name).iterdir()
        with np.load(file, allow_pickle=False) as stored:
            assert all(stored[key].dtype != object for key in stored.files)


def test_the_strength_is_one_on_a_centroid_and_zero_halfway() -> None:
    placed = Centroids(np.array([[0.0, 0.0], [4.0, 0.0]])).place(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(placed.strength, [1.0, 0.0, 1 - 1 / 3])
    np.testing.assert_array_equal(placed.label, [0, 0, 0])


def test_new_rows_go_where_the_package_puts_them() -> None:
    clusterer = hdbscan.HDBSCAN(
        min_cluster_size=60, min_samples=5, prediction_data=True, core_dist_n_jobs=1, approx_min_span_tree=False
    ).fit(POINTS)
    ours = DensityMethod(0.1, 5, 10_000).fit(POINTS, 1)
    assert ours is not None
    new = np.vstack([blobs(1_200, CENTRES, seed=9)[0], np.random.default_rng(3).uniform(-3, 8, (120, 2))])
    theirs, _ = hdbscan.approximate_predict(clusterer, new)
    placed = ours.place(new)
    label = np.where(placed.is_noise, -1, placed.label)
    assert adjusted_rand_score(theirs, label) > 0.99
    both = (theirs >= 0) & (label >= 0)
    assert adjusted_rand_score(theirs[both], label[both]) == 1.0


def test_who_is_far_from_all_is_noise_of_the_nearest_segment() -> None:
    fitted = DensityMethod(0.1, 5, 10_000).fit(POINTS, 1)
    assert fitted is not None
    near, far = fitted.place(np.array([[5.0, 0.0]])), fitted.place(np.array([[40.0, 0.0]]))
    assert not near.is_noise[0]
    assert far.is_noise[0]
    assert far.label[0] == near.label[0]
    assert far.strength[0] == 0.0


def test_beyond_the_most_rows_a_part_is_fitted_and_all_are_placed() -> None:
    fitted = DensityMethod(0.1, 5, 300).fit(POINTS, 1)
    assert isinstance(fitted, DensePlaces)
    assert len(fitted.rows) == 300
    placed = fitted.place(POINTS)
    assert adjusted_rand_score(GROUP, placed.label) > 0.95


@pytest.mark.parametrize(
    ("method", "matrix"),
    [
        (KMeansMethod(3, 2), np.array([[0.0], [1.0], [1.0]])),
        (DensityMethod(0.1, 5, 100), np.zeros((4, 2))),
        (DensityMethod(0.4, 15, 1_000), np.random.default_rng(0).standard_normal((300, 2))),
    ],
    ids=["fewer different rows than segments", "fewer rows than neighbours", "one cloud"],
)
def test_without_two_segments_there_is_no_partition(method: Method, matrix: np.ndarray) -> None:
    assert method.fit(matrix, 0) is None


def test_copies_of_a_bootstrap_sample_count_for_k_means_only() -> None:
    drawn = np.array([3, 1, 3])
    np.testing.assert_array_equal(KMeansMethod(2, 1).resample(drawn), [3, 1, 3])
    np.testing.assert_array_equal(DensityMethod(0.1, 5, 10).resample(drawn), [1, 3])


def test_noise_keeps_its_number_when_segments_are_numbered_anew() -> None:
    np.testing.assert_array_equal(relabelled(np.array([0, 1, -1, 2]), [2, 0, 1]), [1, 2, -1, 0])
