"""Jobs: named selections of the graph.

Belongs here: selections. Does not belong here: when they run (``schedules``, ``sensors``).
"""

from __future__ import annotations

import dagster as dg

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG
from ecom_assets.ingestion.schema import Source
from ecom_assets.keys import (
    DBT_LAYERS,
    REFRESH_ALL,
    REFRESH_AND_SCORE,
    REFRESH_WAREHOUSE,
    TRAIN_MODELS,
    WATCH_MODELS,
)
from ml_assets.contract import ML_KEY_PREFIX
from ml_assets.definitions import families_of
from ml_assets.keys import HISTORY, MONITORING, Step, model_asset_key

# What a new version takes; scores are made by the one that serves.
_TRAINING = (Step.TRAINING_SET, Step.MODEL, Step.EVALUATION, Step.PROMOTION)


def build_jobs(sources: list[Source]) -> list[dg.UnresolvedAssetJobDefinition]:
    """Return the jobs over the sources in use, with all checks of what they materialise."""
    raw_and_dbt = dg.AssetSelection.key_prefixes(*[source.schema for source in sources], *DBT_LAYERS)
    after_predictions = dg.AssetSelection.tag(AFTER_PREDICTIONS_TAG, "")
    # Windows of the past are partitions, and no part of what is refreshed.
    present = dg.AssetSelection.all() - dg.AssetSelection.groups(HISTORY)
    monitoring = dg.AssetSelection.groups(MONITORING)
    return [
        dg.define_asset_job(
            REFRESH_WAREHOUSE,
            selection=raw_and_dbt - after_predictions,
            description="Raw files to tested marts and features.",
        ),
        dg.define_asset_job(
            REFRESH_AND_SCORE,
            selection=present - monitoring - dg.AssetSelection.assets(*training_assets(sources)),
            description="Raw files to the scores of the versions that serve, and on to what is built on them.",
        ),
        dg.define_asset_job(
            WATCH_MODELS,
            selection=monitoring,
            description="Drift, realised performance, and whether a model is to be trained again.",
        ),
        dg.define_asset_job(
            TRAIN_MODELS,
            selection=dg.AssetSelection.key_prefixes(ML_KEY_PREFIX) - dg.AssetSelection.groups(HISTORY),
            description="Training sets to scores, on the features as they stand.",
        ),
        dg.define_asset_job(
            REFRESH_ALL,
            selection=present,
            description="The whole graph, from raw files to the last asset.",
        ),
    ]


def training_assets(sources: list[Source]) -> frozenset[dg.AssetKey]:
    """Return the assets by which versions of models come about."""
    families = families_of([source.name for source in sources])
    steps = {model_asset_key(family.name, step) for family in families for step in _TRAINING}
    return frozenset(steps.union(*(family.beside for family in families)))
