"""Command line: ``python -m benchmarks.null_control`` makes the trials over seeds and writes the table.

Belongs here: arguments, samples one after the other, the table. Does not belong here: a trial.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.asked import QUESTIONS, asked, sample_warehouse
from benchmarks.null_control.trial import STANDARD_ERRORS, Null, Trial, allowed_share, is_within, together, trial
from benchmarks.report import Machine, markdown_table, print_or_write
from ml_assets.config import EvaluationConfig, TrainingConfig
from ml_assets.definitions import questions_of

_NAME = "null_control"
_HEADER = ("question", "nothing can be known because of", "seeds", "mean AUC", "standard error", "near 0.5", "promoted")
_OLIST, _RETAILROCKET = "olist", "retailrocket"
_SHUFFLED_SEED = 7
_RESAMPLES = 200


def worlds(
    scales: Mapping[str, float], seeds: Sequence[int], training: TrainingConfig, evaluation: EvaluationConfig
) -> list[Trial]:
    """Return the trials in worlds without relations, one world a seed."""
    found = []
    for seed in seeds:
        for source, scale in scales.items():
            with sample_warehouse(scale, seed, (source,), is_null=True) as (warehouse, _):
                found += [
                    trial(asked(warehouse, question), Null.WORLD, seed, training, evaluation)
                    for question in questions_of((source,))
                ]
        _say(f"world {seed} done")
    return found


def shuffles(
    scales: Mapping[str, float], seeds: Sequence[int], training: TrainingConfig, evaluation: EvaluationConfig
) -> list[Trial]:
    """Return the trials on one ordinary sample with shuffled answers, one shuffle a seed."""
    found = []
    for source, scale in scales.items():
        with sample_warehouse(scale, _SHUFFLED_SEED, (source,)) as (warehouse, _):
            for question in questions_of((source,)):
                rows = asked(warehouse, question)
                found += [trial(rows, Null.SHUFFLED, seed, training, evaluation) for seed in seeds]
                _say(f"{question.name}: {len(seeds)} shuffles done")
    return found


def table(trials: Sequence[Trial], evaluation: EvaluationConfig) -> str:
    """Return the trials as a table with the gate's error rate below."""
    groups = [
        (question.name, null, [each for each in trials if each.question == question.name and each.null is null])
        for null in Null
        for question in QUESTIONS
    ]
    lines = []
    for name, null, own in groups:
        if own:
            found = together(own)
            near = "yes" if found.is_near_a_half else "NO"
            lines.append(
                (
                    name,
                    null.value,
                    str(found.trials),
                    f"{found.mean:.4f}",
                    f"{found.standard_error:.4f}",
                    near,
                    f"{found.promoted} of {found.judged}",
                )
            )
    found = together(trials)
    allowed = allowed_share(evaluation)
    said = "no more than" if is_within(found.promoted, found.judged, allowed) else "MORE than"
    return (
        f"{markdown_table(_HEADER, lines)}\n\nAUC is the mean over the periods of a test window of the AUC within "
        f"each; near 0.5 is within {STANDARD_ERRORS:g} standard errors over seeds. The gate promoted {found.promoted} "
        f"of the {found.judged} models that it judged, {said} the declared {allowed:.1%} (binomial "
        "test, 5 %); where a window held too few events, or training did, there was nothing to judge."
    )


def passes(trials: Sequence[Trial], evaluation: EvaluationConfig) -> bool:
    """Return whether all means are near a half and the gate keeps its error rate."""
    by_group: dict[tuple[str, Null], list[Trial]] = {}
    for each in trials:
        by_group.setdefault((each.question, each.null), []).append(each)
    found = together(trials)
    return all(together(own).is_near_a_half for own in by_group.values()) and is_within(
        found.promoted, found.judged, allowed_share(evaluation)
    )


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.null_control", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="of worlds and of shuffles (default 20)")
    parser.add_argument("--scale", type=float, default=0.2, help="size of the marketplace (default 0.2)")
    parser.add_argument("--clicks-scale", type=float, default=0.03, help="size of the click stream (default 0.03)")
    parser.add_argument("--threads", type=int, default=2, help="of the trees (default 2)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the trials, print and write the table; fail if a model or the gate finds what is not there."""
    parser = argument_parser()
    options = parser.parse_args(arguments)
    if options.seeds < 2:
        parser.error("a standard error needs two seeds or more")
    training = TrainingConfig(threads=options.threads)
    evaluation = EvaluationConfig(rolling_periods=0, resamples=_RESAMPLES)
    scales = {_OLIST: options.scale, _RETAILROCKET: options.clicks_scale}
    seeds = range(1, options.seeds + 1)
    trials = worlds(scales, seeds, training, evaluation) + shuffles(scales, seeds, training, evaluation)
    title = (
        f"Models where nothing can be known ({options.seeds} seeds; marketplace at scale {options.scale:g}, clicks at "
        f"{options.clicks_scale:g})"
    )
    figures = [asdict(each) | {"auc": None if each.auc != each.auc else each.auc} for each in trials]
    print_or_write(_NAME, title, Machine.here(), figures, table(trials, evaluation), print_only=options.print_only)
    return 0 if passes(trials, evaluation) else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
