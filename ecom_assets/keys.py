"""Names that more than one module of the platform uses: tables of ``ops``, layers, owners, resources, jobs.

Belongs here: constants. Does not belong here: names of one module only, anything computed.
"""

from __future__ import annotations

from ml_assets.contract import FEATURES_SCHEMA, INTERMEDIATE_SCHEMA, MARTS_SCHEMA, OPS_SCHEMA, STAGING_SCHEMA, TableName

LOADS = TableName(OPS_SCHEMA, "loads")
REJECTED_ROWS = TableName(OPS_SCHEMA, "rejected_rows")
MODEL_INPUTS = TableName(OPS_SCHEMA, "model_inputs")

# Layers between the raw schemas and the models, in the order in which data flows.
DBT_LAYERS = (STAGING_SCHEMA, INTERMEDIATE_SCHEMA, MARTS_SCHEMA, FEATURES_SCHEMA)

# Roles of a Postgres server: who loads raw files, who builds on them, who only reads what was built.
LOADER_ROLE = "ecom_loader"
TRANSFORMER_ROLE = "ecom_transformer"
READER_ROLE = "ecom_reader"

DATA_ENGINEERING = "team:data-engineering"

DBT_RESOURCE = "dbt"

# Under which Dagster shows how many rows a table has.
METADATA_ROWS = "dagster/row_count"

REFRESH_WAREHOUSE = "refresh_warehouse"
REFRESH_ALL = "refresh_all"
REFRESH_AND_SCORE = "refresh_and_score"
WATCH_MODELS = "watch_models"
TRAIN_MODELS = "train_models"
AUDIT_POINT_IN_TIME = "audit_point_in_time"
AUDIT_ENGINE_PARITY = "audit_engine_parity"
