"""From clicks to candidates: all methods are tried on the choice window, the best learned one learns once more.

Belongs here: which method is chosen, and the last fit. Does not belong here: learning (``fitting``), how good the
result is (``evaluate``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.recommender.as_of import AsOf, Timeline
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import asked_in
from ml_assets.recommender.evaluation import ChoiceRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import Learned, learned_by
from ml_assets.recommender.judging import judged, primary
from ml_assets.recommender.lessons import Lessons
from ml_assets.recommender.methods import LEARNED, PLAIN, RULE, Method
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.split import split_of
from ml_assets.recommender.training_set import StoredClicks


@dataclass(frozen=True, slots=True)
class Training:
    """What came of fitting.

    Attributes
    ----------
    candidates
        The rule, and the chosen method if one was learned.
    chosen
        Name of the candidate that is registered.
    learned
        All that was learned before the test window.
    choice
        What methods reached on the choice window.
    remark
        Why nothing was learned; empty if something was.
    """

    candidates: dict[Method, FittedRecommender]
    chosen: Method
    learned: Learned
    choice: tuple[ChoiceRecord, ...]
    remark: str


def train(question: RecommenderQuestion, rows: StoredClicks, config: RecommenderConfig) -> Training:
    """Choose a method by the choice window, and let it learn from all that was known before the test window."""
    split = split_of(rows.start, rows.facts.complete_until, config.split)
    timeline = Timeline(rows.clicks, config, split.horizon)
    lessons = Lessons(timeline, split)
    choice = _choice(question, lessons, config)
    until = split.fitted_until
    learned = learned_by(lessons, until)
    as_of = AsOf(rows.clicks, until, config)
    candidates = {RULE: FittedRecommender.of(question.name, RULE, learned, as_of)}
    tried = [each for each in choice if each.method in LEARNED]
    if not learned.orders or not tried:
        return Training(candidates, RULE, learned, choice, _why_not(learned, config))
    best = max(tried, key=lambda each: each.value).method
    candidates[best] = FittedRecommender.of(question.name, best, learned, as_of)
    return Training(candidates, best, learned, choice, "")


def _choice(question: RecommenderQuestion, lessons: Lessons, config: RecommenderConfig) -> tuple[ChoiceRecord, ...]:
    """Return the primary figure of each method on the choice window, of what was learned before it."""
    timeline, split = lessons.timeline, lessons.split
    if not len(split.choice):
        return ()
    learned = learned_by(lessons, split.choice[0])
    asked = asked_in(timeline.clicks, split.choice, split.horizon, config.split, config.seed)
    if not sum(map(len, asked.values())):
        return ()
    as_of = timeline.at(split.choice[0])
    methods = (*LEARNED, *PLAIN) if learned.orders else PLAIN
    models = {method: FittedRecommender.of(question.name, method, learned, as_of) for method in methods}
    return tuple(
        ChoiceRecord(method=method, value=float(np.nanmean(primary(lists))))
        for method, lists in judged(models, timeline, split.choice, asked).items()
    )


def _why_not(learned: Learned, config: RecommenderConfig) -> str:
    found = ", ".join(f"{count} of {kind}s" for kind, count in learned.lessons.items()) or "none"
    return (
        f"Contexts that teach: {found}; {config.min_lessons} of a kind are needed, before the choice window and before "
        "the test window. Nothing is learned: the rule is all there is."
    )
