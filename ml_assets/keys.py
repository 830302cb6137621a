"""Names of the assets that models are made by.

Belongs here: constants, and keys made from the name of a model. Does not belong here: names of tables (``contract``).
"""

from __future__ import annotations

from enum import StrEnum

import dagster as dg

from ml_assets.contract import ML_KEY_PREFIX, scores_key

MACHINE_LEARNING = "team:machine-learning"

# Groups of the assets that watch models: as things stand, and as they stood in windows of the past, made on demand.
MONITORING = "monitoring"
HISTORY = "history"
# Group of the assets that make pages over all models.
SITE = "ml_scoreboard"


class Step(StrEnum):
    """The assets of a model, in the order in which one is made from the other."""

    TRAINING_SET = "training_set"
    MODEL = "model"
    EVALUATION = "evaluation"
    PROMOTION = "promotion"
    SCORES = "scores"


class Watch(StrEnum):
    """The assets that watch a model, in the order in which one is made from the other."""

    DRIFT = "drift"
    PERFORMANCE = "performance"
    RETRAINING = "retraining"


def watch_asset_key(model: str, watch: Watch) -> dg.AssetKey:
    """Return the key of one of the assets that watch a model."""
    return dg.AssetKey((ML_KEY_PREFIX, f"{model}_{watch}"))


def model_asset_key(model: str, step: Step) -> dg.AssetKey:
    """Return the key of one of a model's assets."""
    return dg.AssetKey(scores_key(model) if step is Step.SCORES else (ML_KEY_PREFIX, f"{model}_{step}"))
