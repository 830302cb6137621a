"""Names of the assets that models are made by.

Belongs here: constants, and keys made from the name of a model. Does not belong here: names of tables (``contract``).
"""

from __future__ import annotations

from enum import StrEnum

import dagster as dg

from ml_assets.contract import ML_KEY_PREFIX, scores_key

MACHINE_LEARNING = "team:machine-learning"


class Step(StrEnum):
    """The assets of a model, in the order in which one is made from the other."""

    TRAINING_SET = "training_set"
    MODEL = "model"
    EVALUATION = "evaluation"
    PROMOTION = "promotion"
    SCORES = "scores"


def model_asset_key(model: str, step: Step) -> dg.AssetKey:
    """Return the key of one of a model's assets."""
    return dg.AssetKey(scores_key(model) if step is Step.SCORES else (ML_KEY_PREFIX, f"{model}_{step}"))
