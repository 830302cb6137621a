"""The feature tables with everything that only they need, built by dbt on finished marts.

Belongs here: which models these are, their time and memory. Does not belong here: the way from raw files to marts
(``whole_run``, ``dbt_models``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.pipeline.goals import FEATURES_MEMORY, FEATURES_SECONDS, Figure
from benchmarks.pipeline.homes import Home
from benchmarks.pipeline.processes import Usage, run_module
from ml_assets.contract import FEATURES_SCHEMA, MARTS_SCHEMA, STAGING_SCHEMA

PART = "features"
_COMMAND = "ecom_assets.commands.dbt"


@dataclass(frozen=True, slots=True)
class FeatureTimes:
    """What building the feature tables took.

    Attributes
    ----------
    usage
        Of the one ``dbt run``, its start included.
    rows
        Rows of each feature table.
    by_model
        Seconds of each model as dbt reports them, the slowest first.
    """

    usage: Usage
    rows: Mapping[str, int]
    by_model: Mapping[str, float]


def feature_models(manifest: Mapping[str, Any]) -> list[str]:
    """Return the names of the feature tables and of the models that no mart needs, sorted."""
    models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    marts = [name for name, node in models.items() if node["schema"] == MARTS_SCHEMA]
    before = {*marts, *_upstream(models, marts)}
    return sorted(
        node["name"] for name, node in models.items() if name not in before and node["schema"] != STAGING_SCHEMA
    )


def measure_features(warehouse: Path, manifest: Mapping[str, Any], raw_dir: Path, folder: Path) -> FeatureTimes:
    """Build the marts on a copy of the warehouse, and then, measured, what is behind them.

    Raises
    ------
    RuntimeError
        If dbt fails.
    """
    home = Home(folder / "features", raw_dir).with_warehouse(warehouse)
    names = feature_models(manifest)
    log = folder / "dbt_features.log"
    run_module(_COMMAND, ["run", "--full-refresh", "--exclude", *names], home.environment(), log)
    usage = run_module(_COMMAND, ["run", "--select", *names], home.environment(), log)
    results = json.loads((home.settings.dbt_shell_target_dir / "run_results.json").read_bytes())["results"]
    seconds = {result["unique_id"].rsplit(".", 1)[-1]: result["execution_time"] for result in results}
    rows = _feature_rows(home.settings.duckdb_path, manifest)
    shutil.rmtree(home.path)
    return FeatureTimes(usage, rows, dict(sorted(seconds.items(), key=lambda item: -item[1])))


def feature_figures(times: FeatureTimes) -> list[Figure]:
    """Return the figures that are told."""
    total = sum(times.rows.values())
    return [
        Figure(
            PART,
            "all feature tables, on finished marts",
            times.usage.seconds,
            "s",
            FEATURES_SECONDS,
            f"{len(times.rows)} tables of {total:,} rows, and what only they need; dbt's start included",
        ),
        Figure(
            PART,
            "memory of all its processes",
            times.usage.peak_gib,
            "GiB",
            FEATURES_MEMORY,
            f"sum at one moment; the largest process {times.usage.largest_gib:.2f} GiB",
        ),
    ]


def _upstream(models: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    pending, seen = list(names), set(names)
    while pending:
        for parent in models[pending.pop()]["depends_on"]["nodes"]:
            if parent in models and parent not in seen:
                seen.add(parent)
                pending.append(parent)
                yield parent


def _feature_rows(path: Path, manifest: Mapping[str, Any]) -> dict[str, int]:
    tables = sorted(node["alias"] for node in manifest["nodes"].values() if node["schema"] == FEATURES_SCHEMA)
    with duckdb.connect(str(path), read_only=True) as connection:
        counts = {
            name: connection.execute(f"select count(*) from {FEATURES_SCHEMA}.{name}").fetchall() for name in tables
        }
    return {name: int(count) for name, [(count,)] in counts.items()}
