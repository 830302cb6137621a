"""What a window costs that is asked more than once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_assets.config import EvaluationConfig
from ml_assets.registry.comparisons import confidence_of, for_comparison


@pytest.mark.parametrize(("comparison", "expected"), [(1, 0.95), (2, 1 - 0.1 / 6), (3, 1 - 0.1 / 12)])
def test_later_comparisons_must_be_surer(comparison: int, expected: float) -> None:
    assert confidence_of(0.95, comparison) == pytest.approx(expected)


@given(confidence=st.floats(0.6, 0.999), comparisons=st.integers(1, 200))
def test_the_chance_of_any_false_promotion_on_a_window_stays_below_what_was_declared(
    confidence: float, comparisons: int
) -> None:
    one_sided = [(1 - confidence_of(confidence, number)) / 2 for number in range(1, comparisons + 1)]
    assert sum(one_sided) <= 1 - confidence + 1e-12
    assert one_sided == sorted(one_sided, reverse=True)


def test_a_surer_bound_takes_more_resamples() -> None:
    config = EvaluationConfig()
    assert for_comparison(config, 1) == config
    second = for_comparison(config, 2)
    assert second.resamples == 1200
    assert second.confidence == pytest.approx(1 - 0.1 / 6)
    assert for_comparison(config, 50).resamples == 10_000
    assert for_comparison(EvaluationConfig(resamples=20_000), 50).resamples == 20_000


def test_there_is_no_comparison_before_the_first() -> None:
    with pytest.raises(ValueError, match="the first one is 1"):
        confidence_of(0.95, 0)
