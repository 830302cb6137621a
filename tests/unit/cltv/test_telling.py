"""Columns that rank money by themselves are found, others are not; curves of money found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from ml_assets.cltv.evaluation import BEST_LIST
from ml_assets.cltv.gain_curves import gain_curves
from ml_assets.cltv.panel import ValuePanel
from ml_assets.cltv.telling import telling_columns
from tests.unit.cltv.made import Made


def with_features(asked: Made, told: npt.NDArray[Any]) -> ValuePanel:
    panel = asked.panel.take(~np.isnan(asked.panel.value))
    features = pd.DataFrame({"age": panel.panel.features["age"].to_numpy(), "told": told})
    return replace(panel, panel=replace(panel.panel, features=features))


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["up", "down"])
def test_the_truth_among_the_columns_is_found_in_either_direction(asked: Made, sign: float) -> None:
    known = asked.panel.value[~np.isnan(asked.panel.value)]
    found = telling_columns(with_features(asked, told=sign * known**2), 0.94, seed=1)
    assert [each.column for each in found] == ["told"]
    assert found[0].normalised_gini == pytest.approx(1.0)


@pytest.mark.parametrize("missing", [True, False], ids=["high ones are missing", "none are missing"])
def test_a_value_that_is_missing_may_tell_too(asked: Made, missing: bool) -> None:
    known = asked.panel.value[~np.isnan(asked.panel.value)]
    column = np.where(known > np.quantile(known, 0.95), np.nan if missing else np.inf, known)
    assert telling_columns(with_features(asked, told=column), 0.94, seed=1)[0].column == "told"


def test_honest_columns_text_and_too_little_money_are_not_suspected(asked: Made) -> None:
    assert telling_columns(asked.panel, 0.94, seed=1) == ()
    known = asked.panel.value[~np.isnan(asked.panel.value)]
    assert telling_columns(with_features(asked, told=known.astype(str)), 0.94, seed=1) == ()
    few = with_features(asked, told=known)
    value = np.where(np.arange(len(few)) < 9, 5.0, 0.0)
    assert telling_columns(replace(few, value=value), 0.5, seed=1) == ()


def test_the_curve_of_the_truth_lies_above_all_others(asked: Made) -> None:
    panel = asked.panel.take(~np.isnan(asked.panel.value))
    curves = gain_curves(panel, {"model": panel.panel.features["items_value"].to_numpy(dtype=float)})
    assert set(curves) == {"model", BEST_LIST}
    truth, model = np.array(curves[BEST_LIST].y), np.array(curves["model"].y)
    assert (truth >= model - 1e-12).all()
    assert truth[0] == model[0] == 0.0
    assert [truth[-1], model[-1]] == pytest.approx([1.0, 1.0])
    assert (np.diff(truth) >= 0).all()


def test_equal_predictions_are_the_diagonal_and_no_money_is_no_curve(asked: Made) -> None:
    panel = asked.panel.take(~np.isnan(asked.panel.value))
    constant = gain_curves(panel, {"constant": np.ones(len(panel))})["constant"]
    assert constant.y == pytest.approx(constant.x)
    assert gain_curves(replace(panel, value=np.zeros(len(panel))), {"constant": np.ones(len(panel))}) == {}
