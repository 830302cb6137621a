"""Command line: ``python -m benchmarks.recommendation_speed`` times recommendations and writes the table.

Belongs here: arguments, goals, the table. Does not belong here: what is timed (``measure``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from benchmarks.recommendation_speed.clicks import views
from benchmarks.recommendation_speed.measure import COUNT, Covered, Timed, asked, covered, factors, neighbours
from benchmarks.report import Machine, markdown_table, print_or_write
from benchmarks.session_recommendation.files import read_sessions
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.retrieval.als import ALSConfig
from ml_assets.recommender.session_config import RetrievalConfig

_NAME = "recommendation_speed"
_SEED = 7
_TIMES_AS_FAST = 20.0
# A loop over all sessions takes too long for more prefixes.
_FEW = 200
_TIMES_AS_LONG = 1.2
_LIST_SECONDS = 300.0
_HEADER = ("what, and against what", "platform, s", "other, s", "times as fast", "same lists", "goal")
_NOTE = (
    "Neighbours and factors of {sessions:,} sessions, asked with {prefixes:,} prefixes of newer ones; {count} items; "
    "shortest of {repetitions} repetitions, in turns (once over all sessions). Same lists: share of the lists that "
    "agree item by item; of factors, share of items that both name, because the platform puts equals in order. "
    "Factors: fitted and asked on {threads} threads.\n\n{count} items of {items:,} for each of {visitors:,} visitors "
    "of a sample of scale {scale:g}, set as a batch is: {rank:.0f} s from both stages (goal ≤ {goal:g} s, {verdict}), "
    "{neighbour:.0f} s from session neighbours alone, after {fit:.0f} s of learning. Visitors with the same last "
    "clicks share a list: {different:,} were made."
)


def table(
    timed: Sequence[tuple[Timed, float | None]],
    lists: Covered,
    options: argparse.Namespace,
    sessions: int,
    prefixes: int,
) -> str:
    """Return the figures as a table with a note below.

    Parameters
    ----------
    timed
        What was timed against another way, with how many times as fast it shall be; None for no goal.
    lists
        Lists for all visitors.
    options
        Arguments of the command.
    sessions, prefixes
        Numbers of what was learned from and asked with.
    """
    rows = [
        (
            each.what,
            f"{each.seconds:.2f}",
            f"{each.other_seconds:.2f}",
            f"{each.times_as_fast:.2f}",
            f"{each.same:.1%}",
            "none" if goal is None else f"≥ {goal:.2f}: {_verdict(each.times_as_fast >= goal)}",
        )
        for each, goal in timed
    ]
    note = _NOTE.format(
        sessions=sessions,
        prefixes=prefixes,
        count=COUNT,
        repetitions=options.repetitions,
        threads=options.threads,
        items=lists.items,
        visitors=lists.visitors,
        different=lists.different,
        scale=options.scale,
        rank=lists.rank_seconds,
        goal=_LIST_SECONDS,
        verdict=_verdict(lists.rank_seconds <= _LIST_SECONDS),
        fit=lists.fit_seconds,
        neighbour=lists.neighbour_seconds,
    )
    return f"{markdown_table(_HEADER, rows)}\n\n{note}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommendation_speed", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the click log (default 1)")
    parser.add_argument("--sessions", type=Path, help="file of sessions for neighbours and factors; else the click log")
    parser.add_argument("--prefixes", type=int, default=2_000, metavar="N", help="prefixes to ask with (default 2,000)")
    parser.add_argument("--repetitions", type=int, default=3, metavar="N", help="of each way (default 3)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of trees and factors (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the table; a missed goal is told, and is no error."""
    options = argument_parser().parse_args(arguments)
    log = views(options.scale, _SEED)
    given = asked(read_sessions(options.sessions) if options.sessions else log.sessions, options.prefixes, _SEED)
    few = replace(given, prefixes=given.prefixes.take(np.arange(min(_FEW, len(given.prefixes)))))
    timed: tuple[tuple[Timed, float | None], ...] = (
        (neighbours(given, RetrievalConfig(), options.repetitions, has_index=True), None),
        (neighbours(few, RetrievalConfig(), 1, has_index=False), _TIMES_AS_FAST),
        (factors(given, ALSConfig(threads=options.threads), options.repetitions), 1 / _TIMES_AS_LONG),
    )
    lists = covered(log.sessions, log.visitors, RecommenderConfig(threads=options.threads).sessions())
    figures: list[dict[str, object]] = [
        *(asdict(each) | {"times_as_fast": each.times_as_fast, "goal": goal} for each, goal in timed),
        asdict(lists) | {"goal_seconds": _LIST_SECONDS, "scale": options.scale},
    ]
    text = table(timed, lists, options, len(given.sessions), len(given.prefixes))
    print_or_write(_NAME, "Speed of recommendations", Machine.here(), figures, text, print_only=options.print_only)
    return 0


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


if __name__ == "__main__":
    sys.exit(main())
