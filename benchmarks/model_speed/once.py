"""One way once, in a process of its own whose memory is measured: ``python -m benchmarks.model_speed.once``.

Belongs here: arguments, one call. Does not belong here: clocks, memory.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.asked import QUESTIONS, asked
from benchmarks.model_speed.ways import BareJob, Job, Way, bare, ours
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.config import TrainingConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a question's rows, and go one way with them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_speed.once", description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--question", choices=[each.name for each in QUESTIONS], required=True)
    parser.add_argument("--way", type=Way, choices=list(Way), required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args(arguments)
    [question] = [each for each in QUESTIONS if each.name == options.question]
    job = Job.of(asked(DuckDBWarehouse(path=str(options.warehouse)), question), TrainingConfig(threads=options.threads))
    if options.way is Way.BARE:
        bare(BareJob.of(job))
    elif options.way is Way.OURS:
        ours(job)
    return 0


if __name__ == "__main__":
    sys.exit(main())
