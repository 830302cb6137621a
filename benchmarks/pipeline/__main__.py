"""Command line: ``python -m benchmarks.pipeline`` measures the way from raw files to features and writes the tables.

Belongs here: arguments, the order of parts, messages. Does not belong here: measuring.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pipeline import dbt_models, features, load, marts, orchestration, whole_run
from benchmarks.pipeline.goals import Verdict
from benchmarks.pipeline.homes import landed_tables
from benchmarks.pipeline.page import Measured, page
from benchmarks.report import Machine, write_result
from ecom_assets.environment import TELEMETRY_OFF
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample import write_sample

_NAME = "pipeline"
_PARTS = (load.PART, dbt_models.PART, features.PART, marts.PART, whole_run.PART, orchestration.PART)
_FULL_SCALE = 1.0
_SEED = 7


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--scale", type=float, default=_FULL_SCALE, help="size of the sample (default 1, as the data)")
    parser.add_argument(
        "--raw", type=Path, metavar="DIR", help="landing folder to measure on, in place of a new sample"
    )
    parser.add_argument("--repetitions", type=int, metavar="N", help="of short parts (default 2 at full size, else 3)")
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="parts to measure (default all)")
    parser.add_argument("--print-only", action="store_true", help="print the tables; leave the written results alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write them to the results; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    repetitions = options.repetitions or (2 if options.scale >= _FULL_SCALE else 3)
    if repetitions < 1:
        parser.error("every part has to be measured once at least")
    os.environ.update(TELEMETRY_OFF)
    with tempfile.TemporaryDirectory(prefix="bench_") as name:
        folder = Path(name)
        raw_dir = options.raw.resolve() if options.raw else _sample(folder / "raw", options.scale)
        measured = measure(raw_dir, folder, options.parts, repetitions)
    sample = f"the files of {options.raw.name}" if options.raw else f"sample of scale {options.scale:g}, seed {_SEED}"
    title = f"From raw files to features ({sample}; medians of {repetitions})"
    if options.print_only:
        _say(f"# {title}\n\n{page(measured)}\n\n{Machine.here()}.")
    else:
        _say(write_result(_NAME, title, Machine.here(), measured.records(), page(measured)))
    missed = [figure.name for figure in measured.figures() if figure.verdict is Verdict.MISSED]
    _say(f"goals missed: {'; '.join(missed) if missed else 'none'}")
    return 0


def measure(raw_dir: Path, folder: Path, parts: Sequence[str], repetitions: int) -> Measured:
    """Measure the wanted parts one after the other."""
    measured = Measured()
    tables = landed_tables(raw_dir)
    if whole_run.PART in parts:
        with _part(whole_run.PART, measured):
            measured.whole_run = whole_run.measure_whole_run(raw_dir, folder, repetitions + 1)
    if load.PART in parts:
        with _part(load.PART, measured):
            measured.load = load.measure_load(tables, folder / "load", repetitions)
    if {dbt_models.PART, features.PART, marts.PART} & set(parts):
        with _part("loaded warehouse and compiled models", measured):
            warehouse = dbt_models.loaded_warehouse(tables, raw_dir, folder)
            manifest = dbt_models.compiled_manifest(warehouse, raw_dir, folder)
        if dbt_models.PART in parts:
            with _part(dbt_models.PART, measured):
                measured.dbt = dbt_models.measure_dbt(warehouse, manifest, raw_dir, folder, repetitions)
        if features.PART in parts:
            with _part(features.PART, measured):
                measured.features = features.measure_features(warehouse, manifest, raw_dir, folder)
        if marts.PART in parts:
            with _part(marts.PART, measured):
                measured.marts = marts.measure_marts(warehouse, manifest, raw_dir, folder)
    if orchestration.PART in parts:
        with _part(orchestration.PART, measured):
            measured.orchestration = orchestration.measure_orchestration(folder, repetitions + 1)
    return measured


@contextmanager
def _part(name: str, measured: Measured) -> Iterator[None]:
    """Say what is measured and how long that took, and note how busy the machine was before."""
    measured.busy[name] = os.getloadavg()[0]
    _say(f"{name} (load average {measured.busy[name]:.1f}) ...")
    started = time.monotonic()
    yield
    _say(f"{name}: done in {time.monotonic() - started:.0f} s")


def _sample(folder: Path, scale: float) -> Path:
    _say(f"writing a sample of scale {scale:g} ...")
    write_sample(folder, scale=scale, seed=_SEED, sources=tuple(SOURCES))
    return folder


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
