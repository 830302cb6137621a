"""All candidates fitted to a fold, the one that is chosen, and what serves: fitted to all that was known.

Belongs here: the order of fit, choice and last fit. Does not belong here: how a candidate is fitted (``challenger``)
and chosen (``choice``), any row outside the fold, whether the chosen one serves (the promotion gate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml_assets.classification.bands import Bands
from ml_assets.classification.folds import Fold
from ml_assets.classification.importances import importances
from ml_assets.cltv.challenger import BTYD, FITS, LEARNED, NEED_LAWS, fit_rule
from ml_assets.cltv.choice import can_learn, chosen_of, tried_as, tried_learned, tried_rule
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.evaluation import Candidate
from ml_assets.cltv.fitted import FittedValue
from ml_assets.cltv.margins import constant, sum_of
from ml_assets.cltv.over_time import IntervalSettings
from ml_assets.cltv.panel import ValuePanel
from ml_assets.cltv.parts import Part, parts_of, penalized, purchases
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.rules import total_matched
from ml_assets.config import SplitConfig


@dataclass(frozen=True, slots=True)
class Training:
    """What a training set was made into.

    Attributes
    ----------
    candidates
        Each with its settings and its normalised Gini on the validation rows, rules first, then from the simplest on.
    chosen
        Name of the one that challenges: the simplest learned candidate that is no more than a standard error behind
        the one with the highest Gini, or the last rule where nothing could be learned.
    models
        The fitted candidates by name.
    remarks
        What could not be fitted, and why.
    config
        The settings with the penalisers of the laws that were chosen.
    """

    candidates: tuple[Candidate, ...]
    chosen: str
    models: Mapping[str, FittedValue]
    remarks: tuple[str, ...]
    config: ValueTrainingConfig


def train(
    panel: ValuePanel,
    fold: Fold,
    moment: np.datetime64,
    question: ValueQuestion,
    config: ValueTrainingConfig,
    split: SplitConfig,
) -> Training:
    """Fit all candidates to a fold and choose one by its normalised Gini on the validation rows (``choice.chosen_of``).

    The laws need no answers, only histories. For the choice they are fitted to the newest snapshot that was known when
    the first validation row was asked; what serves gets laws that are fitted to the newest one at ``moment``. Training
    rows are older than the snapshot. So the few parameters of the laws have seen what training rows did next, and the
    challengers' training rows look a little better than they are; validation and test rows never do.

    Where history is too short to divide by time, or leaves less than half of the purchases to train on, each fifth
    of the entities validates once, and the laws are fitted to the others at ``moment``.

    Parameters
    ----------
    panel
        All rows of the question; only those of the fold, and features known by ``moment``, are read.
    fold
        Training and validation rows, all with answers.
    moment
        When the test window's first question is asked.
    question
        What is asked, and the rules.
    config
        Settings.
    split
        How many rows with a purchase are enough.
    """
    config, remark = penalized(panel, fold.known, question, config)
    parts, remarks = parts_of(panel, fold, moment, question, config)
    enough = can_learn(parts, split)
    tried = [tried_rule(rule, parts, config) for rule in question.rules]
    if enough:
        tried += tried_learned(parts, config)
    elif parts and all(part.has_laws for part in parts):
        tried.append(tried_as(BTYD, parts, {}, config))
    candidates = tuple(each.candidate for each in tried)
    last = Part.of(panel, fold.known, None, panel.newest_snapshot(moment), question, config)
    has_laws = last.has_laws
    models = {
        each.candidate.name: _served(each.candidate, last, question, config)
        for each in tried
        if has_laws or each.candidate.name not in NEED_LAWS
    }
    return Training(
        candidates=candidates,
        chosen=chosen_of([each for each in tried if each.candidate.name in models], parts, question),
        models=models,
        remarks=tuple(dict.fromkeys(each for each in (remark, *remarks, last.remark) if each)),
        config=config,
    )


def refit(
    candidate: Candidate,
    panel: ValuePanel,
    fold: Fold,
    moment: np.datetime64,
    question: ValueQuestion,
    config: ValueTrainingConfig,
    split: SplitConfig,
) -> FittedValue:
    """Fit one candidate to another fold with the settings that were chosen for it; nothing is chosen.

    Where too few purchases were known to learn from, or there are no laws for a candidate that needs them, the last
    rule is fitted in its place; its ``name`` says so.
    """
    last = Part.of(panel, fold.known, None, panel.newest_snapshot(moment), question, config)
    is_learned = candidate.name in LEARNED
    is_out_of_reach = is_learned and (
        (candidate.name in NEED_LAWS and not last.has_laws)
        or (candidate.name != BTYD and purchases(last.train) < split.min_train_events)
    )
    if is_out_of_reach:
        candidate = Candidate(name=question.rules[-1].name, validation_gini=None, parameters={})
    return _served(candidate, last, question, config)


def _served(candidate: Candidate, last: Part, question: ValueQuestion, config: ValueTrainingConfig) -> FittedValue:
    """Return a candidate fitted to all rows that were known, as it would serve; bands are of the newest snapshot.

    The answers that a challenger is fitted to are a horizon old or older. In a market that grows or slows down the
    level of money has moved on since. The laws are fitted to the newest snapshot, and need no answer. So a challenger
    ranks, and divides money among the rows, but takes its level from the laws: one factor by which both expect the same
    sum of the newest snapshot. A rule keeps the level of the training rows, being the one line that people write.
    """
    rules = {rule.name: rule for rule in question.rules}
    bench = last.bench(candidate.parameters, config)
    is_rule = candidate.name in rules
    margin = (fit_rule(rules[candidate.name], bench) if is_rule else FITS[candidate.name](bench)).margin
    if last.has_laws and candidate.name in LEARNED and candidate.name != BTYD and len(last.snapshot):
        expected = np.exp(FITS[BTYD](bench).margin.margin(last.snapshot))
        margin = sum_of(margin, constant(total_matched(margin.margin(last.snapshot), expected)))
    return FittedValue(
        question=question.name,
        name=candidate.name,
        horizon=question.horizon,
        laws=last.laws,
        features=last.features,
        encoder=last.encoder,
        model=margin,
        bands=Bands.fit(np.exp(margin.margin(last.snapshot)) if len(last.snapshot) else np.empty(0), config.bands),
        intervals=IntervalSettings(coverage=config.coverage, draws=config.draws, seed=config.seed),
        importances=importances(margin, last.train.matrix, last.encoder.names),
    )
