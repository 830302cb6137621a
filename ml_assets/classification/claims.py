"""Figures that others claim for a question, and what is wrong with those that nobody can be held to.

Belongs here: what the names in ``Question.claims`` stand for. Does not belong here: the claimed figures (questions),
holding a result against them (``reports``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ml_assets.classification.evaluation import Metric
from ml_assets.classification.question import Question


class ClaimName(StrEnum):
    """Names that may stand in ``Question.claims``."""

    AUC = "auc"
    ACCURACY = "accuracy"
    AUC_WITH_LEAK = "auc_with_leak"
    REPEAT_PURCHASE_ACCURACY = "repeat_purchase_accuracy"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed figure.

    Attributes
    ----------
    metric
        Figure of a version that is held against it.
    target
        What is claimed; higher is better for all metrics that are claimed.
    doubt
        Why nobody can be held to it, in words; empty for a claim like any other.
    """

    metric: Metric
    target: float
    doubt: str = ""


_MEANINGS: Mapping[ClaimName, tuple[Metric, str]] = {
    ClaimName.AUC: (Metric.AUC, ""),
    ClaimName.ACCURACY: (Metric.ACCURACY, ""),
    ClaimName.AUC_WITH_LEAK: (
        Metric.AUC,
        "A leak: days since the last purchase, counted at the end of the data, define the label and are a feature too. "
        "Asked as of a date, about the days after it, data of the same generator allow an AUC of about 0.5.",
    ),
    ClaimName.REPEAT_PURCHASE_ACCURACY: (
        Metric.ACCURACY,
        "Of another question, whether a user buys a product again, where 48 % of the rows are yes: a join multiplied "
        "the rows, and copies of one row stood in training and test. Divided by time, its AUC is below 0.5.",
    ),
}


def claims_of(question: Question) -> tuple[Claim, ...]:
    """Return what is claimed for a question.

    Raises
    ------
    ValueError
        If a name in ``Question.claims`` is not known; the message names those that are.
    """
    claims = question.claims or {}
    if unknown := [name for name in claims if name not in set(ClaimName)]:
        raise ValueError(
            f"{question.name}: Question.claims names {', '.join(unknown)}; known are {', '.join(ClaimName)}: "
            "give one of these, or say in ml_assets/classification/claims.py which metric it is about"
        )
    return tuple(Claim(metric, claims[name], doubt) for name, (metric, doubt) in _MEANINGS.items() if name in claims)
