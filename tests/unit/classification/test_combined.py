"""Margins that are added: values, contributions, the saved form."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ml_assets.classification.combined import CombinedMargin
from ml_assets.classification.lines import Line
from ml_assets.classification.margins import ConstantMargin, RuleMargin
from ml_assets.classification.question import Term

RULE = RuleMargin(terms=(Term("a", 2.0),), places=(0,), centres=(1.0,), line=Line(intercept=0.5, slope=3.0))
SUM = CombinedMargin(parts=(RULE, ConstantMargin(log_odds=4.0)), weights=(0.5, 0.25))
MATRIX = np.array([[0.0, 9.0], [1.0, 9.0]], dtype=np.float32)


def test_margins_are_added_by_weight() -> None:
    np.testing.assert_allclose(SUM.margin(MATRIX), [0.5 * 0.5 + 0.25 * 4, 0.5 * 6.5 + 0.25 * 4])


def test_contributions_are_added_alike_and_sum_to_the_margin() -> None:
    # The rule's base is its margin at the centre: 0.5 + 3 * 1; the first row lies one below it in the rule's term.
    np.testing.assert_allclose(SUM.contributions(MATRIX), [[-1.5, 0.0, 2.75], [1.5, 0.0, 2.75]])
    np.testing.assert_allclose(SUM.contributions(MATRIX).sum(axis=1), SUM.margin(MATRIX))


def test_a_loaded_sum_is_the_same(tmp_path: Path) -> None:
    loaded = CombinedMargin.load(tmp_path, SUM.save(tmp_path))
    assert loaded == SUM
