"""Command line: ``python -m benchmarks.model_quality --home DIR`` measures a home's questions and writes the report.

Belongs here: arguments, the order of studies, messages. Does not belong here: figures, tables.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.asked import QUESTIONS, asked, built
from benchmarks.model_quality.activity import by_activity, is_about_activity
from benchmarks.model_quality.changes import ablation, learning_curve, spread
from benchmarks.model_quality.course import course
from benchmarks.model_quality.ladder import ladder
from benchmarks.model_quality.orders import is_about_orders, ways_to_count
from benchmarks.model_quality.page import Measured, page, records
from benchmarks.model_quality.study import Settings, Study
from benchmarks.report import Machine, print_or_write, write_result
from ecom_assets.environment import load_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.question import Question
from ml_assets.config import EvaluationConfig, SplitConfig, TrainingConfig
from ml_assets.warehouse import Warehouse

_NAME = "model_quality"


def measured(warehouse: Warehouse, question: Question, settings: Settings) -> Measured:
    """Make all studies of a question."""
    started = time.monotonic()
    study = Study.of(asked(warehouse, question), settings)
    found = Measured(
        question=question,
        folds=study.parts.statistics,
        course=course(study),
        ladder=ladder(study),
        learning_curve=learning_curve(study.latest),
        ablation=ablation(study.latest),
        spread=spread(study.latest, study.training.chosen),
        ways_to_count=ways_to_count(study) if is_about_orders(study) else [],
        by_activity=by_activity(study) if is_about_activity(study) else [],
    )
    sys.stdout.write(f"{question.name}: {time.monotonic() - started:.0f} s\n")
    sys.stdout.flush()
    return found


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_quality", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--home", type=Path, metavar="DIR", help="home whose warehouse holds the feature tables")
    source.add_argument("--raw", type=Path, metavar="DIR", help="landing folder; the feature tables are built from it")
    parser.add_argument(
        "--question",
        action="append",
        choices=[each.name for each in QUESTIONS],
        help="question to measure; repeat for several, in this order (default all)",
    )
    parser.add_argument("--periods", type=int, default=EvaluationConfig().rolling_periods, help="of the rolling origin")
    parser.add_argument(
        "--studied-periods", type=int, default=4, metavar="N", help="of these, under changed conditions (default 4)"
    )
    parser.add_argument("--resamples", type=int, default=200, help="behind each interval (default 200)")
    parser.add_argument("--threads", type=int, default=2, help="of the trees (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the report; leave the written one alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the report and write it."""
    options = argument_parser().parse_args(arguments)
    settings = Settings(
        split=SplitConfig(),
        training=TrainingConfig(threads=options.threads),
        evaluation=EvaluationConfig(rolling_periods=options.periods, resamples=options.resamples),
        studied_periods=options.studied_periods,
    )
    by_name = {each.name: each for each in QUESTIONS}
    wanted = [by_name[name] for name in options.question or by_name]
    title = f"Quality of the models (rolling origin of {options.periods} periods, {options.resamples} resamples)"
    with TemporaryDirectory(prefix=f"{_NAME}_") as name:
        if options.home is not None:
            path = load_settings({"ECOM_HOME": str(options.home.resolve())}).duckdb_path
            warehouse = DuckDBWarehouse(path=str(path))
        else:
            warehouse = built(options.raw.resolve(), Path(name), tuple(SOURCES))
        found: list[Measured] = []
        for question in wanted:
            found.append(measured(warehouse, question, settings))
            if not options.print_only:
                # After each, so that a run that is stopped leaves what it has found.
                write_result(_NAME, title, Machine.here(), records(found), page(found))
    print_or_write(_NAME, title, Machine.here(), records(found), page(found), print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
