"""Measures the newest version: learned segments, the grid, and the groups on which they meet a champion.

Belongs here: from stored candidates to the record and to the groups of the judged snapshot. Does not belong here: the
figures of learned segments (``evaluate``), who serves (``contest``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.family.steps import candidate_fingerprint
from ml_assets.files import ModelFiles, write_frame
from ml_assets.metrics.estimate import Estimate
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.evaluate import GRID_SEGMENTS, SEGMENTS, as_of_judged, facts_of, groupings, measured_of
from ml_assets.segmentation.fitted import FittedSegmentation
from ml_assets.segmentation.grid import fit_grid
from ml_assets.segmentation.profile import Judged, names_kept, segment_profiles
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.record import GridRecord, SegmentationRecord
from ml_assets.segmentation.separation import separations
from ml_assets.segmentation.snapshots import Snapshot
from ml_assets.segmentation.stability import silhouette
from ml_assets.segmentation.steps import GRID, TrainedSegments, stored_training

SPEND = "spend"


def judged_groups_file(question: SegmentationQuestion, files: ModelFiles) -> Path:
    """Return where the group of each customer of the judged snapshot lies."""
    return files.work_dir / question.name / "judged_groups.parquet"


def measure(question: SegmentationQuestion, files: ModelFiles) -> SegmentationRecord:
    """Measure the version that was registered last, and leave the groups by which it is judged."""
    trained = stored_training(question, files)
    snapshots, config, training = trained.rows.snapshots, trained.facts.config, trained.training
    judged = None if training is None else as_of_judged(question, training, snapshots, config)
    groups = judged_groups(question, snapshots.judged, judged, config)
    write_frame(judged_groups_file(question, files), groups)
    return SegmentationRecord(
        version=trained.facts.version,
        fingerprint=candidate_fingerprint(trained.facts, trained.facts.chosen),
        chosen=trained.facts.chosen,
        complete_until=trained.rows.facts.complete_until,
        served=facts_of(snapshots.served),
        judged=None if snapshots.judged is None else facts_of(snapshots.judged),
        learned=None if training is None else measured_of(question, training, snapshots, judged, config),
        grid=grid_record(trained, groups),
    )


def judged_groups(
    question: SegmentationQuestion, judged: Snapshot | None, found: Judged | None, config: SegmentationConfig
) -> pd.DataFrame:
    """Return a column a grouping of the judged snapshot's customers, in their order, and what each spent afterwards.

    Without learned segments there is only the grid; without a judged snapshot there are no rows.
    """
    if judged is None or judged.spend is None:
        return pd.DataFrame({SPEND: np.empty(0), GRID_SEGMENTS: np.empty(0, dtype=np.int64)})
    return pd.DataFrame({SPEND: judged.spend, **groupings(question, judged, found, config)})


def stored_groups(question: SegmentationQuestion, files: ModelFiles) -> pd.DataFrame:
    """Return what ``judged_groups`` gave when the newest version was measured."""
    return pd.read_parquet(judged_groups_file(question, files))


def stored_record(question: SegmentationQuestion, files: ModelFiles) -> SegmentationRecord:
    """Return the record that was stored last."""
    return SegmentationRecord.model_validate_json(files.evaluation(question.name).read_text())


def grid_record(trained: TrainedSegments, groups: pd.DataFrame) -> GridRecord:
    """Return what is known of the grid.

    Parameters
    ----------
    trained
        The candidates with their customers.
    groups
        Groups of the judged snapshot.
    """
    question, config = trained.question, trained.facts.config
    grid, snapshots = trained.candidates[GRID], trained.rows.snapshots
    served, judged = snapshots.served, snapshots.judged
    matrix = grid.space.matrix(served.frame)
    placed = grid.partition.place(matrix)

    def refit(drawn: npt.NDArray[np.intp]) -> FittedSegmentation:
        return fit_grid(question, served.frame.iloc[drawn].reset_index(drop=True), served.as_of, config.bands)

    kept = names_kept(served, grid, refit, config)
    spend = groups[SPEND].to_numpy(dtype=np.float64)
    found = None
    if judged is not None and len(groups):
        found = Judged(GRID, grid.names, groups[GRID_SEGMENTS].to_numpy(), spend)
    profiles = segment_profiles(question, served, placed, grid, kept, found, config)
    return GridRecord(
        profiles=tuple(profile for profile in profiles if profile.customers),
        names_kept=kept.mean,
        least_names_kept=kept.least,
        silhouette=silhouette(matrix, placed, config.silhouette_rows, config.seed) if len(served) else None,
        separation=_separation(groups, spend, config),
    )


def _separation(groups: pd.DataFrame, spend: npt.NDArray[np.float64], config: SegmentationConfig) -> Estimate | None:
    if not (spend > 0).any():
        return None
    choice = config.choice
    group = {GRID_SEGMENTS: groups[GRID_SEGMENTS].to_numpy()}
    draws = separations(group, spend, choice.folds, choice.resamples, config.seed)
    return draws[GRID_SEGMENTS].estimate(choice.confidence)


def own_groups(record: SegmentationRecord) -> str:
    """Return the column of the groups of the version that was measured."""
    return GRID_SEGMENTS if record.chosen == GRID else SEGMENTS
