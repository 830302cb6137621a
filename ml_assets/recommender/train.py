"""From clicks to candidates: all methods are tried on the choice window, the best learned one is fitted once more.

Belongs here: which method is chosen, and the last fit. Does not belong here: fitting (``fitting``), how good the result
is (``evaluate``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.contexts import asked_in
from ml_assets.recommender.evaluation import ChoiceRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.fitting import Fitted, fit_at
from ml_assets.recommender.judging import primary_of
from ml_assets.recommender.methods import LEARNED, PLAIN, RULE, Method
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.split import Split, split_of
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
    fitted
        All that was fitted before the test window.
    choice
        What methods reached on the choice window.
    remark
        Why nothing was learned; empty if something was.
    """

    candidates: dict[Method, FittedRecommender]
    chosen: Method
    fitted: Fitted
    choice: tuple[ChoiceRecord, ...]
    remark: str


def train(question: RecommenderQuestion, rows: StoredClicks, config: RecommenderConfig) -> Training:
    """Choose a method by the choice window, and fit it to all events before the test window."""
    split = split_of(rows.start, rows.facts.complete_until, config.split)
    choice = _choice(question, rows, split, config)
    until = split.fitted_until
    fitted = fit_at(rows.clicks, until, split, config)
    longest = config.split.longest_history
    candidates = {RULE: FittedRecommender.of(question.name, RULE, fitted, until, longest)}
    learned = [each for each in choice if each.method in LEARNED]
    if fitted.core is None or not learned:
        return Training(candidates, RULE, fitted, choice, _why_not(fitted, config))
    best = max(learned, key=lambda each: each.value).method
    candidates[best] = FittedRecommender.of(question.name, best, fitted, until, longest)
    return Training(candidates, best, fitted, choice, "")


def _choice(
    question: RecommenderQuestion, rows: StoredClicks, split: Split, config: RecommenderConfig
) -> tuple[ChoiceRecord, ...]:
    """Return the primary figure of each method on the choice window, of what was fitted before it."""
    if not len(split.choice):
        return ()
    until = split.choice[0]
    fitted = fit_at(rows.clicks, until, split, config)
    asked = asked_in(rows.clicks, split.choice, split.horizon, config.split, config.seed)
    if not sum(map(len, asked.values())):
        return ()
    methods = PLAIN if fitted.core is None else (*LEARNED, *PLAIN)
    models = (
        FittedRecommender.of(question.name, method, fitted, until, config.split.longest_history) for method in methods
    )
    return tuple(
        ChoiceRecord(method=model.method, value=float(np.nanmean(primary_of(model, rows.clicks, asked))))
        for model in models
    )


def _why_not(fitted: Fitted, config: RecommenderConfig) -> str:
    found = ", ".join(f"{count} of {kind}s" for kind, count in fitted.lessons.items()) or "none"
    return (
        f"Contexts that teach: {found}; {config.min_lessons} of a kind are needed, before the choice window and before "
        "the test window. Nothing is learned: the rule is all there is."
    )
