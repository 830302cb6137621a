"""``make run`` on a new home, and again on unchanged files: time, memory, and the floor of the second.

Belongs here: whole commands and what their parts cost. Does not belong here: parts measured by themselves
(``load``, ``dbt_models``, ``orchestration``).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.pipeline.features import feature_models
from benchmarks.pipeline.goals import (
    MARTS_SECONDS,
    UNCHANGED_RUN_SECONDS,
    WHOLE_RUN_MEMORY,
    Figure,
)
from benchmarks.pipeline.homes import Home
from benchmarks.pipeline.processes import Usage, run_module

PART = "whole run"
_COMMAND = "ecom_assets.commands.run"
_PARTS_COMMAND = "benchmarks.pipeline.unchanged_run"
_NOTHING_TO_DO = "nothing to do"


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What was measured on one home.

    Attributes
    ----------
    first
        The run from raw files to features.
    marts_seconds
        Seconds from its start until the last mart was built and tested; some features were built meanwhile.
    unchanged
        Runs after it, on the same files.
    parts
        Seconds of each part of an unchanged run, by name, measured apart.
    """

    first: Usage
    marts_seconds: float
    unchanged: tuple[Usage, ...]
    parts: Mapping[str, float]


def measure_whole_run(raw_dir: Path, folder: Path, repetitions: int) -> WholeRun:
    """Run the command on a new home, then again and again.

    Raises
    ------
    RuntimeError
        If a run fails, or one on unchanged files finds something to do.
    """
    home = Home(folder / "whole_run", raw_dir)
    log = folder / "run.log"
    started = datetime.now(UTC)
    first = run_module(_COMMAND, [], home.environment(), log)
    marts = (marts_finished_at(*_artifacts(home.settings.dbt_target_dir)) - started).total_seconds()
    unchanged = []
    for _ in range(repetitions):
        again = run_module(_COMMAND, [], home.environment(), log)
        if _NOTHING_TO_DO not in again.output:
            raise RuntimeError(f"a run on unchanged files did something:\n{again.output}")
        unchanged.append(again)
    told = run_module(_PARTS_COMMAND, [], home.environment(), log).output
    parts: dict[str, float] = json.loads(told.splitlines()[-1])
    return WholeRun(first, marts, tuple(unchanged), parts)


def marts_finished_at(manifest: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> datetime:
    """Return when the last model or test that is no part of the features was done.

    Parameters
    ----------
    manifest
        dbt's manifest.
    results
        The results of a dbt build.
    """
    ids = {node["name"]: name for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    behind = {ids[name] for name in feature_models(manifest)}
    ends = [
        phase["completed_at"]
        for result in results
        if not behind & {result["unique_id"], *_parents(manifest["nodes"][result["unique_id"]])}
        for phase in result["timing"]
    ]
    return max(datetime.fromisoformat(end) for end in ends)


def _parents(node: Mapping[str, Any]) -> Sequence[str]:
    """Return what a node reads; a seed reads nothing, and says so by leaving it out."""
    parents: Sequence[str] = node["depends_on"].get("nodes", [])
    return parents


def _artifacts(target_dir: Path) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """Return the manifest and the results of the one build that a new home has seen."""
    [results] = [path for path in target_dir.glob("dbt_models-*/run_results.json")]
    return json.loads((target_dir / "manifest.json").read_bytes()), json.loads(results.read_bytes())["results"]


def whole_run_figures(measured: WholeRun) -> list[Figure]:
    """Return the figures that are told."""
    first, again = measured.first, measured.unchanged
    processor = statistics.median(usage.processor_seconds for usage in again)
    return [
        Figure(
            PART,
            "raw files to marts, tests included",
            measured.marts_seconds,
            "s",
            MARTS_SECONDS,
            "part of the next; features are built meanwhile where a core is free",
        ),
        Figure(
            PART,
            "raw files to features, tests included",
            first.seconds,
            "s",
            None,
            f"a new home; {first.processor_seconds:.0f} s of processor time",
        ),
        Figure(
            PART,
            "memory of all its processes",
            first.peak_gib,
            "GiB",
            WHOLE_RUN_MEMORY,
            f"sum at one moment; the largest process {first.largest_gib:.2f} GiB",
        ),
        Figure(
            PART,
            "the same again, files unchanged",
            statistics.median(usage.seconds for usage in again),
            "s",
            UNCHANGED_RUN_SECONDS,
            f"{processor:.1f} s of processor time; parts below",
        ),
    ]


def part_rows(parts: Mapping[str, float]) -> Sequence[tuple[str, str]]:
    """Return the parts of an unchanged run as rows of a table, with their sum."""
    rows = [(name, f"{seconds:.2f}") for name, seconds in parts.items()]
    return [*rows, ("sum", f"{sum(parts.values()):.2f}")]
