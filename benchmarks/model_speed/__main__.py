"""Command line: ``python -m benchmarks.model_speed`` times both ways on every question and writes the table.

Belongs here: arguments, clocks, the table. Does not belong here: the ways.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.asked import QUESTIONS, asked, sample_warehouse
from benchmarks.model_speed.ways import BareJob, Job, Way, bare, ours
from benchmarks.pipeline.processes import run_module
from benchmarks.report import Machine, markdown_table, print_or_write
from ecom_assets.environment import load_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.question import Question
from ml_assets.classification.train import train
from ml_assets.config import TrainingConfig

_NAME = "model_speed"
_GOAL = 1.3
_SEED = 7
_HEADER = (
    "question",
    "rows",
    "of them trained on",
    "XGBoost alone, s",
    "the platform, s",
    "ratio",
    f"goal ≤ {_GOAL}",
    "all candidates, s",
    "the rows alone, GiB",
    "with XGBoost alone, GiB",
    "with the platform, GiB",
)
_NOTE = (
    "Both ways grow as many trees on the same rows: those of the search for the number of rounds, and those of the "
    "model that serves; both then score all rows. XGBoost alone starts from a finished matrix, the platform from the "
    "feature table's frame. Medians, both ways in turn. Memory is the largest resident of a process of its own that "
    "reads the rows and goes one way once; that of XGBoost alone includes making its matrix."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds and memory (GiB) of one question."""

    question: str
    rows: int
    trained_on: int
    bare_seconds: float
    our_seconds: float
    all_candidates_seconds: float
    read_gib: float
    bare_gib: float
    our_gib: float

    @property
    def ratio(self) -> float:
        """How many times as long the platform takes."""
        return self.our_seconds / self.bare_seconds


def measured(warehouse: DuckDBWarehouse, question: Question, config: TrainingConfig, repetitions: int) -> Measured:
    """Time both ways in turn, then look at the memory of each."""
    rows = asked(warehouse, question)
    job = Job.of(rows, config)
    matrices = BareJob.of(job)
    bare_seconds, our_seconds = [], []
    for _ in range(repetitions):
        bare_seconds.append(_seconds(lambda: bare(matrices)))
        our_seconds.append(_seconds(lambda: ours(job)))
    whole = _seconds(lambda: train(rows.panel, job.fold, question, config, job.split))
    memory = {way: _gib(warehouse, question, way, config.threads) for way in Way}
    return Measured(
        question=question.name,
        rows=len(rows.panel),
        trained_on=int(job.fold.known.sum()),
        bare_seconds=median(bare_seconds),
        our_seconds=median(our_seconds),
        all_candidates_seconds=whole,
        read_gib=memory[Way.READ],
        bare_gib=memory[Way.BARE],
        our_gib=memory[Way.OURS],
    )


def table(found: Sequence[Measured]) -> str:
    """Return the figures as a table with a note below."""
    lines = [
        (
            each.question,
            f"{each.rows:,}",
            f"{each.trained_on:,}",
            f"{each.bare_seconds:.2f}",
            f"{each.our_seconds:.2f}",
            f"{each.ratio:.2f}",
            "met" if each.ratio <= _GOAL else "missed",
            f"{each.all_candidates_seconds:.1f}",
            f"{each.read_gib:.2f}",
            f"{each.bare_gib:.2f}",
            f"{each.our_gib:.2f}",
        )
        for each in found
    ]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_speed", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the sample (default 1, as the original)")
    parser.add_argument("--home", type=Path, metavar="DIR", help="home with feature tables, in place of a new sample")
    parser.add_argument("--repetitions", type=int, default=3, metavar="N", help="of both ways (default 3)")
    parser.add_argument("--threads", type=int, default=2, help="of the trees (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the table; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.repetitions < 1:
        parser.error("both ways have to be gone once at least")
    config = TrainingConfig(threads=options.threads)
    with _warehouse(options.home, options.scale) as warehouse:
        found = [measured(warehouse, question, config, options.repetitions) for question in QUESTIONS]
    data = options.home.name if options.home else f"sample of scale {options.scale:g}, seed {_SEED}"
    title = f"Training and scoring beside XGBoost alone ({data}; {options.threads} threads)"
    figures = [asdict(each) | {"ratio": each.ratio} for each in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found), print_only=options.print_only)
    return 0


@contextmanager
def _warehouse(home: Path | None, scale: float) -> Iterator[DuckDBWarehouse]:
    """Give the warehouse of a home, or of a sample made for the purpose."""
    if home is not None:
        yield DuckDBWarehouse(path=str(load_settings({"ECOM_HOME": str(home.resolve())}).duckdb_path))
        return
    with sample_warehouse(scale, _SEED, tuple(SOURCES)) as (warehouse, _):
        yield warehouse


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def _gib(warehouse: DuckDBWarehouse, question: Question, way: Way, threads: int) -> float:
    """Return the largest resident memory of a process that goes one way once."""
    arguments = [f"--warehouse={warehouse.path}", f"--question={question.name}", f"--way={way}", f"--threads={threads}"]
    with TemporaryDirectory(prefix=f"{_NAME}_") as folder:
        log = Path(folder) / "printed.txt"
        return run_module("benchmarks.model_speed.once", arguments, os.environ, log).largest_gib


if __name__ == "__main__":
    sys.exit(main())
