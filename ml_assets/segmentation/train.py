"""From a snapshot to fitted segments: all methods are tried, the best one names its segments.

Belongs here: which methods there are, trying them, the last fit, names. Does not belong here: how good the result is
(``evaluate``), reading snapshots.

Stability and size, which ask for no future, are those of the served snapshot. Future spend is that after the known
snapshot, to which every method is fitted for that purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml_assets.classification.bands import Bands
from ml_assets.segmentation.choice import Tried, in_order_of_choice
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.density import DensityMethod
from ml_assets.segmentation.evaluation import Trial
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.k_means import KMeansMethod
from ml_assets.segmentation.naming import segment_names
from ml_assets.segmentation.partition import FloatArray, Method, Partition, Placed
from ml_assets.segmentation.question import Aim, SegmentationQuestion
from ml_assets.segmentation.separation import Draws, separations
from ml_assets.segmentation.snapshots import Snapshot, Snapshots
from ml_assets.segmentation.space import FeatureSpace, with_fitting_weights
from ml_assets.segmentation.stability import Stability, exceeding, mean_estimate, silhouette, stability

Positions = npt.NDArray[np.intp]


class NoSegmentsError(ValueError):
    """No method finds two segments among the customers."""


@dataclass(frozen=True, slots=True)
class Training:
    """What came of fitting.

    Attributes
    ----------
    fitted
        The segments of the served snapshot.
    method
        What was chosen.
    trials
        Everything that was tried.
    question
        What was asked, with the weights that fit the served snapshot.
    """

    fitted: FittedSegmentation
    method: Method
    trials: tuple[Trial, ...]
    question: SegmentationQuestion


def methods_of(config: SegmentationConfig) -> list[Method]:
    """Return all methods with their settings, K-Means first."""
    k_means, density = config.k_means, config.density
    return [
        *(KMeansMethod(segments, k_means.starts, config.threads) for segments in k_means.segments),
        *(DensityMethod(share, density.neighbours, density.max_rows) for share in density.cluster_shares),
    ]


def train(
    question: SegmentationQuestion,
    snapshots: Snapshots,
    config: SegmentationConfig,
    champion: FittedSegmentation | None = None,
) -> Training:
    """Try all methods, and fit the best to the served snapshot.

    Parameters
    ----------
    question
        What is asked.
    snapshots
        Customers, and what they spent where it is known.
    config
        Settings.
    champion
        Segments that serve so far, whose names are kept where they come out again.

    Raises
    ------
    NoSegmentsError
        If no method finds two segments among the customers.
    """
    weighted = with_fitting_weights(question, snapshots.served.frame, config.choice.smallest_share)
    methods = methods_of(config)
    tried, trials = tried_on(weighted, snapshots, methods, config)
    for number in in_order_of_choice(tried, question.aim, config.choice):
        fitted = fit(weighted, snapshots.served, methods[number], config, champion)
        if fitted is not None:
            return Training(fitted, methods[number], trials, weighted)
    raise NoSegmentsError(
        f"{question.name}: no method finds two segments among {len(snapshots.served)} customers as of "
        f"{snapshots.served.as_of}; load more data, or a snapshot in which customers differ"
    )


def fit(
    question: SegmentationQuestion,
    snapshot: Snapshot,
    method: Method,
    config: SegmentationConfig,
    champion: FittedSegmentation | None,
    drawn: Positions | None = None,
) -> FittedSegmentation | None:
    """Return a method's segments of a snapshot with their names, None where it finds no two or too many.

    Parameters
    ----------
    question, snapshot, method, config
        What is fitted to whom, and how.
    champion
        Segments whose names are kept.
    drawn
        Rows of a bootstrap sample to which space and segments are fitted, in the place of all.
    """
    rows = snapshot.frame if drawn is None else snapshot.frame.iloc[method.resample(drawn)].reset_index(drop=True)
    space = FeatureSpace.fit(question, rows)
    partition = method.fit(space.matrix(rows), config.seed)
    if partition is None or partition.segments > config.choice.most_segments:
        return None
    placed = partition.place(space.matrix(rows))
    before = None if champion is None else champion.segment(rows)
    return FittedSegmentation(
        question=question.name,
        as_of=snapshot.as_of,
        setting=method.setting,
        names=segment_names(question, rows, placed.label, partition.segments, before),
        space=space,
        partition=partition,
        bands=Bands.fit(placed.strength, config.bands),
    )


def tried_on(
    question: SegmentationQuestion, snapshots: Snapshots, methods: Sequence[Method], config: SegmentationConfig
) -> tuple[list[Tried], tuple[Trial, ...]]:
    """Fit every method and measure what decides, and the record of it."""
    frame = snapshots.served.frame
    space = FeatureSpace.fit(question, frame)
    matrix = space.matrix(frame)
    separated = _separations(question, snapshots.known, methods, config)
    measured = [stability(matrix, space.is_rank, method, config.stability, config.seed) for method in methods]
    exceeds = exceeding(measured, config.choice.confidence, config.seed)
    tried, trials = [], []
    for number, method in enumerate(methods):
        partition = method.fit(matrix, config.seed)
        placed = None if partition is None else partition.place(matrix)
        stable = _Stable(measured[number], exceeds[number])
        each = _tried(method, partition, placed, stable, separated.get(str(number)), config)
        tried.append(each)
        trials.append(_record(each, measured[number], matrix, placed, config))
    return tried, tuple(trials)


@dataclass(frozen=True, slots=True)
class _Stable:
    """Stability of a method, and whether it is above the null among all methods that are tried."""

    measured: Stability
    exceeds_null: bool


def _separations(
    question: SegmentationQuestion, known: Snapshot | None, methods: Sequence[Method], config: SegmentationConfig
) -> dict[str, Draws]:
    """Return the separation of each method's segments by its number; none where too few customers spent anything."""
    choice = config.choice
    if question.aim is not Aim.FUTURE_SPEND or known is None or known.spend is None:
        return {}
    if known.spenders < choice.min_events:
        return {}
    matrix = FeatureSpace.fit(question, known.frame).matrix(known.frame)
    partitions = [method.fit(matrix, config.seed) for method in methods]
    groups = {
        str(number): partition.place(matrix).label
        for number, partition in enumerate(partitions)
        if partition is not None
    }
    return separations(groups, known.spend, choice.folds, choice.resamples, config.seed)


