"""A fitted candidate: its saved form, and that a row is scored the same alone, in a batch and after loading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.candidates import candidates_of
from ml_assets.classification.evaluation import BLEND, BOOSTED_TREES, LOGISTIC_REGRESSION, PRIOR, RULE
from ml_assets.classification.fitted import BASE, MODEL_FILE, FittedClassifier
from ml_assets.classification.train import Training, train
from ml_assets.registry.kinds import UnreadableModelError
from tests.unit.classification.planted import CONFIG, QUESTION, SPLIT, features_of, fold_of, panel_of_truth

CANDIDATES = candidates_of(QUESTION)
UNSEEN = features_of(200, seed=99)


@pytest.fixture(scope="module")
def training() -> Training:
    panel = panel_of_truth()
    return train(panel, fold_of(panel), QUESTION, CONFIG, SPLIT)


@pytest.mark.parametrize("name", CANDIDATES)
def test_loaded_it_is_bitwise_the_same(training: Training, name: str, tmp_path: Path) -> None:
    model = training.models[name]
    model.save(tmp_path / "model")
    loaded = FittedClassifier.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.probability(UNSEEN), model.probability(UNSEEN))
    pd.testing.assert_frame_equal(loaded.contributions(UNSEEN), model.contributions(UNSEEN), check_exact=True)
    assert (loaded.name, loaded.question) == (name, QUESTION.name)
    assert (loaded.bands, loaded.calibration, loaded.importances) == (model.bands, model.calibration, model.importances)
    assert loaded.feature_names == tuple(UNSEEN.columns)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", [name for name in CANDIDATES if name not in {LOGISTIC_REGRESSION, BLEND}])
def test_saved_twice_has_the_same_bytes(training: Training, name: str, tmp_path: Path) -> None:
    # skops writes the time and the address of each object into its archive, so the regression's differs.
    for folder in ("first", "second"):
        training.models[name].save(tmp_path / folder)
    first, second = (
        {file.relative_to(tmp_path / folder): file.read_bytes() for file in files_below(tmp_path / folder)}
        for folder in ("first", "second")
    )
    assert first == second


@pytest.mark.parametrize("name", CANDIDATES)
def test_only_formats_that_execute_nothing_are_written(training: Training, name: str, tmp_path: Path) -> None:
    training.models[name].save(tmp_path)
    assert {file.suffix for file in files_below(tmp_path)} <= {".json", ".ubj", ".skops"}
    assert not any(file.read_bytes().startswith(b"\x80") for file in files_below(tmp_path))


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_row_alone_is_scored_as_in_a_batch_whatever_the_order_of_columns(training: Training, name: str) -> None:
    model = training.models[name]
    shuffled = UNSEEN[list(UNSEEN.columns)[::-1]].assign(not_a_feature="x")
    alone = np.concatenate([model.probability(shuffled.iloc[row : row + 1]) for row in range(30)])
    np.testing.assert_array_equal(alone, model.probability(UNSEEN)[:30])
    assert [model.reasons(shuffled.iloc[row : row + 1])[0] for row in range(10)] == model.reasons(UNSEEN)[:10]


@pytest.mark.parametrize("name", CANDIDATES)
def test_types_of_a_signature_do_not_change_a_score(training: Training, name: str) -> None:
    wide = UNSEEN.assign(
        **{column: UNSEEN[column].astype("float64") for column in ("spend", "days", "noise")},
        state=UNSEEN["state"].astype("string"),
    )
    model = training.models[name]
    np.testing.assert_array_equal(model.probability(wide), model.probability(UNSEEN))
    assert model.reasons(wide) == model.reasons(UNSEEN)


@pytest.mark.parametrize("name", CANDIDATES)
def test_contributions_are_named_and_sum_to_the_margin(training: Training, name: str) -> None:
    model = training.models[name]
    contributions = model.contributions(UNSEEN.set_index(np.arange(200) + 1_000))
    assert list(contributions.columns) == [*UNSEEN.columns, BASE]
    assert contributions.index[0] == 1_000
    np.testing.assert_allclose(contributions.sum(axis=1), model.margin(UNSEEN), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CANDIDATES)
def test_probabilities_are_in_range_and_everyone_has_a_band(training: Training, name: str) -> None:
    model = training.models[name]
    probability = model.probability(UNSEEN)
    assert ((probability > 0) & (probability < 1)).all()
    assert set(model.band(probability)) <= {"high", "medium", "low"}


@pytest.mark.parametrize("name", CANDIDATES)
def test_what_was_never_seen_is_scored(training: Training, name: str) -> None:
    strange = pd.DataFrame({"spend": [np.inf, None], "state": ["XX", None], "days": [1e9, -1.0], "noise": [0, 0]})
    model = training.models[name]
    assert np.isfinite(model.margin(strange)).all()
    # The text that the row has is shown, also where the model reads it as missing.
    values = {reason["value"] for reason in json.loads(model.reasons(strange, 4)[0]) if reason["feature"] == "state"}
    assert values <= {"XX"}


@pytest.mark.parametrize("name", CANDIDATES)
def test_no_rows_give_no_scores(training: Training, name: str) -> None:
    model, nobody = training.models[name], UNSEEN.iloc[:0]
    assert model.probability(nobody).shape == (0,)
    assert model.contributions(nobody).shape == (0, 5)
    assert model.reasons(nobody) == []


def test_a_missing_column_is_named_with_the_model(training: Training) -> None:
    with pytest.raises(ValueError, match=r"churn_test \(boosted_trees\) reads days, noise, which the frame lacks"):
        training.models[BOOSTED_TREES].margin(UNSEEN[["spend", "state"]])


def test_the_base_rate_has_no_reasons_and_the_rule_only_its_own(training: Training) -> None:
    assert set(training.models[PRIOR].reasons(UNSEEN)) == {"[]"}
    reasons = [json.loads(text) for text in training.models[RULE].reasons(UNSEEN)]
    assert {reason["feature"] for row in reasons for reason in row} == {"spend"}


@pytest.mark.parametrize("name", CANDIDATES[1:])
def test_importances_are_shares(training: Training, name: str) -> None:
    importances = training.models[name].importances
    shares = [importance.share for importance in importances]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)
    assert {importance.column for importance in importances} == set(UNSEEN.columns)


def test_a_kind_of_a_later_version_is_refused(training: Training, tmp_path: Path) -> None:
    training.models[PRIOR].save(tmp_path)
    state = json.loads((tmp_path / MODEL_FILE).read_text())
    (tmp_path / MODEL_FILE).write_text(json.dumps(state | {"kind": "oracle"}))
    with pytest.raises(UnreadableModelError, match=r"form that this version does not read \('oracle'\).*train anew"):
        FittedClassifier.load(tmp_path)


def test_an_archive_that_holds_more_than_a_regression_is_not_read(training: Training, tmp_path: Path) -> None:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    from ml_assets.classification.linear import PIPELINE_FILE

    training.models[LOGISTIC_REGRESSION].save(tmp_path)
    skops.io.dump(QUESTION, tmp_path / PIPELINE_FILE)
    with pytest.raises(UntrustedTypesFoundException):
        FittedClassifier.load(tmp_path)
