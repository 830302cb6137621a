"""Policies: what each of them looks at."""

from __future__ import annotations

import pytest

from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.replay.policies import LOOKS, Policy


@pytest.mark.parametrize(
    ("policy", "at_windows", "at_scores", "max_age_days"),
    [(Policy.DRIFT, True, False, None), (Policy.PERFORMANCE, False, True, None), (Policy.BOTH, True, True, 365)],
)
def test_the_machine_decides_by_what_a_policy_looks_at(
    policy: Policy, at_windows: bool, at_scores: bool, max_age_days: int | None
) -> None:
    looks = LOOKS[policy]
    assert (looks.at_windows, looks.at_scores) == (at_windows, at_scores)
    assert looks.settings == RetrainingPolicy(max_age_days=max_age_days)


@pytest.mark.parametrize("policy", [Policy.NEVER, Policy.ALWAYS])
def test_who_trains_never_or_always_looks_at_nothing(policy: Policy) -> None:
    assert (LOOKS[policy].at_windows, LOOKS[policy].at_scores, LOOKS[policy].settings) == (False, False, None)


def test_every_policy_says_what_it_does() -> None:
    assert len({LOOKS[policy].words for policy in Policy}) == len(Policy) == len(LOOKS)
