"""Command line: ``python -m benchmarks.retailrocket_protocols --events events.csv --protocol P1`` measures all.

Belongs here: arguments, progress. Does not belong here: protocols, algorithms, tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Machine, print_or_write
from benchmarks.retailrocket_protocols.algorithms import ALGORITHMS
from benchmarks.retailrocket_protocols.events import Events, read_events
from benchmarks.retailrocket_protocols.measure import Measured, measured, overall
from benchmarks.retailrocket_protocols.page import records, split_size, table
from benchmarks.retailrocket_protocols.protocols import P1, P2, P2_VALIDATION, PROTOCOLS, Protocol
from benchmarks.retailrocket_protocols.published import COMPLETE_EVENTS
from benchmarks.retailrocket_protocols.split import TooFewEventsError
from ecom_assets.ingestion.errors import LoadError

_NAME = "retailrocket_protocols"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{_NAME}", description=__doc__)
    parser.add_argument("--events", type=Path, required=True, metavar="FILE", help="events.csv or events.csv.gz")
    parser.add_argument("--protocol", choices=tuple(PROTOCOLS), required=True)
    parser.add_argument(
        "--slices",
        type=int,
        nargs="+",
        choices=range(P1.part_count),
        metavar="N",
        help=f"slices of P1, 0 to {P1.part_count - 1} (default all)",
    )
    parser.add_argument(
        "--algorithm", nargs="+", choices=tuple(ALGORITHMS), default=tuple(ALGORITHMS), help="whom to ask (default all)"
    )
    parser.add_argument(
        "--validation", action="store_true", help="with P2: ask about the week before, to choose settings with"
    )
    parser.add_argument("--data", metavar="TEXT", help="what the events are, for the page (default the file's name)")
    parser.add_argument("--print", dest="print_only", action="store_true", help="print the page, write nothing")
    return parser


def run(
    protocol: Protocol, events: Events, numbers: Sequence[int], algorithms: Sequence[str]
) -> tuple[list[list[Measured]], list[dict[str, object]]]:
    """Return what was measured, the splits of each algorithm, and the splits' sizes.

    A split that asks nothing, which only a part of the file has, is left out and named.

    Raises
    ------
    TooFewEventsError
        If no split asks anything.
    """
    sizes: list[dict[str, object]] = []
    parts: dict[str, list[Measured]] = {name: [] for name in algorithms}
    for split in protocol.splits(events, numbers):
        sizes.append(split_size(split))
        if not len(split.pairs()):
            _say(f"{split.name} is left out: no test session has two items that training knows")
            continue
        for name in algorithms:
            part = measured(protocol, split, name)
            parts[name].append(part)
            shown = ", ".join(f"{column} {part.figures[column]:.4f}" for column in protocol.columns[:2])
            _say(f"{split.name}, {name}: {shown}; {part.fit_seconds:.1f} s fit, {part.ask_seconds:.1f} s asked")
    if not any(parts.values()):
        raise TooFewEventsError("No split asks anything; name a file with more events.")
    return list(parts.values()), sizes


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all and show it."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    protocol = PROTOCOLS[options.protocol]
    if options.slices is not None and protocol is not P1:
        parser.error(f"--slices goes with {P1.name} only")
    if options.validation:
        if protocol is not P2:
            parser.error(f"--validation goes with {P2.name} only")
        protocol = P2_VALIDATION
    numbers = sorted(set(options.slices or range(protocol.part_count)))
    try:
        events = read_events(options.events)
        parts, sizes = run(protocol, events, numbers, list(dict.fromkeys(options.algorithm)))
    except (LoadError, TooFewEventsError) as error:
        parser.error(str(error))
    rows = [overall(protocol, each) for each in parts]
    is_complete = len(events) == COMPLETE_EVENTS and len(parts[0]) == protocol.part_count
    page = table(protocol, rows, sizes, _described(options, events), is_complete=is_complete)
    name = f"{_NAME}_{protocol.name.lower()}"
    figures = records(protocol, rows, sizes)
    print_or_write(name, protocol.title, Machine.here(), figures, page, print_only=options.print_only)
    return 0


def _described(options: argparse.Namespace, events: Events) -> str:
    return f"{len(events):,} events in {options.data or options.events.name}"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
