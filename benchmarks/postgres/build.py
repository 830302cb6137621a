"""Building every model on a server against DuckDB, from the same raw tables.

Belongs here: running dbt on either engine and reading what it says of each layer. Does not belong here: loading.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipeline.goals import Figure
from benchmarks.pipeline.homes import Home
from benchmarks.pipeline.processes import run_module
from ecom_assets.keys import DBT_LAYERS

PART = "build"
_COMMAND = "ecom_assets.commands.dbt"


@dataclass(frozen=True, slots=True)
class BuildTimes:
    """One ``dbt build`` of all models, without tests, on an engine.

    Attributes
    ----------
    engine
        Name of the engine.
    seconds
        Wall time of the command.
    by_layer
        Seconds of the layer's models, added up; models that are built side by side both count.
    """

    engine: str
    seconds: float
    by_layer: dict[str, float]


def measure_build(engine: str, home: Home, folder: Path) -> BuildTimes:
    """Build seeds and models in a home whose raw tables are loaded.

    Raises
    ------
    RuntimeError
        If dbt fails.
    """
    run_module(_COMMAND, ["seed"], home.environment(), folder / f"{engine}_seed.log")
    used = run_module(_COMMAND, ["run"], home.environment(), folder / f"{engine}_run.log")
    results = json.loads((home.settings.dbt_shell_target_dir / "run_results.json").read_bytes())
    by_layer: dict[str, float] = defaultdict(float)
    for result in results["results"]:
        layer = next(layer for layer in DBT_LAYERS if f"{layer}." in result["relation_name"].replace('"', ""))
        by_layer[layer] += result["execution_time"]
    return BuildTimes(engine, used.seconds, dict(by_layer))


def build_figures(served: BuildTimes, embedded: BuildTimes) -> list[Figure]:
    """Return how the engines compare."""
    return [
        Figure(
            PART,
            "dbt run of all models on Postgres",
            served.seconds,
            "s",
            None,
            f"DuckDB: {embedded.seconds:.1f} s",
        ),
        Figure(
            PART,
            "the marts alone on Postgres, added up",
            served.by_layer["marts"],
            "s",
            None,
            f"DuckDB: {embedded.by_layer['marts']:.1f} s",
        ),
    ]


def build_rows(times: list[BuildTimes]) -> list[tuple[str, ...]]:
    """Return a line an engine: wall time, and the seconds of each layer."""
    return [
        (each.engine, f"{each.seconds:.1f}", *(f"{each.by_layer.get(layer, 0.0):.1f}" for layer in DBT_LAYERS))
        for each in times
    ]


BUILD_HEADER = ("engine", "dbt run, s", *(f"{layer}, s" for layer in DBT_LAYERS))
