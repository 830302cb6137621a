"""All candidates fitted to a fold, the one that is chosen, and what serves: fitted to all that was known.

Belongs here: the order of fit, measure, choice and last fit. Does not belong here: how a candidate is fitted
(``challenger``), any row outside the fold, whether the chosen one serves (the promotion gate).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.classification.bands import Bands
from ml_assets.classification.encoding import FeatureEncoder, Matrix
from ml_assets.classification.evaluation import Importance
from ml_assets.classification.folds import Fold
from ml_assets.classification.margins import MarginModel
from ml_assets.cltv.btyd.model import BuyTillYouDie, NotConvergedError
from ml_assets.cltv.challenger import (
    BTYD,
    COUNT_ROUNDS,
    FITS,
    LEARNED,
    LINEAR,
    NEED_LAWS,
    PENALTY,
    ROUNDS,
    TWO_STAGE,
    VALUE_ROUNDS,
    Bench,
    Fit,
    Parameters,
    Rows,
    fit_rule,
)
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.evaluation import Candidate
from ml_assets.cltv.fitted import FittedValue, IntervalSettings
from ml_assets.cltv.margins import constant, sum_of
from ml_assets.cltv.measure import gain
from ml_assets.cltv.panel import ValuePanel, histories_of, joined
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.rules import ValueRule, total_matched
from ml_assets.cltv.stacking import stacked
from ml_assets.config import EvaluationConfig, SplitConfig
from ml_assets.metrics.value import normalised_gini, tweedie_deviance

FloatArray = npt.NDArray[np.float64]
BoolMask = npt.NDArray[np.bool_]

# Rows whose contributions are averaged for the importances.
IMPORTANCE_ROWS = 1_000
# A bootstrap that tells one standard error: the outer sixths of the resamples are left out.
_ONE_STANDARD_ERROR = EvaluationConfig(resamples=200, confidence=0.683)
# Parts of the entities that validate in turn where time cannot divide.
ENTITY_PARTS = 5
# Of the rows with a purchase that were known, the least share to train on. With fewer, the choice would be about other
# models than those that are fitted at last.
LEAST_TRAIN_SHARE = 0.5


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
    """

    candidates: tuple[Candidate, ...]
    chosen: str
    models: Mapping[str, FittedValue]
    remarks: tuple[str, ...]


def train(
    panel: ValuePanel,
    fold: Fold,
    moment: np.datetime64,
    question: ValueQuestion,
    config: ValueTrainingConfig,
    split: SplitConfig,
) -> Training:
    """Fit all candidates to a fold and choose one by its normalised Gini on the validation rows (``_chosen``).

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
    parts, remarks = _parts(panel, fold, moment, question, config)
    enough = _can_learn(parts, split)
    tried = [_tried_rule(rule, parts) for rule in question.rules]
    if enough:
        tried += _tried_learned(parts, config)
    elif parts and all(part.has_laws for part in parts):
        tried.append(_tried(BTYD, parts, {}, config))
    candidates = tuple(each.candidate for each in tried)
    last = _Part.of(panel, fold.known, None, panel.newest_snapshot(moment), question, config)
    has_laws = last.has_laws
    models = {
        each.candidate.name: _served(each.candidate, last, question, config)
        for each in tried
        if has_laws or each.candidate.name not in NEED_LAWS
    }
    return Training(
        candidates=candidates,
        chosen=_chosen([each for each in tried if each.candidate.name in models], parts, question),
        models=models,
        remarks=tuple(dict.fromkeys(each for each in (*remarks, last.remark) if each)),
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
    last = _Part.of(panel, fold.known, None, panel.newest_snapshot(moment), question, config)
    is_learned = candidate.name in LEARNED
    is_out_of_reach = is_learned and (
        (candidate.name in NEED_LAWS and not last.has_laws)
        or (candidate.name != BTYD and _purchases(last.train) < split.min_train_events)
    )
    if is_out_of_reach:
        candidate = Candidate(name=question.rules[-1].name, validation_gini=None, parameters={})
    return _served(candidate, last, question, config)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows to fit on and rows to validate on, with the laws of a snapshot beside them."""

    encoder: FeatureEncoder
    features: tuple[str, ...]
    laws: BuyTillYouDie | None
    remark: str
    train: Rows
    validation: Rows | None
    validated: ValuePanel | None
    snapshot: Matrix

    @classmethod
    def of(
        cls,
        panel: ValuePanel,
        train: BoolMask,
        validation: BoolMask | None,
        snapshot: BoolMask,
        question: ValueQuestion,
        config: ValueTrainingConfig,
    ) -> _Part:
        laws, remark = fitted_laws(panel, snapshot, config)
        rows = panel.take(train)
        features = stacked(rows.panel.features, laws, question.horizon)
        encoder = FeatureEncoder.fit(features, np.arange(len(rows)))
        return cls(
            encoder=encoder,
            features=tuple(rows.panel.features.columns),
            laws=laws,
            remark=remark,
            train=Rows(matrix=encoder.matrix(features), count=rows.count, value=rows.value),
            validation=None if validation is None else _rows_of(panel, validation, laws, question, encoder),
            validated=None if validation is None else panel.take(validation),
            snapshot=_rows_of(panel, snapshot, laws, question, encoder).matrix,
        )

    @property
    def has_laws(self) -> bool:
        return self.laws is not None

    def bench(self, found: Mapping[str, float | int | str], config: ValueTrainingConfig) -> Bench:
        return Bench(self.encoder, self.train, self.validation, found, config)


