"""Names of schemas and tables that models and platform share; ``ecom_assets`` takes them from here.

Belongs here: names that would otherwise be written on both sides, and how they are formed. Does not belong here: names
that only one side uses, behaviour of any other kind.
"""

from __future__ import annotations

from dataclasses import dataclass

OPS_SCHEMA = "ops"
STAGING_SCHEMA = "staging"
INTERMEDIATE_SCHEMA = "intermediate"
MARTS_SCHEMA = "marts"
FEATURES_SCHEMA = "features"
PREDICTIONS_SCHEMA = "predictions"

# First part of the asset keys of models; what is a table of the warehouse has its schema there.
ML_KEY_PREFIX = "ml"


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table of the warehouse, the same on every engine."""

    schema: str
    name: str

    def __str__(self) -> str:
        """Return ``schema.name``, as it stands in SQL."""
        return f"{self.schema}.{self.name}"


# Until when each source's events are complete, by kind of event.
OBSERVATION_WINDOWS = TableName(INTERMEDIATE_SCHEMA, "int_observation_windows")

# Resources that both sides name: the warehouse, the registry of models, the files between their steps.
WAREHOUSE_RESOURCE = "warehouse"
REGISTRY_RESOURCE = "registry"
FILES_RESOURCE = "model_files"

# What each model was claimed to reach, what the rule and the baselines reach, and what it reached.
SCOREBOARD = TableName(OPS_SCHEMA, "scoreboard")
# Every decision on which version of a model serves.
PROMOTIONS = TableName(OPS_SCHEMA, "promotions")
# Every decision on whether a model is trained again.
RETRAINING_DECISIONS = TableName(OPS_SCHEMA, "retraining_decisions")


def scores_key(model_name: str) -> tuple[str, str]:
    """Return the parts of the key of the asset that fills a model's table of predictions."""
    return ML_KEY_PREFIX, f"{model_name}_scores"
