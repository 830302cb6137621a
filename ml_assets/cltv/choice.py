"""How candidates do on rows that they were not fitted to, and which of them is chosen.

Belongs here: validation figures, penalty, the choice. Does not belong here: which rows (``parts``), the last fit
(``train``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    Fit,
    Parameters,
    fit_rule,
)
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.evaluation import Candidate
from ml_assets.cltv.measure import gain
from ml_assets.cltv.panel import joined
from ml_assets.cltv.parts import Part, purchases
from ml_assets.cltv.question import ValueQuestion
from ml_assets.cltv.rules import ValueRule
from ml_assets.config import EvaluationConfig, SplitConfig
from ml_assets.metrics.value import normalised_gini, tweedie_deviance

FloatArray = npt.NDArray[np.float64]

# A bootstrap that tells one standard error: the outer sixths of the resamples are left out.
_ONE_STANDARD_ERROR = EvaluationConfig(resamples=200, confidence=0.683)


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate's record, its money for the validation rows, and by what these are ranked.

    Ranked is by money over its mean in each part. Where a part of the entities validates, whoever spends most there is
    missing among those that are fitted to. So the level of a part's money is the lower, the more its own rows spend:
    all parts together would rank against the truth.
    """

    candidate: Candidate
    money: FloatArray
    ranked: FloatArray


def can_learn(parts: Sequence[Part], split: SplitConfig) -> bool:
    """Return whether each part has enough purchases to fit on, and all together have enough to choose on."""
    least = split.min_train_events
    return (
        bool(parts)
        and all(purchases(part.train) >= least for part in parts)
        and sum(purchases(part.validation) for part in parts) >= least
    )


def tried_learned(parts: Sequence[Part], config: ValueTrainingConfig) -> list[Tried]:
    """Return the learned candidates; the penalty is the one with the least deviance on the validation rows."""
    by_penalty = {
        penalty: tweedie_deviance(
            _truth(parts), tried_as(LINEAR, parts, {PENALTY: penalty}, config).money, config.linear.power
        )
        for penalty in config.linear.penalties
    }
    best = min(by_penalty, key=by_penalty.__getitem__)
    has_laws = all(part.has_laws for part in parts)
    names = [name for name in LEARNED if has_laws or name not in NEED_LAWS]
    return [tried_as(name, parts, {} if name in (BTYD, TWO_STAGE) else {PENALTY: best}, config) for name in names]


def tried_as(name: str, parts: Sequence[Part], found: Parameters, config: ValueTrainingConfig) -> Tried:
    """Return a candidate as it does on the validation rows of all parts."""
    return _measured(name, parts, [FITS[name](part.bench(found, config)) for part in parts])


def tried_rule(rule: ValueRule, parts: Sequence[Part], config: ValueTrainingConfig) -> Tried:
    """Return a rule as it does on the validation rows of all parts."""
    return _measured(rule.name, parts, [fit_rule(rule, part.bench({}, config)) for part in parts])


def _measured(name: str, parts: Sequence[Part], fits: Sequence[Fit]) -> Tried:
    money = [
        np.exp(fit.margin.margin(part.validation.matrix))
        for fit, part in zip(fits, parts, strict=True)
        if part.validation is not None
    ]
    ranked = _concatenated(each / each.mean() for each in money)
    gini = normalised_gini(_truth(parts), ranked)
    return Tried(
        Candidate(
            name=name,
            validation_gini=None if np.isnan(gini) else gini,
            parameters=typical([fit.parameters for fit in fits]),
        ),
        money=_concatenated(money),
        ranked=ranked,
    )


def typical(parameters: Sequence[Parameters]) -> Parameters:
    """Return the parameters of all parts: rounds are the median, all others are the same in each.

    A part whose laws were not found knows nothing of their stages, and has no say in their rounds.
    """
    values: dict[str, list[float | int | str]] = {}
    for found in parameters:
        for name, value in found.items():
            values.setdefault(name, []).append(value)
    return {
        name: int(np.median([float(each) for each in own])) if name in (ROUNDS, COUNT_ROUNDS, VALUE_ROUNDS) else own[0]
        for name, own in values.items()
    }


def _truth(parts: Sequence[Part]) -> FloatArray:
    return _concatenated(part.validation.value for part in parts if part.validation is not None)


def _concatenated(arrays: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate([np.empty(0), *arrays])


def chosen_of(tried: Sequence[Tried], parts: Sequence[Part], question: ValueQuestion) -> str:
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
