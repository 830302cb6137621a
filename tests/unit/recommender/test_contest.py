"""What a recommender has to be better than at the gate."""

from __future__ import annotations

import pandas as pd

from ml_assets.recommender.contest import hardest_rule
from ml_assets.recommender.judging import KIND


def judged(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({KIND: ["visitor", "session", "visitor", "session"], **columns})


def test_the_hardest_rule_is_the_plain_method_that_is_better_for_the_kind_of_context() -> None:
    frame = judged(re_view=[0.0, 0.9, 0.2, 0.5], popularity=[0.3, 0.1, 0.1, 1.0], two_stage=[1.0, 1.0, 1.0, 1.0])
    # Visitors: 0.1 by re-viewing, 0.2 by popularity. Sessions: 0.7 and 0.55.
    assert hardest_rule(frame).tolist() == [0.3, 0.9, 0.1, 0.5]


def test_of_equals_re_viewing_is_the_rule() -> None:
    frame = judged(re_view=[0.0, 0.4, 0.4, 0.0], popularity=[0.4, 0.0, 0.0, 0.4])
    assert hardest_rule(frame).tolist() == [0.0, 0.4, 0.4, 0.0]
