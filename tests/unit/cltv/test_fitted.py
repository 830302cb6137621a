"""A fitted model of value: its saved form, its columns, and that a row is scored alone as in a batch."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.fitted import BASE
from ml_assets.cltv.challenger import BTYD, LEARNED
from ml_assets.cltv.fitted import MODEL_FILE, FittedValue
from ml_assets.cltv.over_time import HIGH, HORIZONS, LOW, purchases_column, value_column
from ml_assets.cltv.rules import RULES
from ml_assets.cltv.train import Training, train
from ml_assets.predictions import BAND, BANDS, REASONS, SCORE
from ml_assets.registry.kinds import UnreadableModelError
from tests.unit.cltv.made import CONFIG, HORIZON, QUESTION, SPLIT, Made, made, purchases

NAMES = (*(rule.name for rule in RULES), *LEARNED)


@pytest.fixture(scope="module")
def unseen(asked: Made) -> pd.DataFrame:
    return asked.panel.take(asked.split.test).panel.features


@pytest.mark.parametrize("name", NAMES)
def test_loaded_it_is_bitwise_the_same(training: Training, name: str, unseen: pd.DataFrame, tmp_path: Path) -> None:
    model = training.models[name]
    model.save(tmp_path / "model")
    loaded = FittedValue.load(tmp_path / "model")
    pd.testing.assert_frame_equal(loaded.predict(unseen), model.predict(unseen), check_exact=True)
    assert (loaded.name, loaded.question, loaded.importances) == (name, model.question, model.importances)
    assert {path.suffix for path in (tmp_path / "model").rglob("*") if path.is_file()} <= {".json", ".ubj"}


@pytest.mark.parametrize("name", NAMES)
def test_contributions_and_base_sum_to_the_margin(training: Training, name: str, unseen: pd.DataFrame) -> None:
    contributions = training.models[name].contributions(unseen)
    np.testing.assert_allclose(contributions.sum(axis=1), training.models[name].margin(unseen), atol=1e-4)
    assert contributions.columns[-1] == BASE


@pytest.mark.parametrize("name", NAMES)
def test_a_row_alone_is_as_in_a_batch(training: Training, name: str, unseen: pd.DataFrame) -> None:
    model = training.models[name]
    together = model.predict(unseen).iloc[[5]]
    pd.testing.assert_frame_equal(model.predict(unseen.iloc[[5]]), together, check_exact=True)


def test_columns_over_time(training: Training, unseen: pd.DataFrame) -> None:
    model = training.models[training.chosen]
    found = model.predict(unseen)
    assert list(found.columns[:3]) == [SCORE, BAND, REASONS]
    np.testing.assert_allclose(model.value_within(unseen, HORIZON), found[SCORE])
    for shorter, longer in pairwise(HORIZONS):
        assert (found[value_column(shorter)] <= found[value_column(longer)]).all()
        assert (found[purchases_column(shorter)] <= found[purchases_column(longer)]).all()
    for days in HORIZONS:
        assert (found[value_column(days, LOW)] <= found[value_column(days, HIGH)]).all()
    assert found["probability_alive"].between(0, 1).all()
    assert not found.isna().any().any()
    assert set(found[BAND]) == set(BANDS)


def test_the_laws_own_money_over_time_is_the_laws(training: Training, unseen: pd.DataFrame) -> None:
    model = training.models[BTYD]
    found = model.predict(unseen)
    assert model.laws is not None
    np.testing.assert_allclose(
        found[value_column(365)] / found[purchases_column(365)],
        found[value_column(30)] / found[purchases_column(30)],
        rtol=1e-5,
    )


def test_without_laws_money_grows_in_proportion_and_all_else_is_unknown() -> None:
    few = made(purchases(20))
    model = train(few.panel, few.split.fold, few.moment, QUESTION, CONFIG, SPLIT).models[RULES[-1].name]
    found = model.predict(few.panel.take(few.split.test).panel.features)
    assert model.laws is None
    for days in HORIZONS:
        np.testing.assert_allclose(found[value_column(days)], found[SCORE] * days / HORIZON)
        assert found[[purchases_column(days), value_column(days, LOW), value_column(days, HIGH)]].isna().all().all()


def test_reasons_name_columns_and_their_part(training: Training, unseen: pd.DataFrame) -> None:
    model = training.models[RULES[-1].name]
    for text in model.reasons(unseen.head(20)):
        reasons = json.loads(text)
        assert {reason["feature"] for reason in reasons} <= {"items_value", "days_since_last_order"}
        assert all(reason["contribution"] for reason in reasons)


def test_no_rows_give_no_scores(training: Training, unseen: pd.DataFrame) -> None:
    for model in training.models.values():
        assert len(model.predict(unseen.head(0))) == 0


def test_a_frame_without_a_feature_is_refused(training: Training, unseen: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="items_value, which the frame lacks"):
        training.models[BTYD].predict(unseen.drop(columns="items_value"))


def test_a_file_of_another_form_is_refused(training: Training, tmp_path: Path) -> None:
    training.models[BTYD].save(tmp_path)
    state = json.loads((tmp_path / MODEL_FILE).read_text())
    (tmp_path / MODEL_FILE).write_text(json.dumps(state | {"kind": "unheard of"}))
    with pytest.raises(UnreadableModelError, match="train anew"):
        FittedValue.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        FittedValue.load(tmp_path / "nowhere")
