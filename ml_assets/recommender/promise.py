"""The skill of lists of visitors, by which a version is later held to what it showed when it came to serve.

Belongs here: lists as they would have been served, their loss, by whose lists it is measured, the skill on the test
window. Does not belong here: lists that were shown (``performance``), the figures by which versions are compared
(``evaluate``).

A served list is not quite what the contest compares: rules leave out what cannot be bought, and who was not there of
late gets none. Both lower what a list is worth, so that a promise without them would look broken from the first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_assets.metrics.estimate import Estimate
from ml_assets.metrics.recommendation import NO_ITEM
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import Promised
from ml_assets.monitoring.performance.skill import JudgedRows, skill
from ml_assets.monitoring.rows import entity_numbers
from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.clicks import Moments, Texts
from ml_assets.recommender.config import RecommenderScoringConfig
from ml_assets.recommender.contexts import ContextKind, Contexts
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.item_facts import facts_at
from ml_assets.recommender.judging import LENGTH, Judged
from ml_assets.recommender.methods import RULE, Method
from ml_assets.recommender.served import Served, served_lists
from ml_assets.recommender.serving_rules import ItemFacts

_SERVING = RecommenderScoringConfig()
_ACTIVE = np.timedelta64(_SERVING.active_days, "D")


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


def showable(contexts: Contexts, facts: ItemFacts) -> Contexts:
    """Return the contexts with those of their targets that a list may show; one without any is left out.

    Parameters
    ----------
    contexts
        Of visitors.
    facts
        What was known of the items of the clicks: what cannot be bought is shown by nobody.
    """
    targets = contexts.targets.keep(facts.is_available[contexts.targets.items])
    left = np.flatnonzero(targets.lengths)
    return Contexts(contexts.visitor[left], contexts.asked_at[left], contexts.histories.take(left), targets.take(left))


def shown_by(model: FittedRecommender, as_of: AsOf, contexts: Contexts, facts: ItemFacts) -> Judged:
    """Return the lists that visitors would have been shown at a moment, after the rules of serving.

    Parameters
    ----------
    model
        The recommender, refreshed at the moment.
    as_of
        What is counted before it.
    contexts
        The visitors.
    facts
        What was known of the items of the clicks.
    """
    served = Served(ContextKind.VISITOR, contexts.visitor, as_of.past.visitors[contexts.visitor])
    items = as_of.of_catalogue()
    of_catalogue = ItemFacts(facts.is_available[items], facts.category[items])
    ranked = served_lists(model, as_of, served, of_catalogue, _SERVING)
    ranked = ranked.take(ranked.places < LENGTH)
    return placed(contexts, ranked.context, ranked.places, items[ranked.item])


def placed(contexts: Contexts, row: NDArray[np.int64], place: NDArray[np.int64], item: NDArray[np.int64]) -> Judged:
    """Return lists of contexts made of rows: number of the context, place from 0 on, and item of each."""
    shape = (len(contexts), LENGTH)
    items = np.full(shape, NO_ITEM, dtype=np.int64)
    items[row, place] = item
    return Judged(contexts, items, np.zeros(shape, dtype=np.bool_))


def skills(
    models: Mapping[Method, FittedRecommender],
    methods: Iterable[Method],
    timeline: Timeline,
    moments: Moments,
    asked: Contexts,
    item_rows: pd.DataFrame,
) -> dict[Method, Estimate]:
    """Return the skill of some methods on the test window, each over its reference, on lists as they are served.

    Parameters
    ----------
    models
        The recommenders of all methods, those of the references among them.
    methods
        Those that may come to serve.
    timeline, moments
        Events with what is counted before moments, and when visitors were asked about.
    asked
        The visitors; those who were not there of late would have got no list.
    item_rows
        Rows of the table of items.
    """
    parts: dict[Method, list[JudgedRows]] = {method: [] for method in methods}
    clicks = timeline.clicks
    for moment in moments:
        as_of, facts = timeline.at(moment), facts_at(item_rows, clicks.items, moment)
        late = clicks.between(moment - _ACTIVE, moment).visitor
        some = np.flatnonzero((asked.asked_at == moment) & np.isin(asked.visitor, late))
        contexts = showable(asked.take(some), facts)
        wanted = {*parts, *map(reference_of, parts)}
        lists = {each: shown_by(models[each].refreshed(as_of), as_of, contexts, facts) for each in wanted}
        for method, rows in parts.items():
            rows.append(judged_rows(lists[method], lists[reference_of(method)], clicks.visitors))
    return {method: skill(joined(rows), None, PerformanceConfig()) for method, rows in parts.items()}


def promised(record: RecommenderRecord, method: Method) -> Promised:
    """Return the skill that a method showed on the test window; without a value where it was not measured."""
    return Promised(record.skills.get(method, Estimate(value=None)))