def _tried(
    method: Method,
    partition: Partition | None,
    placed: Placed | None,
    stable: _Stable,
    separation: Draws | None,
    config: SegmentationConfig,
) -> Tried:
    segments = 0 if partition is None else partition.segments
    shares = np.zeros(1) if placed is None else np.bincount(placed.label, minlength=segments) / len(placed.label)
    return Tried(
        method=method,
        segments=segments,
        smallest_share=float(shares.min()),
        noise_share=0.0 if placed is None else float(placed.is_noise.mean()),
        stability=float(stable.measured.found.mean()),
        gain=stable.measured.gain,
        exceeds_null=stable.exceeds_null,
        separation=separation,
    )


def _record(
    tried: Tried, measured: Stability, matrix: FloatArray, placed: Placed | None, config: SegmentationConfig
) -> Trial:
    confidence = config.choice.confidence
    return Trial(
        method=tried.method.kind,
        setting=tried.method.setting,
        segments=tried.segments,
        smallest_share=tried.smallest_share,
        noise_share=tried.noise_share,
        stability=mean_estimate(measured.found, confidence),
        null_stability=mean_estimate(measured.null, confidence),
        gain_over_null=tried.gain,
        exceeds_null=tried.exceeds_null,
        silhouette=None if placed is None else silhouette(matrix, placed, config.silhouette_rows, config.seed),
        separation=None if tried.separation is None else tried.separation.estimate(confidence),
        obstacles=tried.obstacles(config.choice),
    )
