"""What few orders do to the question of who sells on: a thinned extract leaves most sellers with one or two.

Belongs here: the seller's figures by how many orders are seen. Does not belong here: questions of other entities.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.model_quality.intervals import mean_auc
from benchmarks.model_quality.study import Study
from ml_assets.classification.evaluation import RULE
from ml_assets.metrics.estimate import Estimate

_FEW = 2
_LAST_30, _CHANGE_30 = "order_count_30d", "order_count_change_30d"


@dataclass(frozen=True, slots=True)
class Active:
    """Rows of entities that were about equally active."""

    words: str
    rows: int
    yes_share: float
    auc: Estimate
    rule_auc: Estimate


def is_about_activity(study: Study) -> bool:
    """Return whether the question is about who was active in the last 60 days, by orders."""
    return study.asked.question.entity == "seller_id"


def by_activity(study: Study) -> list[Active]:
    """Return figures of those with one or two orders in 60 days, and of all others."""
    rows, config = study.rows, study.settings.evaluation
    # Orders of the 30 days before those last 30: the last ones less the change.
    orders = 2 * rows.features[_LAST_30].to_numpy() - rows.features[_CHANGE_30].to_numpy()
    chosen, rule = study.predicted(), study.predicted(RULE)
    found = []
    for words, own in ((f"{_FEW} orders or fewer in 60 days", orders <= _FEW), ("more", orders > _FEW)):
        panel = rows.take(own)
        found.append(
            Active(
                words=words,
                rows=len(panel),
                yes_share=float(panel.label.mean()) if len(panel) else float("nan"),
                auc=mean_auc(panel, chosen[own], config).estimate,
                rule_auc=mean_auc(panel, rule[own], config).estimate,
            )
        )
    return found
