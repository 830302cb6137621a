"""Which penaliser each law is fitted with: the one that foresees best what came after, inside the calibration period.

Belongs here: candidates, their scores, the choice. Does not belong here: where calibration, validation and test lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.cltv.btyd.errors import NotConvergedError, TooFewRepeatersError
from ml_assets.cltv.btyd.fitting import BG_NBD, GAMMA_GAMMA, MBG_NBD, fit_purchases, fit_values
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.config import BtydConfig

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Later:
    """What the customers of some histories did afterwards.

    Attributes
    ----------
    days
        Length of the stretch after the moment of the histories.
    counts
        Days with a purchase in it, for each history.
    values
        Summed value of those, in money.
    """

    days: float
    counts: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Tried:
    """A law with a penaliser.

    Attributes
    ----------
    law, penalizer
        What was tried.
    score
        Mean log-probability of what came after, per history that says something of the law; None if it was not fitted.
    failure
        Why it was not fitted.
    """

    law: str
    penalizer: float
    score: float | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The config with the chosen penalisers, and all that was tried."""

    config: BtydConfig
    tried: tuple[Tried, ...]


def choose_penalizers(histories: Histories, later: Later, config: BtydConfig) -> Choice:
    """Return the config with the penalisers under which what came after was most probable.

    The score is the mean logarithm of the probability that a law, fitted to the histories, gives to what came: of the
    counts for the laws of purchases, of the mean value of a purchase for gamma-gamma. It is what the fit itself
    maximises, it is proper (no other forecast scores better than the true one), and all customers have a say; summed
    squared errors would be decided by the few who buy most. Of equals the smaller penaliser is chosen.

    Raises
    ------
    NotConvergedError
        If a law was found with none of the candidates, with what was said of each; or too few came back for any.
    ValueError
        If what came after is not of these histories.
    """
    if later.counts.shape != (len(histories),) or later.values.shape != (len(histories),):
        raise ValueError(
            f"{len(histories)} histories, but {later.counts.shape} later counts and {later.values.shape} later values: "
            "give what came after for the same rows."
        )
    spent = (later.counts > 0) & (later.values > 0)
    buyers, counts = histories.take(spent), later.counts[spent]

    def purchases(penalizer: float, *, may_leave_at_once: bool) -> FloatArray:
        law = fit_purchases(histories, penalizer, config, may_leave_at_once=may_leave_at_once).law
        return law.log_probability(histories, later.days, later.counts)

    def values(penalizer: float) -> FloatArray:
        law = fit_values(histories, penalizer, config).law
        return law.log_predictive(buyers, counts, later.values[spent] / counts)

    scores: dict[str, Callable[[float], FloatArray]] = {
        BG_NBD: lambda penalizer: purchases(penalizer, may_leave_at_once=False),
        MBG_NBD: lambda penalizer: purchases(penalizer, may_leave_at_once=True),
    }
    tried = {law: _tried(law, score, config.penalizers) for law, score in scores.items()}
    if len(buyers):
        tried[GAMMA_GAMMA] = _tried(GAMMA_GAMMA, values, config.penalizers)
    chosen = {law: _best(law, candidates) for law, candidates in tried.items()}
    return Choice(
        config=config.model_copy(
            update={
                "purchase_penalizer": chosen[BG_NBD],
                "alive_penalizer": chosen[MBG_NBD],
                "value_penalizer": chosen.get(GAMMA_GAMMA, config.value_penalizer),
            }
        ),
        tried=tuple(each for candidates in tried.values() for each in candidates),
    )


def _tried(law: str, score: Callable[[float], FloatArray], penalizers: list[float]) -> list[Tried]:
    found = []
    for penalizer in sorted(penalizers):
        try:
            found.append(Tried(law, penalizer, float(np.mean(score(penalizer)))))
        except TooFewRepeatersError:
            raise
        except NotConvergedError as error:
            found.append(Tried(law, penalizer, None, str(error)))
    return found


def _best(law: str, tried: list[Tried]) -> float:
    scored = [(each.score, -each.penalizer) for each in tried if each.score is not None and np.isfinite(each.score)]
    if not scored:
        said = " ".join(each.failure or f"With {each.penalizer:g} what came after is impossible." for each in tried)
        raise NotConvergedError(f"The {law} law was found with none of the {len(tried)} penalisers. {said}")
    return -max(scored)[1]
