"""Figures that were claimed for churn and that no honest model reaches, each with the reason.

Belongs here: such claims, for the questions of this room. Does not belong here: claims that a model can be held to
(``Question.claims``).
"""

from __future__ import annotations

from ml_assets.classification.question import DoubtfulClaim

RECENCY_IS_THE_LABEL = DoubtfulClaim(
    metric="auc",
    target=0.9877,
    words="A leak: days since the last purchase, measured at the end of the data, define the label and are a feature "
    "too. Asked as of a date, about the days after it, data from the same generator allow an AUC of about 0.5.",
)
REPEAT_PURCHASE = DoubtfulClaim(
    metric="accuracy",
    target=0.56,
    words="About the repeat purchase of one product, where 48 % of the rows are yes: rows were multiplied by a join, "
    "and copies of one row stood in training and test. Divided by time, the AUC is below 0.5.",
)
