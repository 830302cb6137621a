"""Both ways that are timed come to probabilities of the same rows, about as good."""

from __future__ import annotations

import numpy as np

from benchmarks.model_speed.__main__ import Measured, table
from benchmarks.model_speed.ways import BareJob, Job, bare, ours
from ml_assets.metrics.classification import auc
from tests.unit.benchmarks.test_planted_truth import asked_of, with_horizon
from tests.unit.classification.planted import CONFIG, panel_of_truth


def test_both_ways_score_all_rows() -> None:
    job = Job.of(asked_of(with_horizon(panel_of_truth())), CONFIG)
    label = job.asked.panel.label
    alone, with_platform = bare(BareJob.of(job)), ours(job)
    assert alone.shape == with_platform.shape == label.shape
    assert np.all((alone > 0) & (alone < 1))
    assert abs(auc(label, alone) - auc(label, with_platform)) < 0.05
    assert auc(label, alone) > 0.7


def test_the_table_says_which_goal_was_missed() -> None:
    slow = Measured("slow", 10, 5, 1.0, 1.5, 3.0, 0.1, 0.2, 0.3)
    quick = Measured("quick", 10, 5, 1.0, 1.2, 3.0, 0.1, 0.2, 0.3)
    lines = table([slow, quick]).splitlines()
    assert "1.50 | missed" in lines[2]
    assert "1.20 | met" in lines[3]
