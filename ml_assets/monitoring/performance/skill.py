"""Skill: by how much losses are smaller than those of a reference method on the same rows.

Belongs here: the figure, its interval, the difference of two. Does not belong here: what a difference means
(``judge``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.performance.config import PerformanceConfig

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Scored rows whose truth is known.

    Attributes
    ----------
    loss, reference_loss
        Of the model, and of the method that it is measured by, shape (n,), at least 0, such as the log-loss of a
        probability and of the share of yes that was known when it was given.
    entity
        Whom a row is about, shape (n,).
    period
        As-of day of a row: ``datetime64[D]``, shape (n,).
    is_event
        Whether the answer was yes, shape (n,); None where there are no two classes.

    Raises
    ------
    ValueError
        If not all have the same length.
    """

    loss: FloatArray
    reference_loss: FloatArray
    entity: npt.NDArray[np.int64]
    period: npt.NDArray[np.datetime64]
    is_event: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Check that all parts speak of the same rows."""
        parts = (self.loss, self.reference_loss, self.entity, self.period, self.is_event)
        lengths = [len(part) for part in parts if part is not None]
        if len(set(lengths)) > 1:
            raise ValueError(f"Each judged row has one value of everything, but there are {lengths} of them.")

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.loss)

    def part(self, is_kept: npt.NDArray[np.bool_]) -> JudgedRows:
        """Return the rows of a mask, shape (n,)."""
        is_event = None if self.is_event is None else self.is_event[is_kept]
        return JudgedRows(
            self.loss[is_kept], self.reference_loss[is_kept], self.entity[is_kept], self.period[is_kept], is_event
        )

    @property
    def events(self) -> int | None:
        """How often the answer was yes; None where there are no two classes."""
        return None if self.is_event is None else int(self.is_event.sum())

    @property
    def evidence(self) -> int:
        """Rows of the rarer class, or all rows where there are no classes."""
        events = self.events
        return len(self) if events is None else min(events, len(self) - events)


def skill(rows: JudgedRows, base_rate: float | None, config: PerformanceConfig) -> Estimate:
    """Return one minus the loss by the loss of the reference method, with an interval by a bootstrap over entities.

    With a base rate the rows of either class are weighted so that the share of yes is that one. Where yes only became
    more or less frequent, the skill is then what it was: the same rows of each class, in other numbers, say nothing
    against a model. Without a value where the reference has no loss, or a class that has a share has no row.

    Parameters
    ----------
    rows
        What is judged.
    base_rate
        Share of yes among the rows with which this skill is to be compared; None leaves the rows as they are.
    config
        Of the bootstrap.

    Raises
    ------
    ValueError
        If there is a base rate and there are no classes, or it is no share.
    """
    if base_rate is not None and (rows.is_event is None or not 0 <= base_rate <= 1):
        raise ValueError(f"A base rate of {base_rate} needs rows with two classes, and to lie between 0 and 1.")
    if not len(rows):
        return Estimate(value=None)
    bootstrap = EntityBootstrap.of(rows.entity, np.zeros(len(rows)), config.resamples, config.seed)
    sums = _sums(rows, bootstrap.entity, base_rate is not None)
    whole = _ratio(sums.sum(axis=2, keepdims=True), base_rate)[0]
    draws = [_ratio(sums @ block.of_entity.T, base_rate) for block in bootstrap.blocks()]
    return estimate(float(whole), np.concatenate(draws) if draws else np.empty(0), config.confidence)


def _sums(rows: JudgedRows, entity: npt.NDArray[np.intp], has_classes: bool) -> FloatArray:
    """Return the loss, the reference's loss and the rows of each entity by class, of shape (classes, 3, entities)."""
    masks = [np.ones(len(rows))]
    if has_classes and rows.is_event is not None:
        masks = [rows.is_event.astype(float), (~rows.is_event).astype(float)]
    values = (rows.loss, rows.reference_loss, np.ones(len(rows)))
    return np.array([[np.bincount(entity, value * mask) for value in values] for mask in masks])


def _ratio(sums: FloatArray, base_rate: float | None) -> FloatArray:
    """Return the skill of each weighting from sums of shape (classes, 3, weightings); NaN where it has none."""
    shares = np.array([1.0] if base_rate is None else [base_rate, 1.0 - base_rate])
    counts = sums[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(shares[:, None, None] > 0, sums[:, :2] / counts[:, None], 0.0)
        loss, reference = np.tensordot(shares, means, axes=1)
        return np.asarray(np.where(reference > 0, 1.0 - loss / reference, np.nan), dtype=np.float64)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Return how much larger one figure is than another that was measured on other rows, with an interval.

    The interval is made of the two: its distance from the difference is the root of the sum of the squares of theirs.
    A figure without an interval is taken as known.

    Notes
    -----
    G. Y. Zou and A. Donner, Construction of confidence limits about effect measures, *Statistics in Medicine*, 2008.
    """
    if first.value is None or second.value is None:
        return Estimate(value=None)
    value = first.value - second.value
    if first.low is None or first.high is None:
        return Estimate(value=value)
    low, high = (second.value if end is None else end for end in (second.low, second.high))
    return Estimate(
        value=value,
        low=value - float(np.hypot(first.value - first.low, high - second.value)),
        high=value + float(np.hypot(first.high - first.value, second.value - low)),
    )
