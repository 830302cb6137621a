"""The skill of lists of visitors, by which a version is later held to what it showed when it came to serve.

Belongs here: the loss of a list, whose lists it is measured by, the skill on the test window. Does not belong here:
lists that were shown (``performance``), the figures of the record (``evaluate``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import Promised
from ml_assets.monitoring.performance.skill import JudgedRows, skill
from ml_assets.monitoring.rows import entity_numbers
from ml_assets.recommender.clicks import Clicks, Texts
from ml_assets.recommender.config import RecommenderScoringConfig
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.judging import LENGTH, Judged
from ml_assets.recommender.methods import RULE, Method


def reference_of(method: Method) -> Method:
    """Return the method by whose lists another one is measured: the rule; the rule itself by popularity."""
    return Method.POPULARITY if method is RULE else RULE


def judged_rows(own: Judged, reference: Judged, visitors: Texts) -> JudgedRows:
    """Return the losses of two sets of lists for the same contexts: one minus the primary figure, 0 to 1.

    Parameters
    ----------
    own, reference
        The lists.
    visitors
        Ids by number.
    """
    contexts = own.contexts
    return JudgedRows(
        loss=1.0 - own.hits.ndcg(LENGTH),
        reference_loss=1.0 - reference.hits.ndcg(LENGTH),
        entity=entity_numbers(pd.Series(visitors[contexts.visitor], dtype=object)),
        # The newest day that was known.
        period=(contexts.asked_at - np.timedelta64(1, "us")).astype("datetime64[D]"),
    )


def joined(parts: Sequence[JudgedRows]) -> JudgedRows:
    """Return the rows of all parts; none of no parts."""
    return JudgedRows(
        loss=np.concatenate([np.empty(0), *(part.loss for part in parts)]),
        reference_loss=np.concatenate([np.empty(0), *(part.reference_loss for part in parts)]),
        entity=np.concatenate([np.empty(0, dtype=np.int64), *(part.entity for part in parts)]),
        period=np.concatenate([np.empty(0, dtype="datetime64[D]"), *(part.period for part in parts)]),
    )


def skill_of(own: Judged, reference: Judged, clicks: Clicks) -> Estimate:
    """Return the skill of lists of visitors over those of another method, of whom lists would have been served.

    Parameters
    ----------
    own, reference
        The lists, for the same contexts.
    clicks
        All events.
    """
    rows = judged_rows(own, reference, clicks.visitors).part(was_active(own.contexts, clicks))
    return skill(rows, None, PerformanceConfig())


def was_active(contexts: Contexts, clicks: Clicks) -> NDArray[np.bool_]:
    """Return of each context whether its visitor was there of late, as those are who get lists."""
    late = np.timedelta64(RecommenderScoringConfig().active_days, "D")
    is_active = np.zeros(len(contexts), dtype=np.bool_)
    for moment in np.unique(contexts.asked_at):
        is_active |= (contexts.asked_at == moment) & np.isin(
            contexts.visitor, clicks.between(moment - late, moment).visitor
        )
    return is_active


def skills(
    lists: Mapping[Method, Mapping[ContextKind, Judged]], methods: Iterable[Method], clicks: Clicks
) -> dict[Method, Estimate]:
    """Return the skill of some methods.

    Parameters
    ----------
    lists
        Of all methods on the test window, those of the references among them.
    methods
        Those that may come to serve.
    clicks
        All events.
    """
    of_visitors = {method: each[ContextKind.VISITOR] for method, each in lists.items()}
    return {method: skill_of(of_visitors[method], of_visitors[reference_of(method)], clicks) for method in methods}


def promised(record: RecommenderRecord, method: Method) -> Promised:
    """Return the skill that a method showed on the test window; without a value where it was not measured."""
    return Promised(record.skills.get(method, Estimate(value=None)))