def fitted_laws(panel: ValuePanel, snapshot: BoolMask, config: ValueTrainingConfig) -> tuple[BuyTillYouDie | None, str]:
    """Return the laws of a snapshot, or None and why there are none."""
    try:
        return BuyTillYouDie.fit(histories_of(panel.take(snapshot).panel.features), config.btyd), ""
    except NotConvergedError as error:
        return None, f"no laws of buying and dropping out: {error}"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A candidate's record, its money for the validation rows, and by what these are ranked.

    Ranked is by money over its mean in each part. Where a part of the entities validates, whoever spends most there is
    missing among those that are fitted to. So the level of a part's money is the lower, the more its own rows spend:
    all parts together would rank against the truth.
    """

    candidate: Candidate
    money: FloatArray
    ranked: FloatArray


def _purchases(rows: Rows | None) -> int:
    """Return how many rows have money."""
    return 0 if rows is None else int((rows.value > 0).sum())


def _can_learn(parts: Sequence[_Part], split: SplitConfig) -> bool:
    """Return whether each part has enough purchases to fit on, and all together have enough to choose on."""
    least = split.min_train_events
    return (
        bool(parts)
        and all(_purchases(part.train) >= least for part in parts)
        and sum(_purchases(part.validation) for part in parts) >= least
    )


def _parts(
    panel: ValuePanel, fold: Fold, moment: np.datetime64, question: ValueQuestion, config: ValueTrainingConfig
) -> tuple[list[_Part], list[str]]:
    """Return what candidates are compared on: one part where time divides the fold, else one for each fifth."""
    rows = panel.panel
    if not (fold.train.any() and fold.validation.any()):
        return [], []
    asked = rows.asked_at[fold.validation].min()
    divided = [(fold.train, fold.validation, panel.newest_snapshot(asked))]
    remarks = []
    is_short = (
        panel.value[fold.train].astype(bool).sum() < LEAST_TRAIN_SHARE * panel.value[fold.known].astype(bool).sum()
    )
    if is_short or rows.horizon_ends_at[fold.train].max() > asked:
        remarks.append("history is too short to divide by time: each fifth of the entities has validated once")
        number = pd.util.hash_array(rows.keys[question.entity].astype(str).to_numpy(dtype=object)) % ENTITY_PARTS
        snapshot = panel.newest_snapshot(moment)
        divided = [
            (fold.known & (number != part), fold.known & (number == part), snapshot & (number != part))
            for part in range(ENTITY_PARTS)
        ]
    parts = [_Part.of(panel, train, validation, snapshot, question, config) for train, validation, snapshot in divided]
    return parts, remarks + [part.remark for part in parts if part.remark][:1]


def _tried_learned(parts: Sequence[_Part], config: ValueTrainingConfig) -> list[_Tried]:
    """Return the learned candidates; the penalty is the one with the least deviance on the validation rows."""
    by_penalty = {
        penalty: tweedie_deviance(
            _truth(parts), _tried(LINEAR, parts, {PENALTY: penalty}, config).money, config.linear.power
        )
        for penalty in config.linear.penalties
    }
    best = min(by_penalty, key=by_penalty.__getitem__)
    has_laws = all(part.has_laws for part in parts)
    names = [name for name in LEARNED if has_laws or name not in NEED_LAWS]
    return [_tried(name, parts, {} if name in (BTYD, TWO_STAGE) else {PENALTY: best}, config) for name in names]


def _tried(name: str, parts: Sequence[_Part], found: Parameters, config: ValueTrainingConfig) -> _Tried:
    """Return a candidate as it does on the validation rows of all parts."""
    return _measured(name, parts, [FITS[name](part.bench(found, config)) for part in parts])


def _tried_rule(rule: ValueRule, parts: Sequence[_Part]) -> _Tried:
    default = ValueTrainingConfig()
    return _measured(rule.name, parts, [fit_rule(rule, part.bench({}, default)) for part in parts])


def _measured(name: str, parts: Sequence[_Part], fits: Sequence[Fit]) -> _Tried:
    money = [
        np.exp(fit.margin.margin(part.validation.matrix))
        for fit, part in zip(fits, parts, strict=True)
        if part.validation is not None
    ]
    ranked = _concatenated(each / each.mean() for each in money)
    gini = normalised_gini(_truth(parts), ranked)
    return _Tried(
        Candidate(
            name=name,
            validation_gini=None if np.isnan(gini) else gini,
            parameters=_typical([fit.parameters for fit in fits]),
        ),
        money=_concatenated(money),
        ranked=ranked,
    )


def _typical(parameters: Sequence[Parameters]) -> Parameters:
    """Return the parameters of all parts: rounds are the median, all others are the same in each."""
    if not parameters:
        return {}
    return {
        name: int(np.median([float(each[name]) for each in parameters]))
        if name in (ROUNDS, COUNT_ROUNDS, VALUE_ROUNDS)
        else value
        for name, value in parameters[0].items()
    }


def _truth(parts: Sequence[_Part]) -> FloatArray:
    return _concatenated(part.validation.value for part in parts if part.validation is not None)


def _concatenated(arrays: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate([np.empty(0), *arrays])


def _chosen(tried: Sequence[_Tried], parts: Sequence[_Part], question: ValueQuestion) -> str:
    """Return the simplest learned candidate that is as good as the best one, or the last rule if there is none.

    As good is who lies within one standard error of the difference, by a paired bootstrap over entities (T. Hastie, R.
    Tibshirani and J. Friedman, *The elements of statistical learning*, 2009, section 7.10). The money of a few decides
    the Gini, and its highest value among several candidates is often luck. Whoever is behind a simpler one is out: the
    difference to the best may only be too noisy to be seen.
    """
    learned = [each for each in tried if each.candidate.name in LEARNED and each.candidate.validation_gini is not None]
    if not learned:
        return question.rules[-1].name
    best = max(learned, key=lambda each: each.candidate.validation_gini or 0.0)
    rows = joined([part.validated for part in parts if part.validated is not None])
    leading = -np.inf
    for each in learned:
        gini = each.candidate.validation_gini or 0.0
        if gini < leading:
            continue
        leading = gini
        lead = gain(rows, best.ranked, each.ranked, _ONE_STANDARD_ERROR)
        if each is best or lead.low is None or lead.low <= 0:
            return each.candidate.name
    return best.candidate.name


def _served(candidate: Candidate, last: _Part, question: ValueQuestion, config: ValueTrainingConfig) -> FittedValue:
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
        importances=_importances(margin, last.train.matrix, last.encoder.names),
    )


def _importances(model: MarginModel, matrix: Matrix, names: Sequence[str]) -> tuple[Importance, ...]:
    """Return each column's share in the absolute contributions over some rows, evenly spaced; largest first."""
    some = matrix[np.linspace(0, len(matrix) - 1, min(len(matrix), IMPORTANCE_ROWS)).astype(np.intp)]
    moved = np.abs(model.contributions(some)[:, :-1]).mean(axis=0) if len(some) else np.zeros(len(names))
    if not moved.sum():
        return ()
    shares = moved / moved.sum()
    return tuple(
        Importance(column=names[place], share=float(shares[place])) for place in np.argsort(-shares, kind="stable")
    )


def _rows_of(
    panel: ValuePanel, mask: BoolMask, laws: BuyTillYouDie | None, question: ValueQuestion, encoder: FeatureEncoder
) -> Rows:
    rows = panel.take(mask)
    features = stacked(rows.panel.features, laws, question.horizon)
    return Rows(matrix=encoder.matrix(features), count=rows.count, value=rows.value)
