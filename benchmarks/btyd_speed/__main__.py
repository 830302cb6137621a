"""Command line: ``python -m benchmarks.btyd_speed`` times both ways on simulated customers and writes the table.

Belongs here: arguments, clocks, the table. Does not belong here: the customers.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from lifetimes import BetaGeoFitter

from benchmarks.btyd_speed.worlds import WORLDS, World, simulated
from benchmarks.report import Machine, markdown_table, print_or_write
from ml_assets.cltv.btyd.fitting import fit_purchases
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.config import BtydConfig

_NAME = "btyd_speed"
_SEED = 7
_TIMES_AS_FAST = 10.0
_LARGEST_DIFFERENCE = 1e-3
_PARAMETERS = ("r", "alpha", "a", "b")
_HEADER = (
    "customers as in the",
    "customers",
    "different histories",
    "lifetimes alone, s",
    "the platform, s",
    "times as fast",
    f"goal ≥ {_TIMES_AS_FAST:g}",
    "largest difference of a parameter",
    f"goal ≤ {_LARGEST_DIFFERENCE:g}",
)
_NOTE = (
    "BG/NBD, parameters with standard errors, from arrays in memory. Medians, both ways in turn. The platform calls "
    "the same library, but with each different history once, and lets a pilot of some thousand of them find where the "
    "search begins; the time holds both. Where most histories differ there is less to gain. Differences are relative."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of both ways on one world, and how far apart their parameters are."""

    world: str
    customers: int
    different: int
    alone_seconds: float
    our_seconds: float
    largest_difference: float

    @property
    def times_as_fast(self) -> float:
        """How many times as fast the platform is."""
        return self.alone_seconds / self.our_seconds


def alone(histories: Histories) -> dict[str, float]:
    """Fit as the library's pages show it."""
    fitter = BetaGeoFitter().fit(histories.frequency, histories.recency, histories.age)
    return {name: float(fitter.params_[name]) for name in _PARAMETERS}


def ours(histories: Histories) -> dict[str, float]:
    """Fit as the platform does."""
    law = fit_purchases(histories, 0.0, BtydConfig(), may_leave_at_once=False).law
    return {name: float(getattr(law, name)) for name in _PARAMETERS}


def measured(world: World, customers: int, repetitions: int) -> Measured:
    """Time both ways in turn."""
    histories = simulated(world, customers, _SEED)
    seconds: dict[str, list[float]] = {"alone": [], "ours": []}
    found: dict[str, Mapping[str, float]] = {}
    ways: dict[str, Callable[[Histories], dict[str, float]]] = {"alone": alone, "ours": ours}
    for _ in range(repetitions):
        for name, way in ways.items():
            started = time.monotonic()
            found[name] = way(histories)
            seconds[name].append(time.monotonic() - started)
    return Measured(
        world=world.name,
        customers=customers,
        different=len(histories.compressed()),
        alone_seconds=median(seconds["alone"]),
        our_seconds=median(seconds["ours"]),
        largest_difference=max(abs(found["ours"][name] / found["alone"][name] - 1.0) for name in _PARAMETERS),
    )


def table(found: Sequence[Measured]) -> str:
    """Return the figures as a table with a note below."""
    lines = [
        (
            each.world,
            f"{each.customers:,}",
            f"{each.different:,}",
            f"{each.alone_seconds:.1f}",
            f"{each.our_seconds:.2f}",
            f"{each.times_as_fast:.1f}",
            "met" if each.times_as_fast >= _TIMES_AS_FAST else "missed",
            f"{each.largest_difference:.0e}",
            "met" if each.largest_difference <= _LARGEST_DIFFERENCE else "missed",
        )
        for each in found
    ]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.btyd_speed", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N", help="of each world (default 1000000)")
    parser.add_argument("--repetitions", type=int, default=3, metavar="N", help="of both ways (default 3)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the table; a missed goal is told, and is no error."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.repetitions < 1:
        parser.error("both ways have to be gone once at least")
    found = [measured(world, options.customers, options.repetitions) for world in WORLDS]
    title = f"BG/NBD fitted to {options.customers:,} customers, beside lifetimes alone"
    figures = [asdict(each) | {"times_as_fast": each.times_as_fast} for each in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found), print_only=options.print_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
