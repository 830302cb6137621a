"""Command line: ``python -m benchmarks.planted_truth`` compares models with the oracle over seeds and writes the table.

Belongs here: arguments, samples one after the other, the table. Does not belong here: figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.asked import QUESTIONS, asked, sample_warehouse
from benchmarks.planted_truth.measure import (
    CONFIDENCE,
    LARGEST_GAP,
    Compared,
    Verdict,
    compared,
    mean_over_seeds,
    verdict_on,
)
from benchmarks.planted_truth.oracle import oracle_probability
from benchmarks.report import Machine, estimate_text, markdown_table, print_or_write
from ml_assets.config import SplitConfig, TrainingConfig
from ml_assets.definitions import questions_of

_NAME = "planted_truth"
_HEADER = ("question", "seeds", "rows", "rarer answer", "oracle AUC", "model AUC", "rule AUC", "gap", "verdict")
_OLIST, _RETAILROCKET = "olist", "retailrocket"
_NOTE = (
    f"Mean over seeds, gap with its {CONFIDENCE:.0%} interval (Student). Met: the interval stays below {LARGEST_GAP}. "
    "A gap whose interval lies below zero is a leak alarm: no model can know more than the oracle. Rows and rarer "
    "answers are those of one test window, on average. Each model is the one that validation chose."
)


def measured(scales: Mapping[str, float], seeds: Sequence[int], config: TrainingConfig) -> list[Compared]:
    """Return the comparison of every question of the sources on every seed."""
    split, found = SplitConfig(), []
    for seed in seeds:
        for source, scale in scales.items():
            started = time.monotonic()
            with sample_warehouse(scale, seed, (source,)) as (warehouse, raw_dir):
                built = time.monotonic()
                for question in questions_of((source,)):
                    rows = asked(warehouse, question)
                    oracle = oracle_probability(raw_dir, question, rows.panel)
                    found.append(compared(rows, oracle, seed, config, split))
            ended = time.monotonic()
            sys.stdout.write(
                f"seed {seed}, {source}: sample and features {built - started:.0f} s, models {ended - built:.0f} s\n"
            )
            sys.stdout.flush()
    return found


def line(rows: Sequence[Compared]) -> tuple[str, ...]:
    """Return the cells of one question over all seeds."""
    gap = mean_over_seeds([row.gap for row in rows])
    means = [mean_over_seeds([getattr(row, name) for row in rows]) for name in ("oracle", "model", "rule")]
    count = len(rows)
    return (
        rows[0].question,
        str(count),
        f"{sum(row.rows for row in rows) // count:,}",
        f"{sum(row.rarer for row in rows) // count:,}",
        *(estimate_text(mean, interval=False) for mean in means),
        estimate_text(gap),
        verdict_on(gap),
    )


def table(found: Sequence[Compared]) -> str:
    """Return the comparisons as a table with notes below."""
    of_question = [[row for row in found if row.question == question.name] for question in QUESTIONS]
    lines = [line(rows) for rows in of_question if rows]
    chosen = [
        f"{rows[0].question}: {', '.join(f'{name} {count}' for name, count in Counter(r.chosen for r in rows).items())}"
        for rows in of_question
        if rows
    ]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE}\n\nChosen: {'; '.join(chosen)}."


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted_truth", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="samples of the seeds 1 to N (default 10)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the marketplace (default 1, as the original)")
    parser.add_argument("--clicks-scale", type=float, default=0.1, help="size of the click stream (default 0.1)")
    parser.add_argument("--threads", type=int, default=2, help="of the trees (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print and write the table; fail if a model is suspected of a leak."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error("there is nothing to compare without a seed")
    scales = {_OLIST: options.scale, _RETAILROCKET: options.clicks_scale}
    found = measured(scales, range(1, options.seeds + 1), TrainingConfig(threads=options.threads))
    title = (
        f"Models beside the oracle of the planted laws ({options.seeds} seeds; marketplace at scale {options.scale:g}, "
        f"clicks at {options.clicks_scale:g})"
    )
    figures = [asdict(row) | {"gap": row.gap} for row in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found), print_only=options.print_only)
    verdicts = [
        verdict_on(mean_over_seeds([row.gap for row in found if row.question == name]))
        for name in {row.question for row in found}
    ]
    return 1 if Verdict.LEAK in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
