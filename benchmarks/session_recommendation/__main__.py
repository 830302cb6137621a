"""Command line: ``python -m benchmarks.session_recommendation`` fits, asks and writes figures.

With ``--test`` it asks the pairs of that file. Without it the newest sessions of the training file are held out, and
the committed table is written.

Belongs here: arguments, the table. Does not belong here: what is measured (``measure``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Machine, estimate_text, markdown_table, print_or_write
from benchmarks.session_recommendation.files import SplitFileError, read_pairs, read_sessions
from benchmarks.session_recommendation.measure import Measured, figures, held_out, measured
from ml_assets.recommender.session_config import SessionConfig

_NAME = "session_recommendation"
_TITLE = "Next item of a session: {pairs}"
_HELD_OUT_PAIRS = "the newest sessions of the published training part, held out"
_HEADER = ("way", "HR@20 (95 %)", "MRR@20 (95 %)", "HR repeats", "HR novel", "MRR novel", "NDCG@20", "shown", "bias")
_NOTE = (
    "{sessions:,} sessions and {items:,} items to learn from, {pairs:,} pairs of prefix and next item of {asked:,} "
    "sessions to ask; ranked over the whole catalogue; percent, intervals by a bootstrap over sessions. {repeat:.1f} "
    "% of the targets are repeats: the prefix has them already. Shown: share of the catalogue in at least one list. "
    "Bias: clicks of shown items by clicks of targets.\n\nOf the targets the first stage holds {recall}. Fitted in "
    "{fit:.0f} s; one request on one core takes {p50:.1f} ms (median), {p90:.1f} ms (90 %), {p99:.1f} ms (99 %); at "
    "most {peak:,.0f} MiB."
)
_HELD_OUT = 3500


def table(found: Measured) -> str:
    """Return what was measured as a table with a note below."""
    lines = [
        (
            name,
            estimate_text(quality.hit_rate, 2),
            estimate_text(quality.reciprocal_rank, 2),
            estimate_text(quality.repeat_hit_rate, 2, interval=False),
            estimate_text(quality.novel_hit_rate, 2, interval=False),
            estimate_text(quality.novel_reciprocal_rank, 2, interval=False),
            estimate_text(quality.ndcg, 2, interval=False),
            f"{quality.coverage:.1f}",
            f"{quality.popularity_bias:.2f}",
        )
        for name, quality in found.quality.items()
    ]
    note = _NOTE.format(
        sessions=found.n_sessions,
        items=found.n_items,
        pairs=found.n_pairs,
        asked=found.n_asked,
        repeat=found.repeat_share,
        recall=", ".join(f"{value:.1f} % in {depth}" for depth, value in found.candidate_recall.items()),
        fit=found.cost.fit_seconds,
        p50=found.cost.p50_ms,
        p90=found.cost.p90_ms,
        p99=found.cost.p99_ms,
        peak=found.cost.peak_mib,
    )
    return f"{markdown_table(_HEADER, lines)}\n\n{note}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session_recommendation", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="sessions, one JSON list a line, gzip")
    parser.add_argument("--test", type=Path, help="pairs of prefix and target, one JSON object a line, gzip")
    parser.add_argument("--out", type=Path, help="file of figures to write")
    parser.add_argument(
        "--holdout", type=int, default=_HELD_OUT, help="newest sessions to hold out where there is no --test"
    )
    parser.add_argument("--print", dest="print_only", action="store_true", help="print the table, write no result")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write."""
    options = argument_parser().parse_args(arguments)
    try:
        sessions = read_sessions(options.train)
        if options.test is None:
            sessions, pairs = held_out(sessions, options.holdout)
        else:
            pairs = read_pairs(options.test)
    except (SplitFileError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = measured(sessions, pairs, SessionConfig())
    asked = _HELD_OUT_PAIRS if options.test is None else options.test.name
    if options.out is not None:
        options.out.write_text(json.dumps(figures(found), indent=2) + "\n", encoding="utf-8")
    print_or_write(
        _NAME,
        _TITLE.format(pairs=asked),
        Machine.here(),
        [figures(found)],
        table(found),
        print_only=options.print_only or options.test is not None,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
