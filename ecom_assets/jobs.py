"""Jobs: named selections of the graph.

Belongs here: selections. Does not belong here: when they run (``schedules``, ``sensors``).
"""

from __future__ import annotations

import dagster as dg

from ecom_assets.dbt.cli_args import AFTER_PREDICTIONS_TAG
from ecom_assets.ingestion.schema import Source
from ecom_assets.keys import DBT_LAYERS, REFRESH_ALL, REFRESH_WAREHOUSE, TRAIN_MODELS
from ml_assets.contract import ML_KEY_PREFIX
from ml_assets.monitoring.assets import HISTORY_GROUP


def build_jobs(sources: list[Source]) -> list[dg.UnresolvedAssetJobDefinition]:
    """Return the jobs over the sources in use, with all checks of what they materialise."""
    raw_and_dbt = dg.AssetSelection.key_prefixes(*[source.schema for source in sources], *DBT_LAYERS)
    after_predictions = dg.AssetSelection.tag(AFTER_PREDICTIONS_TAG, "")
    # Has a partition a window, which no job over assets without partitions can hold.
    past = dg.AssetSelection.groups(HISTORY_GROUP)
    return [
        dg.define_asset_job(
            REFRESH_WAREHOUSE,
            selection=raw_and_dbt - after_predictions,
            description="Raw files to tested marts and features.",
        ),
        dg.define_asset_job(
            TRAIN_MODELS,
            selection=dg.AssetSelection.key_prefixes(ML_KEY_PREFIX) - past,
            description="Training sets to scores, on the features as they stand.",
        ),
        dg.define_asset_job(
            REFRESH_ALL,
            selection=dg.AssetSelection.all() - past,
            description="The whole graph, from raw files to the last asset.",
        ),
    ]
