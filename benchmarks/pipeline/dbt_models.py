"""``dbt run`` against the same models' compiled SQL in one DuckDB process.

Belongs here: the two ways of building the models and their times. Does not belong here: the compiled SQL itself
(``compiled_models``), tests of data.

Both start from equal copies of a warehouse with the raw tables, so that incremental models are built whole.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.pipeline.compiled_models import CompiledModel, build, compiled_models, row_counts
from benchmarks.pipeline.goals import DBT_RATIO, Figure, net_of_start, ratio
from benchmarks.pipeline.homes import Home, LandedTable
from benchmarks.pipeline.processes import run_module
from ecom_assets.ingestion.loader import load_table
from ecom_assets.warehouse.duckdb import DuckDBWarehouse

PART = "dbt"
_COMMAND = "ecom_assets.commands.dbt"
# One view over the smallest table of either source: what is left is dbt's start and end.
_TRIVIAL_VIEW = {"olist": "stg_olist__sellers", "retailrocket": "stg_retailrocket__categories"}


@dataclass(frozen=True, slots=True)
class DbtTimes:
    """Times of the two ways, one of each a repetition.

    Attributes
    ----------
    model_count
        How many models are built.
    run
        Seconds of the whole ``dbt run``.
    start
        Seconds of ``dbt run`` on one trivial view.
    plain
        Seconds of the compiled SQL.
    by_model
        Seconds of each model as dbt reports them, of the last repetition.
    """

    model_count: int
    run: tuple[float, ...]
    start: tuple[float, ...]
    plain: tuple[float, ...]
    by_model: Mapping[str, float]

    @property
    def start_seconds(self) -> float:
        """The fixed start."""
        return statistics.median(self.start)

    @property
    def net(self) -> list[float]:
        """Seconds of each ``dbt run`` beyond the fixed start."""
        return [net_of_start(seconds, self.start_seconds) for seconds in self.run]


def loaded_warehouse(tables: Sequence[LandedTable], raw_dir: Path, folder: Path) -> Path:
    """Load all raw tables, and dbt's own small ones, into a new warehouse and return its file."""
    home = Home(folder / "loaded", raw_dir)
    home.path.mkdir(parents=True)
    path = home.settings.duckdb_path
    for table in tables:
        with DuckDBWarehouse(path=str(path)).connect() as connection:
            load_table(connection, table.request(home.settings))
    run_module(_COMMAND, ["seed"], home.environment(), folder / "dbt_seed.log")
    return path


def compiled_manifest(warehouse: Path, raw_dir: Path, folder: Path) -> Mapping[str, Any]:
    """Run ``dbt compile`` on a copy of the warehouse and return the manifest."""
    home = Home(folder / "compiled", raw_dir).with_warehouse(warehouse)
    run_module(_COMMAND, ["compile", "--full-refresh", "--quiet"], home.environment(), folder / "dbt_compile.log")
    manifest: Mapping[str, Any] = json.loads((home.settings.dbt_shell_target_dir / "manifest.json").read_bytes())
    shutil.rmtree(home.path)
    return manifest


def measure_dbt(
    warehouse: Path, manifest: Mapping[str, Any], raw_dir: Path, folder: Path, repetitions: int
) -> DbtTimes:
    """Build the models both ways, in alternating order.

    Raises
    ------
    RuntimeError
        If dbt fails, or the two ways give tables of different sizes.
    """
    models = compiled_models(manifest)
    runs, starts, plains = [], [], []
    by_model: dict[str, float] = {}
    for repetition in range(repetitions):
        home = Home(folder / f"dbt_{repetition}", raw_dir).with_warehouse(warehouse)
        # Compiled SQL names the database, which is called like its file.
        copy = Home(folder / f"plain_{repetition}", raw_dir).with_warehouse(warehouse)
        for way in sorted(("dbt", "plain"), reverse=bool(repetition % 2)):
            if way == "plain":
                plains.append(_build_plainly(copy.settings.duckdb_path, models))
                continue
            start, run = _run_dbt(home, folder)
            starts.append(start)
            runs.append(run)
        by_model = _reported_times(home.settings.dbt_shell_target_dir)
        refuse_different_sizes(_counted(home.settings.duckdb_path, models), _counted(copy.settings.duckdb_path, models))
        shutil.rmtree(home.path)
        shutil.rmtree(copy.path)
    return DbtTimes(len(models), tuple(runs), tuple(starts), tuple(plains), by_model)


def dbt_figures(times: DbtTimes) -> list[Figure]:
    """Return the figures that are told."""
    return [
        Figure(
            PART,
            f"dbt run of {times.model_count} models beyond its start",
            ratio(times.net, times.plain),
            "x",
            DBT_RATIO,
            f"their compiled SQL in one process: {statistics.median(times.plain):.1f} s "
            f"(dbt {statistics.median(times.run):.1f} s with its start)",
        ),
        Figure(PART, "fixed start of dbt", times.start_seconds, "s", None, "dbt run of one view over a small table"),
    ]


def refuse_different_sizes(dbt: Mapping[str, int], plain: Mapping[str, int]) -> None:
    """Raise if the two ways did not build tables with the same numbers of rows.

    Raises
    ------
    RuntimeError
        Naming the tables and both numbers.
    """
    different = [
        f"{name}: {dbt[name]} by dbt, {plain.get(name)} without" for name in dbt if dbt[name] != plain.get(name)
    ]
    if different or dbt.keys() != plain.keys():
        raise RuntimeError("dbt and its compiled SQL give different tables: " + "; ".join(different))


def _run_dbt(home: Home, folder: Path) -> tuple[float, float]:
    """Return the seconds of the fixed start and of the whole run, in this order on one home.

    The start comes first: it parses the project, and the run finds that done, as on every day but the first.
    """
    view = next(_TRIVIAL_VIEW[name] for name in home.settings.sources)
    log = folder / "dbt_run.log"
    run_module(_COMMAND, ["parse", "--quiet"], home.environment(), log)
    start = run_module(_COMMAND, ["run", "--select", view], home.environment(), log)
    run = run_module(_COMMAND, ["run", "--full-refresh"], home.environment(), log)
    return start.seconds, run.seconds


def _build_plainly(path: Path, models: Sequence[CompiledModel]) -> float:
    started = time.monotonic()
    with duckdb.connect(str(path)) as connection:
        build(connection, models)
    return time.monotonic() - started


def _counted(path: Path, models: Sequence[CompiledModel]) -> dict[str, int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return row_counts(connection, models)


def _reported_times(target_dir: Path) -> dict[str, float]:
    results = json.loads((target_dir / "run_results.json").read_bytes())["results"]
    seconds = {result["unique_id"].rsplit(".", 1)[-1]: result["execution_time"] for result in results}
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))
