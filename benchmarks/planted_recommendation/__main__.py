"""Command line: ``python -m benchmarks.planted_recommendation`` trains on streams over seeds and writes the table.

Belongs here: arguments, streams one after the other, the table. Does not belong here: figures (``measure``).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.planted_recommendation.batch import lists_on
from benchmarks.planted_recommendation.measure import (
    BEST_KNOWN,
    Line,
    Trial,
    allowed_share,
    finds_nothing,
    finds_what_is_planted,
    lines,
    promotes_by_chance,
    promotions,
)
from benchmarks.planted_recommendation.stream import stored_stream
from benchmarks.report import Machine, estimate_text, markdown_table, print_or_write
from ml_assets.recommender.config import RecommenderConfig, RecommenderGateConfig

_NAME = "planted_recommendation"
_HEADER = ("method", "NDCG@20", "Recall@20", "gain of two stages in NDCG@20 (95 %)")
_PLANTED = (
    "Planted are co-views: of the views of a session after its first, 40 % go to an item a few steps along the "
    "category from the one before, 32 % back to an item of the session, 3 % repeat the last one; 40 % of a "
    "visitor's later sessions begin where the one before began. No law of its own says what is bought together: carts "
    "take viewed items and purchases take items of carts, so that co-purchases follow from co-views. The null world "
    "has popularity, items of the session seen again, and nothing else."
)
_RULE = (
    "For visitors who come back to a null world popularity is better than re-viewing, and a version that has learned "
    "as much has found nothing: so the gate asks for more than the better of the two."
)
_NOTE = (
    "Means over seeds of the means over all contexts of the test window; gains are paired by seed, intervals are "
    f"Student's. {BEST_KNOWN.capitalize()}: for each kind of context the one that is better on the very window, so "
    "that it is harder to beat than any rule. The last full day of a stream ends what is complete."
)


def trials(scale: float, seeds: Sequence[int], config: RecommenderConfig, gate: RecommenderGateConfig) -> list[Trial]:
    """Return the trials of both worlds, one a seed each; a stream without a test window has none."""
    found = []
    for seed in seeds:
        for is_null in (False, True):
            started = time.monotonic()
            lists = lists_on(*stored_stream(scale, seed, is_null=is_null), config, gate)
            if lists is not None:
                found.append(Trial(seed, is_null, lists))
            world = "null" if is_null else "planted"
            sys.stdout.write(f"seed {seed}, {world}: {time.monotonic() - started:.0f} s\n")
            sys.stdout.flush()
    return found


def table(found: Sequence[Trial], gate: RecommenderGateConfig) -> str:
    """Return the trials of both worlds as tables with notes below."""
    planted, null = ([each for each in found if each.is_null is is_null] for is_null in (False, True))
    promoted, judged = promotions(null)
    parts = [
        _PLANTED,
        f"## What is planted ({len(planted)} seeds)",
        _world(planted),
        "Better than popularity, co-visitation of the last item and similar items, interval and all: "
        f"{_verdict(finds_what_is_planted(planted))}. The gate promoted {' of '.join(map(str, promotions(planted)))}.",
        f"## Where nothing is ({len(null)} seeds)",
        _world(null),
        f"No gain over {BEST_KNOWN} beyond noise: {_verdict(finds_nothing(null))}. Of {judged} versions {promoted} "
        f"were promoted, where the gate declares {allowed_share(gate):.1%} (binomial test, 5 %): "
        f"{_verdict(promotes_by_chance(null, gate))}. {_RULE}",
        _NOTE,
    ]
    return "\n\n".join(parts)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{_NAME}", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="samples of the seeds 1 to N (default 10)")
    parser.add_argument("--scale", type=float, default=0.05, help="size of the click stream (default 0.05)")
    parser.add_argument("--threads", type=int, default=2, help="of the trees (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, print and write the table; fail if something planted is missed, or something found where nothing is."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.seeds < 2:
        parser.error("an interval over seeds needs two seeds or more")
    gate = RecommenderGateConfig()
    config = RecommenderConfig(rolling_moments=0, threads=options.threads)
    found = trials(options.scale, range(1, options.seeds + 1), config, gate)
    title = f"Recommendations where co-views are planted, and where nothing is (clicks at scale {options.scale:g})"
    figures = [asdict(each) for each in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found, gate), print_only=options.print_only)
    planted, null = ([each for each in found if each.is_null is is_null] for is_null in (False, True))
    is_sound = finds_what_is_planted(planted) and finds_nothing(null) and promotes_by_chance(null, gate)
    return 0 if is_sound else 1


def _world(found: Sequence[Trial]) -> str:
    summaries = lines(found)
    kinds = list(summaries[0].by_kind) if summaries else []
    header = (*_HEADER[:2], *(f"NDCG@20, {kind}s" for kind in kinds), *_HEADER[2:])
    chosen = Counter(each.lists.chosen for each in found)
    said = ", ".join(f"{name} {count}" for name, count in sorted(chosen.items()))
    return f"{markdown_table(header, [_cells(each) for each in summaries])}\n\nChosen: {said or 'nothing'}."


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.method,
        estimate_text(line.ndcg, 4, interval=False),
        *(estimate_text(each, 4, interval=False) for each in line.by_kind.values()),
        estimate_text(line.recall, 4, interval=False),
        "-" if line.gain is None else estimate_text(line.gain, 4),
    )


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


if __name__ == "__main__":
    sys.exit(main())
