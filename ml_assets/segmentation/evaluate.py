"""Measures fitted segments: stability, names, silhouette, and what their customers spent afterwards.

Belongs here: from a training to its record. Does not belong here: the record's types (``evaluation``), the figures of
single segments (``profile``), drawing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import StandardScaler

from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.evaluation import (
    ClaimHeld,
    Metric,
    RawScaling,
    SegmentationEvaluation,
    Separation,
    SnapshotFacts,
    Trial,
)
from ml_assets.segmentation.grid import fit_grid
from ml_assets.segmentation.k_means import KMeansMethod
from ml_assets.segmentation.profile import Judged, names_kept, segment_profiles
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.rules import RULES
from ml_assets.segmentation.separation import Labels, epsilon_squared, rank_epsilon_squared, separations
from ml_assets.segmentation.snapshots import Snapshot, Snapshots
from ml_assets.segmentation.space import numbers
from ml_assets.segmentation.stability import silhouette
from ml_assets.segmentation.train import NoSegmentsError, Training, fit, train

SEGMENTS = "segments"
# The grid with the names of its cells, as it can serve.
GRID_SEGMENTS = "rfm_grid_segments"
# The number of segments that is published most often for this kind of data.
_RAW_SEGMENTS = 4


def evaluate(
    question: SegmentationQuestion, training: Training, snapshots: Snapshots, config: SegmentationConfig
) -> SegmentationEvaluation:
    """Return all that is known of fitted segments.

    Parameters
    ----------
    question, training, snapshots, config
        What was asked, what came of it, of whom, and how.
    """
    return measured_of(question, training, snapshots, as_of_judged(question, training, snapshots, config), config)


def measured_of(
    question: SegmentationQuestion,
    training: Training,
    snapshots: Snapshots,
    judged: Judged | None,
    config: SegmentationConfig,
) -> SegmentationEvaluation:
    """Return all that is known of fitted segments.

    Parameters
    ----------
    question, training, snapshots, config
        What was asked, what came of it, of whom, and how.
    judged
        The segments of the judged snapshot (``as_of_judged``).
    """
    fitted, served, method = training.fitted, snapshots.served, training.method
    matrix = fitted.space.matrix(served.frame)
    placed = fitted.partition.place(matrix)
    chosen = _chosen(training)
    kept = names_kept(
        served, fitted, lambda drawn: fit(training.question, served, method, config, fitted, drawn), config
    )
    shown = silhouette(matrix, placed, config.silhouette_rows, config.seed)
    return SegmentationEvaluation(
        question=question.name,
        method=method.kind,
        setting=method.setting,
        aim=question.aim,
        is_structured=chosen.exceeds_null,
        served=facts_of(served),
        judged=None if snapshots.judged is None else facts_of(snapshots.judged),
        known=None if snapshots.known is None else facts_of(snapshots.known),
        weights={feature.column: feature.weight for feature in training.question.features},
        trials=training.trials,
        stability=chosen.stability,
        null_stability=chosen.null_stability,
        gain_over_null=chosen.gain_over_null,
        names_kept=kept.mean,
        least_names_kept=kept.least,
        silhouette=shown,
        noise_share=float(placed.is_noise.mean()),
        raw_scaling=_raw_scaling(question, served, snapshots.judged, config),
        profiles=segment_profiles(question, served, placed, fitted, kept, judged, config),
        judged_choice=None if judged is None else judged.choice,
        separations=_separations(question, snapshots.judged, judged, config),
        worst_segment=min(fitted.names, key=lambda name: (kept.by_segment[name], name)),
        claims=_claims(question, {Metric.SILHOUETTE: shown}),
        remarks=_remarks(chosen, snapshots, config),
    )


def _chosen(training: Training) -> Trial:
    [chosen] = [
        each
        for each in training.trials
        if (each.method, each.setting) == (training.method.kind, training.method.setting)
    ]
    return chosen


def facts_of(snapshot: Snapshot) -> SnapshotFacts:
    """Return what a record says of a snapshot."""
    return SnapshotFacts(
        as_of=snapshot.as_of,
        customers=len(snapshot),
        spenders=None if snapshot.spend is None else snapshot.spenders,
    )


def as_of_judged(
    question: SegmentationQuestion, training: Training, snapshots: Snapshots, config: SegmentationConfig
) -> Judged | None:
    """Return the segments that the procedure would have found as of the judged snapshot, None where it finds none.

    All is done anew as it would have been done on that day, with what was known then: weights, trials, choice, fit.
    Only names are those of the segments that are trained.
    """
    judged = snapshots.judged
    if judged is None or judged.spend is None:
        return None
    try:
        found = train(question, Snapshots(judged, None, snapshots.known), config, training.fitted)
    except NoSegmentsError:
        return None
    choice = f"{found.method.kind} {found.method.setting:g}"
    return Judged(choice, found.fitted.names, found.fitted.place(judged.frame).label, judged.spend)


def groupings(
    question: SegmentationQuestion, judged: Snapshot, found: Judged | None, config: SegmentationConfig
) -> dict[str, Labels]:
    """Return the group of each customer of the judged snapshot: by segments, by the grid that can serve, by rules."""
    grid = fit_grid(question, judged.frame, judged.as_of, config.bands)
    return {
        **({} if found is None else {SEGMENTS: found.label}),
        GRID_SEGMENTS: grid.place(judged.frame).label,
        **{name: rule(judged.frame, question) for name, rule in RULES.items()},
    }


def _separations(
    question: SegmentationQuestion,
    judged: Snapshot | None,
    found: Judged | None,
    config: SegmentationConfig,
) -> tuple[Separation, ...]:
    """Return how well the segments tell future spend apart, and each rule beside them."""
    if judged is None or judged.spend is None or found is None or not judged.spenders:
        return ()
    groups, choice = groupings(question, judged, found, config), config.choice
    draws = separations(groups, judged.spend, choice.folds, choice.resamples, config.seed)
    return tuple(
        Separation(
            name=name,
            groups=len(np.unique(group)),
            gini=draws[name].estimate(choice.confidence),
            gain=None if name == SEGMENTS else draws[SEGMENTS].minus(draws[name]).estimate(choice.confidence),
            variance_share=_known(epsilon_squared(group, judged.spend)),
            rank_variance_share=_known(rank_epsilon_squared(group, judged.spend)),
        )
        for name, group in groups.items()
    )


def _raw_scaling(
    question: SegmentationQuestion, served: Snapshot, judged: Snapshot | None, config: SegmentationConfig
) -> RawScaling | None:
    """Return K-Means of raw columns as often published, and what frequency alone would give."""
    method = KMeansMethod(_RAW_SEGMENTS, config.k_means.starts, config.threads)
    matrix = _raw_matrix(question, served)
    partition = method.fit(matrix, config.seed)
    if partition is None:
        return None
    placed = partition.place(matrix)
    shares = np.bincount(placed.label, minlength=_RAW_SEGMENTS) / len(matrix)
    came_back = (numbers(served.frame, question.profile_columns[1]) > 1).astype(np.int64)
    return RawScaling(
        segments=_RAW_SEGMENTS,
        silhouette=silhouette(matrix, placed, config.silhouette_rows, config.seed),
        largest_share=float(shares.max()),
        smallest_share=float(shares.min()),
        frequency_silhouette=silhouette(
            matrix, type(placed)(came_back, placed.is_noise, placed.strength), config.silhouette_rows, config.seed
        ),
        separation=_raw_separation(question, method, judged, config),
    )


def _raw_separation(
    question: SegmentationQuestion, method: KMeansMethod, judged: Snapshot | None, config: SegmentationConfig
) -> Estimate | None:
    if judged is None or judged.spend is None or not judged.spenders:
        return None
    matrix = _raw_matrix(question, judged)
    partition = method.fit(matrix, config.seed)
    if partition is None:
        return None
    choice = config.choice
    group = {SEGMENTS: partition.place(matrix).label}
    draws = separations(group, judged.spend, choice.folds, choice.resamples, config.seed)
    return draws[SEGMENTS].estimate(choice.confidence)


def _raw_matrix(question: SegmentationQuestion, snapshot: Snapshot) -> npt.NDArray[np.float64]:
    raw = np.column_stack([np.nan_to_num(numbers(snapshot.frame, name)) for name in question.profile_columns])
    return np.asarray(StandardScaler().fit_transform(raw), dtype=np.float64)


def _claims(question: SegmentationQuestion, achieved: dict[Metric, float | None]) -> tuple[ClaimHeld, ...]:
    """Return what is claimed beside what was reached.

    Raises
    ------
    ValueError
        If a claim names a metric that nobody measures.
    """
    held = []
    for name, target in (question.claims or {}).items():
        if name not in achieved:
            raise ValueError(f"{question.name}: claims may be about {', '.join(achieved)}, not about {name}")
        value = achieved[Metric(name)]
        is_met = value is not None and value >= target
        held.append(ClaimHeld(metric=Metric(name), target=target, achieved=value, is_met=is_met))
    return tuple(held)


def _remarks(chosen: Trial, snapshots: Snapshots, config: SegmentationConfig) -> tuple[str, ...]:
    remarks = []
    if chosen.obstacles:
        remarks.append(f"Nothing tried was without obstacle; of what was chosen: {'; '.join(chosen.obstacles)}.")
    if not chosen.exceeds_null:
        remarks.append(
            "No segments are more stable than those of data without structure: the customers are a continuum, and the "
            "borders between segments are a convention."
        )
    if snapshots.judged is None:
        remarks.append("No snapshot's later spend is wholly known yet, so segments are not judged by it.")
    elif snapshots.judged.spenders < config.choice.min_events:
        remarks.append(f"Only {snapshots.judged.spenders} customers of the judged snapshot spent anything afterwards.")
    return tuple(remarks)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
