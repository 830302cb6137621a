"""Command line: ``python -m benchmarks.postgres`` measures on the server that the variables of libpq name.

Belongs here: arguments, the order of parts, messages. Does not belong here: measuring.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.pipeline.dbt_models import loaded_warehouse
from benchmarks.pipeline.goals import FIGURE_HEADER
from benchmarks.pipeline.homes import Home, landed_tables
from benchmarks.postgres.build import BUILD_HEADER, build_figures, build_rows, measure_build
from benchmarks.postgres.load import LOAD_HEADER, load_figures, load_rows, measure_load
from benchmarks.postgres.scratch import ServedHome, scratch_database, server_version
from benchmarks.report import Machine, markdown_table, write_result
from ecom_assets.environment import TELEMETRY_OFF, SettingsError, require_postgres_variables
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import write_sample

_NAME = "postgres"
_SEED = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write them to the results; a missed goal is told, and is no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postgres", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the sample (default 1, as the data)")
    parser.add_argument("--repetitions", type=int, default=2, metavar="N", help="of the loads (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the tables; leave the written results alone")
    options = parser.parse_args(arguments)
    try:
        require_postgres_variables(os.environ, needed_by="python -m benchmarks.postgres")
    except SettingsError as error:
        parser.error(str(error))
    os.environ.update(TELEMETRY_OFF)
    with tempfile.TemporaryDirectory(prefix="bench_") as name, scratch_database(f"bench_{os.getpid()}") as database:
        text, figures = _measured(Path(name), database, options.scale, options.repetitions)
    title = (
        f"On Postgres {server_version()} (sample of scale {options.scale:g}, seed {_SEED}; "
        f"medians of {options.repetitions} loads, one build)"
    )
    if options.print_only:
        sys.stdout.write(f"# {title}\n\n{text}\n\n{Machine.here()}.\n")
    else:
        sys.stdout.write(write_result(_NAME, title, Machine.here(), figures, text))
    return 0


def _measured(folder: Path, database: str, scale: float, repetitions: int) -> tuple[str, list[dict[str, object]]]:
    raw_dir = folder / "raw"
    write_sample(raw_dir, scale=scale, seed=_SEED, sources=tuple(SOURCES))
    tables = landed_tables(raw_dir)
    served = ServedHome(folder / "served", raw_dir, database)
    loads = measure_load(tables, served, repetitions)
    builds = [measure_build("Postgres", served, folder)]
    embedded = Home(folder / "embedded", raw_dir).with_warehouse(loaded_warehouse(tables, raw_dir, folder))
    builds.append(measure_build("DuckDB", embedded, folder))
    figures = [*load_figures(loads), *build_figures(*builds)]
    parts = [
        markdown_table(FIGURE_HEADER, [figure.as_row() for figure in figures]),
        "## Loading",
        markdown_table(LOAD_HEADER, load_rows(loads)),
        "## Building",
        markdown_table(BUILD_HEADER, build_rows(builds)),
    ]
    return "\n\n".join(parts), [figure.as_record() for figure in figures]


if __name__ == "__main__":
    sys.exit(main())
