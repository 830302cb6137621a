"""dbt's source YAML of the tables of scores, written from their declaration so that the two cannot disagree.

Belongs here: the mapping from a declared table to dbt's source properties. Does not belong here: the declarations
(``ml_assets.predictions``), tests of the views that read them (``dbt_project/models/serving``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ml_assets.contract import PREDICTIONS_SCHEMA
from ml_assets.predictions import DECLARED_TABLES, PredictionTable

_HEADER = "# Written by `make sources` from ml_assets/predictions.py; edit there, not here.\n"


def prediction_properties() -> dict[str, Any]:
    """Return dbt's properties of the tables of scores; each is the asset of the scores that fill it."""
    return {
        "version": 2,
        "sources": [
            {
                "name": PREDICTIONS_SCHEMA,
                "schema": PREDICTIONS_SCHEMA,
                "description": "Scores of the models that serve; written by Python, not by dbt.",
                "tables": [_table_properties(table) for table in DECLARED_TABLES.values()],
            }
        ],
    }


def render_predictions_yaml() -> str:
    """Return the text of the YAML file."""
    return _HEADER + yaml.safe_dump(prediction_properties(), sort_keys=False, allow_unicode=True, width=110)


def predictions_yaml_path(project_dir: Path) -> Path:
    """Return where the YAML file lies in the dbt project."""
    return project_dir / "models" / "serving" / "_predictions__sources.yml"


def _table_properties(table: PredictionTable) -> dict[str, Any]:
    return {
        "name": table.name.name,
        "description": table.title,
        "config": {
            "enabled": f"{{{{ '{table.source}' in env_var('ECOM_SOURCES', 'olist,retailrocket') }}}}",
            "meta": {"dagster": {"asset_key": list(table.asset_key)}},
        },
        "columns": [
            {"name": column.name, "description": column.description, "data_type": column.type.value}
            for column in table.columns
        ],
    }
