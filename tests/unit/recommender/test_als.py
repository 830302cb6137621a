"""Factors of items: the formula, whom they recommend what, ties, saving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from ml_assets.recommender.query import Query
from ml_assets.recommender.retrieval.als import ALSConfig, ALSFactors
from ml_assets.recommender.retrieval.top_items import TopItems
from ml_assets.recommender.sessions import Sessions

CONFIG = ALSConfig(factors=6, alpha=10.0, iterations=15, threads=1)
Floats = NDArray[np.float64]


def world(seed: int = 3, visitors: int = 60, items: int = 24) -> sparse.csr_array:
    """Return visitors of three groups, each of which deals with eight items of its own, and seldom with others."""
    generator = np.random.default_rng(seed)
    likes = generator.random((visitors, items)) < np.where(
        np.arange(visitors)[:, None] % 3 == np.arange(items) // 8, 0.5, 0.02
    )
    return sparse.csr_array(likes * generator.uniform(0.2, 3.0, (visitors, items)))


def matrix(rows: list[list[float]]) -> sparse.csr_array:
    return sparse.csr_array(np.array(rows, dtype=np.float64))


@pytest.fixture(scope="module")
def fitted() -> ALSFactors:
    return ALSFactors.fit(world(), CONFIG)


def wanted(strengths: Floats, items: Floats, config: ALSConfig) -> Floats:
    """Return what the formula says one visitor wants, with all entries written out."""
    confidence = np.where(strengths > 0, 1 + config.alpha * strengths, 1.0)
    preference = (strengths > 0).astype(float)
    left = items.T @ np.diag(confidence) @ items + config.regularization * np.eye(items.shape[1])
    vector = np.linalg.solve(left, items.T @ np.diag(confidence) @ preference)
    return np.asarray(items @ vector)


def one_by_one(scores: Floats, count: int, left_out: set[int]) -> list[int]:
    allowed = [item for item in range(len(scores)) if item not in left_out and scores[item] > 1e-4]
    return sorted(allowed, key=lambda item: -scores[item])[:count]


@pytest.mark.parametrize("leave_out_own", [False, True])
def test_recommended_is_what_the_formula_wants(fitted: ALSFactors, leave_out_own: bool) -> None:
    asked = world(seed=4).toarray()
    found = fitted.recommended(sparse.csr_array(asked), 5, leave_out_own=leave_out_own)
    for row, strengths in enumerate(asked):
        scores = wanted(strengths, fitted.item_factors.astype(float), CONFIG)
        own = set(np.flatnonzero(strengths).tolist()) if leave_out_own else set()
        expected = one_by_one(scores, 5, own) if strengths.any() else []
        assert found.items[row][found.items[row] >= 0].tolist() == expected
        np.testing.assert_allclose(found.scores[row][: len(expected)], scores[expected], atol=1e-4)


def test_factors_solve_both_halves_of_the_problem() -> None:
    """After many rounds neither half moves: items follow from visitors, who follow from items."""
    config = CONFIG.model_copy(update={"iterations": 1000})
    strengths, items = world().toarray(), ALSFactors.fit(world(), config).item_factors.astype(float)

    def solved(rows: Floats, of: Floats) -> Floats:
        confidence = np.where(rows > 0, 1 + CONFIG.alpha * rows, 1.0)
        left = np.einsum("rn,nf,ng->rfg", confidence, of, of) + CONFIG.regularization * np.eye(of.shape[1])
        return np.asarray(
            np.linalg.solve(left, np.einsum("rn,nf->rf", confidence * (rows > 0), of)[:, :, None])[..., 0]
        )

    again = solved(strengths.T, solved(strengths, items))
    np.testing.assert_allclose(again @ again.T, items @ items.T, atol=1e-3)


def test_visitors_are_recommended_what_their_group_likes() -> None:
    factors = ALSFactors.fit(world(), CONFIG.model_copy(update={"factors": 3}))
    for group in range(3):
        seen = np.zeros((1, 24))
        seen[0, [8 * group, 8 * group + 3]] = 1.0
        found = factors.recommended(sparse.csr_array(seen), 6, leave_out_own=True)
        assert set((found.items[0] // 8).tolist()) == {group}
        similar = factors.similar(np.array([8 * group + 1]), 7)
        assert set((similar.items[0] // 8).tolist()) == {group}


def test_a_visitor_of_whom_nothing_is_known_gets_nothing(fitted: ALSFactors) -> None:
    found = fitted.recommended(sparse.csr_array((2, 24)), 3)
    assert found.items.tolist() == [[-1] * 3] * 2
    assert found.scores.tolist() == [[0.0] * 3] * 2
    assert fitted.recommended(sparse.csr_array((0, 24)), 3).items.shape == (0, 3)


def test_an_item_that_nobody_has_dealt_with_is_never_named() -> None:
    strengths = matrix([[1, 1, 0], [1, 0, 0], [1, 1, 0]])
    factors = ALSFactors.fit(strengths, CONFIG)
    assert 2 not in factors.recommended(strengths, 3).items
    assert factors.similar(np.array([0, 1, 2]), 3).items.tolist() == [[1, -1, -1], [0, -1, -1], [-1, -1, -1]]
    assert factors.recommended(strengths, 3, leave_out_own=True).items.tolist() == [[-1] * 3, [1, -1, -1], [-1] * 3]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equals_stand_by_number_however_many_they_are_and_how_few_are_asked(seed: int) -> None:
    """Two visitors with fifty items each that nobody tells apart, more than are looked at at first."""
    order = np.random.default_rng(seed).permutation(100)
    likes = np.zeros((3, 100))
    likes[0, order[:50]] = likes[1, order[50:]] = 1.0
    likes[2, order[0]] = 0.5
    factors = ALSFactors.fit(sparse.csr_array(likes), ALSConfig(factors=4, alpha=10.0, seed=seed, threads=1))
    first, rest = int(order[0]), sorted(order[1:50].tolist())
    asked = sparse.csr_array(likes[[2, 1]])
    asked_about = rest.pop(7)
    for count in (1, 3, 48):
        found = factors.recommended(asked, count, leave_out_own=True).items
        assert found[0].tolist() == sorted([*rest, asked_about])[:count]
        assert found[1, 0] == -1
        assert factors.similar(np.array([asked_about]), count).items[0].tolist() == rest[:count]
    others = sorted(order[50:].tolist())
    assert factors.recommended(asked, 10).items[1].tolist() == others[:10]
    assert first not in factors.recommended(asked, 100, leave_out_own=True).items[0]


def test_an_answer_does_not_depend_on_who_else_is_asked_for(fitted: ALSFactors) -> None:
    asked = world(seed=5)
    together = fitted.recommended(asked, 6)
    alone = [fitted.recommended(asked[[row]], 6) for row in range(asked.shape[0])]
    assert np.array_equal(together.items, np.concatenate([each.items for each in alone]))
    assert np.array_equal(together.scores, np.concatenate([each.scores for each in alone]))


def test_fitted_twice_gives_the_same_bits_whatever_the_threads(fitted: ALSFactors) -> None:
    for threads in (1, 2):
        again = ALSFactors.fit(world(), CONFIG.model_copy(update={"threads": threads}))
        assert again.item_factors.tobytes() == fitted.item_factors.tobytes()
    other = ALSFactors.fit(world(), CONFIG.model_copy(update={"seed": 8}))
    assert other.item_factors.tobytes() != fitted.item_factors.tobytes()


def test_what_is_saved_answers_the_same_and_holds_no_objects(fitted: ALSFactors, tmp_path: Path) -> None:
    path = tmp_path / "als.npz"
    fitted.save(path)
    with np.load(path, allow_pickle=False) as content:
        assert all(content[name].dtype != np.object_ for name in content.files)
    loaded = ALSFactors.load(path)
    assert loaded.config == CONFIG

    def answers(factors: ALSFactors) -> list[TopItems]:
        return [factors.recommended(world(seed=6), 4), factors.similar(np.arange(24), 4)]

    for mine, theirs in zip(answers(fitted), answers(loaded), strict=True):
        assert np.array_equal(mine.items, theirs.items)
        assert np.array_equal(mine.scores, theirs.scores)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf], ids=str)
@pytest.mark.parametrize("method", [lambda given: ALSFactors.fit(given, CONFIG), None], ids=["fit", "recommended"])
def test_strengths_that_are_none_are_refused(
    fitted: ALSFactors, wrong: float, method: Callable[[sparse.csr_array], object] | None
) -> None:
    given = sparse.csr_array((np.array([1.0, wrong]), (np.array([0, 0]), np.array([0, 1]))), shape=(1, 24))
    ask = method or (lambda strengths: fitted.recommended(strengths, 3))
    with pytest.raises(ValueError, match="above 0"):
        ask(given)


def test_a_prefix_is_a_visitor_whose_older_items_count_less(fitted: ALSFactors) -> None:
    query = Query.of(Sessions.of_lists([[9, 0, 1], [], [17, 17]]), 24, 20)
    found = fitted.scores(query)
    decay = np.exp(-1 / CONFIG.prefix_decay)
    strengths = np.zeros((3, 24))
    strengths[0, [9, 0, 1]] = decay**2, decay, 1.0
    strengths[2, 17] = 2.0
    expected = fitted.recommended(sparse.csr_array(strengths), CONFIG.width)
    assert (np.diff(found.keys) > 0).all()
    assert 1 not in found.rows
    best = found.best(3)
    for row in (0, 2):
        assert set(best.items[best.rows == row].tolist()) == set(expected.items[row, :3].tolist())
        assert sorted(best.values[best.rows == row, 0].tolist(), reverse=True) == expected.scores[row, :3].tolist()
