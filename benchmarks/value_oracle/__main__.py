"""Command line: ``python -m benchmarks.value_oracle`` makes the trials over seeds and writes the table.

Belongs here: arguments, samples one after the other, the table. Does not belong here: a trial.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean

from scipy import stats

from benchmarks.null_control.trial import STANDARD_ERRORS, allowed_share, is_within
from benchmarks.planted_truth.measure import CONFIDENCE, LARGEST_GAP, Verdict, mean_over_seeds, verdict_on
from benchmarks.report import Machine, estimate_text, markdown_table, print_or_write
from benchmarks.value_oracle.measure import Compared, compared, sample_rows
from ecom_assets.sample.config import Scenario
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.config import EvaluationConfig

_NAME = "value_oracle"
# A Gini is twice an area under a curve less one, and so are gaps.
_LARGEST_GAP = 2 * LARGEST_GAP
_HEADER = ("world", "seeds", "rows", "buyers", "oracle", "model", "rule", "gap", "verdict", "proven over the rule")


def trials(seeds: Sequence[int], scale: float, null_scale: float) -> tuple[list[Compared], list[Compared]]:
    """Return the trials on loyal shops with planted laws, and those in worlds where nothing can be known."""
    config, evaluation = ValueTrainingConfig(), EvaluationConfig()
    planted, null = [], []
    for seed in seeds:
        loyal = sample_rows(scale, seed, Scenario.LOYAL, is_null=False)
        planted.append(compared(loyal, seed, config, evaluation, is_planted=True))
        nothing = sample_rows(null_scale, seed, Scenario.MARKETPLACE, is_null=True)
        null.append(compared(nothing, seed, config, evaluation, is_planted=False))
        sys.stdout.write(f"seed {seed}: gap {planted[-1].gap:.3f}; null {null[-1].model:+.3f}\n")
        sys.stdout.flush()
    return planted, null


def gap_verdict(found: Sequence[Compared]) -> Verdict:
    """Return whether the gap is small for certain, as an area under a curve."""
    return verdict_on(mean_over_seeds([row.gap / 2 for row in found]))


def is_near_nothing(found: Sequence[Compared]) -> bool:
    """Return whether the mean Gini of the chosen models is within the allowed standard errors of 0."""
    figures = [row.model for row in found]
    return len(figures) > 1 and abs(fmean(figures)) <= STANDARD_ERRORS * float(stats.sem(figures))


def table(planted: Sequence[Compared], null: Sequence[Compared], evaluation: EvaluationConfig) -> str:
    """Return the trials as a table with a note below."""
    near = "near 0" if is_near_nothing(null) else "NOT near 0"
    lines = [
        _line(
            "loyal shop, planted laws",
            planted,
            estimate_text(mean_over_seeds([row.gap for row in planted])),
            gap_verdict(planted).value,
        ),
        _line("nothing can be known", null, "-", near),
    ]
    proven = sum(row.is_proven for row in null)
    allowed = allowed_share(evaluation)
    said = "no more than" if is_within(proven, len(null), allowed) else "MORE than"
    chosen = ", ".join(f"{name} {count}" for name, count in sorted(Counter(row.chosen for row in planted).items()))
    return (
        f"{markdown_table(_HEADER, lines)}\n\nNormalised Gini of the money of the horizon, mean over seeds, the gap "
        f"with its {CONFIDENCE:.0%} interval (Student). The oracle knows the planted laws, and of a customer only what "
        f"could be observed. Met: the interval stays below {_LARGEST_GAP:g}, which is {LARGEST_GAP:g} of an area under "
        "a curve; a gap below zero for certain is a leak alarm. Where nothing can be known the mean is near 0 within "
        f"{STANDARD_ERRORS:g} standard errors over seeds, and {proven} of {len(null)} models seemed better than the "
        f"rule, {said} the declared {allowed:.1%} (binomial test, 5 %).\n\nChosen: {chosen}."
    )


def _line(world: str, rows: Sequence[Compared], gap: str, verdict: str) -> tuple[str, ...]:
    count = len(rows)
    return (
        world,
        str(count),
        f"{sum(row.rows for row in rows) // count:,}",
        f"{sum(row.buyers for row in rows) // count:,}",
        estimate_text(mean_over_seeds([row.oracle for row in rows]), interval=False),
        estimate_text(mean_over_seeds([row.model for row in rows])),
        estimate_text(mean_over_seeds([row.rule for row in rows]), interval=False),
        gap,
        verdict,
        f"{sum(row.is_proven for row in rows)} of {count}",
    )


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.value_oracle", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="of both kinds of worlds (default 20)")
    parser.add_argument("--scale", type=float, default=0.1, help="size of the loyal shops (default 0.1)")
    parser.add_argument("--null-scale", type=float, default=0.2, help="size of the null worlds (default 0.2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the trials, print and write the table; fail on a suspected leak, or if something is found in nothing."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.seeds < 2:
        parser.error("a standard error needs two seeds or more")
    planted, null = trials(range(1, options.seeds + 1), options.scale, options.null_scale)
    title = (
        f"Models of value beside the oracle, and where nothing can be known ({options.seeds} seeds; loyal shops at "
        f"scale {options.scale:g}, null worlds at {options.null_scale:g})"
    )
    figures = [
        {"world": world} | {name: None if value != value else value for name, value in asdict(row).items()}
        for world, rows in (("planted", planted), ("null", null))
        for row in rows
    ]
    text = table(planted, null, EvaluationConfig())
    print_or_write(_NAME, title, Machine.here(), figures, text, print_only=options.print_only)
    return 1 if gap_verdict(planted) is Verdict.LEAK or not is_near_nothing(null) else 0


if __name__ == "__main__":
    sys.exit(main())
