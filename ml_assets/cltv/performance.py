"""Past expectations of money beside the money that came.

Belongs here: the losses of scored rows, and what the version promised. Does not belong here: what is concluded from
them (``ml_assets.monitoring.performance``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.cltv.evaluation import ValueEvaluation
from ml_assets.cltv.question import ValueQuestion
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.performance.judge import Promised
from ml_assets.monitoring.performance.skill import JudgedRows
from ml_assets.monitoring.rows import entity_numbers
from ml_assets.predictions import AS_OF_DATE, SCORE


def judged_rows(question: ValueQuestion, rows: pd.DataFrame) -> JudgedRows:
    """Return the squared errors of scored rows beside those of the mean of all of them, as R² compares them.

    Parameters
    ----------
    question
        What was asked.
    rows
        Scores with the money of the holdout.
    """
    money = rows[question.value_column].to_numpy(dtype=np.float64, na_value=np.nan)
    mean = float(money.mean()) if len(money) else 0.0
    return JudgedRows(
        loss=np.square(money - rows[SCORE].to_numpy(dtype=np.float64)),
        reference_loss=np.square(money - mean),
        entity=entity_numbers(rows[question.entity]),
        period=question.hurdle.period_of(rows[AS_OF_DATE].to_numpy(dtype="datetime64[us]")),
    )


def promised(evaluation: ValueEvaluation, candidate: str) -> Promised:
    """Return the R² that a candidate showed on the test window."""
    scores = evaluation.test if candidate == evaluation.chosen else evaluation.baselines.get(candidate)
    return Promised(Estimate(value=None) if scores is None else scores.r_squared)
