"""Every model of a margin: what moves it, what it does at its limits, and that contributions sum to it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ml_assets.classification.candidates import Workbench, candidates_of
from ml_assets.classification.encoding import FeatureEncoder
from ml_assets.classification.linear import LinearMargin
from ml_assets.classification.margins import ConstantMargin, RuleMargin, base_rate
from ml_assets.classification.question import Rule, Term, Transform
from ml_assets.classification.training_data import TrainingData
from ml_assets.config import LogisticConfig
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, fold_of, panel_of_truth

CANDIDATES = candidates_of(QUESTION)
ONE_PENALTY = LogisticConfig(inverse_penalty=0.005)


@pytest.fixture(scope="module")
def workbench() -> Workbench:
    panel = panel_of_truth()
    return Workbench(TrainingData.of(panel, fold_of(panel), QUESTION.entity, SPLIT), QUESTION, CONFIG)


@pytest.mark.parametrize("name", CANDIDATES)
def test_contributions_and_base_sum_to_the_margin(workbench: Workbench, name: str) -> None:
    model, _ = workbench.fit(name)
    matrix = workbench.data.validation
    contributions = model.contributions(matrix)
    assert contributions.shape == (len(matrix), matrix.shape[1] + 1)
    np.testing.assert_allclose(contributions.sum(axis=1), model.margin(matrix), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_row_alone_has_bitwise_the_margin_that_it_has_among_others(workbench: Workbench, name: str) -> None:
    model, _ = workbench.fit(name)
    matrix = workbench.data.validation[:50]
    alone = np.concatenate([model.margin(matrix[row : row + 1]) for row in range(len(matrix))])
    np.testing.assert_array_equal(alone, model.margin(matrix))


@pytest.mark.parametrize("name", CANDIDATES)
def test_fitted_twice_is_bitwise_the_same(workbench: Workbench, name: str) -> None:
    again = Workbench(workbench.data, workbench.question, workbench.config)
    matrix = workbench.data.validation
    np.testing.assert_array_equal(workbench.fit(name)[0].margin(matrix), again.fit(name)[0].margin(matrix))


@pytest.mark.parametrize("name", CANDIDATES[2:])
def test_what_is_planted_is_learned_and_noise_moves_little(workbench: Workbench, name: str) -> None:
    model, _ = workbench.fit(name)
    data = workbench.data
    assert roc_auc_score(data.validation_label, model.margin(data.validation)) > 0.75
    moved = np.abs(model.contributions(data.validation)[:, :-1]).mean(axis=0)
    place = {name: number for number, name in enumerate(data.encoder.names)}
    assert moved[place["noise"]] < 0.5 * min(moved[place["spend"]], moved[place["state"]], moved[place["days"]])


@pytest.mark.parametrize("name", CANDIDATES)
def test_columns_without_any_value_do_no_harm(name: str) -> None:
    panel = panel_of_truth(600)
    panel.features["nothing"] = np.full(600, np.nan, dtype=np.float32)
    panel.features["no_text"] = np.full(600, None, dtype=object)
    panel.features["always_one"] = np.ones(600, dtype=np.float32)
    data = TrainingData.of(panel, fold_of(panel), QUESTION.entity, SPLIT)
    model, _ = Workbench(data, QUESTION, CONFIG).fit(name)
    assert np.isfinite(model.margin(data.validation)).all()
    assert np.abs(model.contributions(data.validation)[:, -4:-1]).max() < 1e-12


@pytest.mark.parametrize("columns", [["spend", "days"], ["state"]], ids=["numbers only", "text only"])
def test_the_regression_needs_neither_numbers_nor_text(columns: list[str]) -> None:
    panel = panel_of_truth(600)
    encoder = FeatureEncoder.fit(panel.features[columns], np.arange(600))
    matrix = encoder.matrix(panel.features)
    model = LinearMargin.path(matrix, panel.label, encoder.is_category, ONE_PENALTY, threads=1)[0.005]
    assert roc_auc_score(panel.label, model.margin(matrix)) > 0.6


def test_the_regression_takes_every_kth_row_of_too_many() -> None:
    panel = panel_of_truth(2_500)
    encoder = FeatureEncoder.fit(panel.features, np.arange(2_500))
    matrix, is_category = encoder.matrix(panel.features), encoder.is_category
    settings = ONE_PENALTY.model_copy(update={"max_rows": 1_000})
    few = LinearMargin.path(matrix, panel.label, is_category, settings, threads=1)[0.005]
    third = LinearMargin.path(matrix[::3], panel.label[::3], is_category, ONE_PENALTY, threads=1)[0.005]
    np.testing.assert_array_equal(few.margin(matrix), third.margin(matrix))


def test_the_weaker_the_penalty_the_larger_the_weights(workbench: Workbench) -> None:
    data = workbench.data
    settings = LogisticConfig(inverse_penalties=[0.1, 0.001, 0.01])
    path = LinearMargin.path(data.train, data.train_label, data.encoder.is_category, settings, threads=1)
    assert list(path) == [0.001, 0.01, 0.1]
    size = [float(np.abs(model.pipeline[-1].coef_).sum()) for model in path.values()]
    assert size == sorted(size)
    assert size[0] < size[-1]


def test_a_penalty_on_the_path_is_what_it_is_alone(workbench: Workbench) -> None:
    data = workbench.data
    settings = LogisticConfig(inverse_penalties=[0.001, 0.005])
    along = LinearMargin.path(data.train, data.train_label, data.encoder.is_category, settings, threads=1)[0.005]
    alone = LinearMargin.path(data.train, data.train_label, data.encoder.is_category, ONE_PENALTY, threads=1)[0.005]
    np.testing.assert_allclose(along.margin(data.validation), alone.margin(data.validation), atol=1e-3)


@pytest.mark.parametrize(
    ("label", "rate"),
    [([1.0, 0, 0, 0], 0.25), ([0.0] * 10, 0.05), ([1.0] * 10, 0.95), ([], 0.5)],
    ids=["both", "no only", "yes only", "no rows"],
)
def test_the_base_rate_is_finite_in_log_odds(label: list[float], rate: float) -> None:
    assert base_rate(np.array(label)) == pytest.approx(rate)
    assert np.isfinite(ConstantMargin.fit(np.array(label)).log_odds)


RULE = Rule("two terms", (Term("a", 2.0), Term("b", -1.0, Transform.LOG1P, missing=3.0)))


def test_a_rule_is_its_terms_with_what_is_missing_replaced() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.uniform(0, 5, (500, 3)).astype(np.float32)
    matrix[0] = [np.nan, np.nan, 1.0]
    matrix[1] = [1.0, -2.0, 1.0]  # a logarithm that does not exist is as good as missing
    label = (rng.random(500) < 0.5).astype(float)
    model = RuleMargin.fit(RULE, ["a", "unused", "b"], matrix[:, [0, 2, 1]], label)
    expected = np.asarray(2.0 * np.nan_to_num(matrix[:2, 0]) - np.log1p([3.0, 3.0]), dtype=np.float64)
    np.testing.assert_allclose(model.margin(matrix[:2][:, [0, 2, 1]]), model.line.margin(expected))
    contributions = model.contributions(matrix[:, [0, 2, 1]])
    assert not contributions[:, 1].any()
    # The mean training row is where contributions start from.
    np.testing.assert_allclose(contributions.mean(axis=0)[:-1], 0.0, atol=1e-10)


def test_a_rule_on_a_column_that_is_no_feature_is_named() -> None:
    with pytest.raises(ValueError, match=r"two terms.*reads b, which is no feature"):
        RuleMargin.fit(RULE, ["a"], np.ones((3, 1), dtype=np.float32), np.ones(3))
