"""Figures of single segments: who is in them, what they spent, and whether their names last.

Belongs here: one row a segment. Does not belong here: figures of all segments together (``evaluate``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.metrics.bootstrap import EntityBootstrap, estimate
from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.evaluation import SegmentProfile
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.naming import profiles
from ml_assets.segmentation.partition import Placed, Positions
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.separation import Labels
from ml_assets.segmentation.snapshots import Snapshot
from ml_assets.segmentation.space import numbers

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kept:
    """Shares of customers whom two refits on bootstrap samples give the same name.

    Attributes
    ----------
    mean, least
        Over pairs of refits.
    by_segment
        Mean over pairs, of the customers of each segment that serves.
    """

    mean: float
    least: float
    by_segment: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """Segments of the judged snapshot.

    Attributes
    ----------
    choice
        Method and setting by which they were found.
    names
        Of the segments.
    label, spend
        Segment of each customer, and what they spent afterwards.
    """

    choice: str
    names: tuple[str, ...]
    label: Labels
    spend: FloatArray


def names_kept(
    snapshot: Snapshot,
    fitted: FittedSegmentation,
    refit: Callable[[Positions], FittedSegmentation | None],
    config: SegmentationConfig,
) -> Kept:
    """Refit on bootstrap samples of a snapshot, and compare the names that two refits give to all of its customers.

    A refit without segments keeps no name.

    Parameters
    ----------
    snapshot
        The customers.
    fitted
        Segments by which names are told apart.
    refit
        From positions of drawn customers to segments of these; they take the names of the fitted segments where these
        come out again, as any refit does that follows a champion.
    config
        Number of pairs, and the seed.
    """
    generator = np.random.default_rng(config.seed)
    rows = len(snapshot)
    same = np.zeros((config.refits, rows))
    for pair in range(config.refits):
        first, second = (refit(generator.integers(0, rows, rows)) for _ in range(2))
        if first is not None and second is not None:
            same[pair] = first.segment(snapshot.frame) == second.segment(snapshot.frame)
    label = fitted.place(snapshot.frame).label
    count = np.bincount(label, minlength=len(fitted.names))
    kept = np.bincount(label, weights=same.mean(axis=0), minlength=len(fitted.names))
    share = np.divide(kept, count, out=np.zeros(len(count)), where=count > 0)
    of_pairs = same.mean(axis=1) if rows else np.zeros(config.refits)
    return Kept(float(of_pairs.mean()), float(of_pairs.min()), dict(zip(fitted.names, share.tolist(), strict=True)))


def segment_profiles(
    question: SegmentationQuestion,
    served: Snapshot,
    placed: Placed,
    fitted: FittedSegmentation,
    kept: Kept,
    judged: Judged | None,
    config: SegmentationConfig,
) -> tuple[SegmentProfile, ...]:
    """Return a row a segment, largest first; ties by name."""
    words = {prototype.name: prototype.words for prototype in question.prototypes}
    places = profiles(served.frame, placed.label, len(fitted.names), question.axes)
    spent = _spend_by_name(judged, config)
    rows = []
    for number, name in enumerate(fitted.names):
        members = placed.label == number
        mean, share = spent.get(name, (None, None))
        rows.append(
            SegmentProfile(
                name=name,
                words=words.get(name, ""),
                customers=int(members.sum()),
                share=_mean(members),
                noise_share=_mean(placed.is_noise[members]),
                median_strength=float(np.median(placed.strength[members])) if members.any() else 0.0,
                medians={
                    column: _median(numbers(served.frame, column)[members])
                    for column in dict.fromkeys([*question.profile_columns, *question.columns])
                },
                place={axis.name: float(places[number, at]) for at, axis in enumerate(question.axes)},
                mean_future_spend=mean,
                spender_share=share,
                names_kept=kept.by_segment[name],
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.customers, row.name)))


def mean_spends(group: Labels, groups: int, spend: FloatArray, config: SegmentationConfig) -> list[Estimate]:
    """Return the mean spend of each group's members, with its bootstrap interval."""
    member = (group[:, None] == np.arange(groups)).astype(np.float64)
    numbers_of_rows = np.arange(len(spend), dtype=np.int64)
    bootstrap = EntityBootstrap.of(
        numbers_of_rows, np.zeros_like(numbers_of_rows), config.choice.resamples, config.seed
    )
    drawn = [np.empty((0, groups))]
    for block in bootstrap.blocks():
        weights = block.of_rows(numbers_of_rows)
        drawn.append(_quotients(weights @ (member * spend[:, None]), weights @ member))
    resampled = np.concatenate(drawn)
    values = _quotients(spend @ member, member.sum(axis=0))
    return [estimate(float(values[number]), resampled[:, number], config.choice.confidence) for number in range(groups)]


def _spend_by_name(judged: Judged | None, config: SegmentationConfig) -> dict[str, tuple[Estimate, float]]:
    """Return mean spend and share of spenders of each segment of the judged snapshot, by its name."""
    if judged is None:
        return {}
    means = mean_spends(judged.label, len(judged.names), judged.spend, config)
    return {
        name: (means[number], _mean(judged.spend[judged.label == number] > 0))
        for number, name in enumerate(judged.names)
    }


def _quotients(total: FloatArray, count: FloatArray) -> FloatArray:
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _median(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None
