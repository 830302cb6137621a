"""Command line: ``python -m benchmarks.purchase_intent --raw DIR`` runs the protocol and writes its table.

Belongs here: arguments, the table. Does not belong here: the protocol, models, figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.purchase_intent.measure import MIN_BOUGHT, figures, scorers
from benchmarks.purchase_intent.pairs import Events
from benchmarks.purchase_intent.protocol import (
    EARLIER_TEST,
    PUBLISHED,
    PUBLISHED_BOUGHT,
    PUBLISHED_PAIRS,
    TEST,
    TRAIN,
    VALIDATION,
    Window,
)
from benchmarks.report import Machine, markdown_table, write_result
from ecom_assets.sample import write_sample

_NAME = "purchase_intent"
_TITLE = "Purchase intent: will a pair of visitor and item be bought within 14 days?"
_SEED = 7
_HEADER = ("data", "asked on", "pairs", "bought", "model", "PR-AUC (95 %)", "ROC-AUC", "P@100", "R@500")
_NOTE = (
    "Rows of the original data are the authors' own and cover all 1.4 million visitors; ours cover the data named. "
    "A synthetic sample says that the protocol runs and what is in reach there, not how a model compares on the "
    f"original. Windows with fewer than {MIN_BOUGHT} bought pairs get no figure."
)


def measured(data: str, events: Events, threads: int) -> list[dict[str, object]]:
    """Return a record for each test window and model of a folder's events."""
    train, validation = events.pairs(*TRAIN), events.pairs(VALIDATION)
    models = scorers(train, validation, threads)
    records: list[dict[str, object]] = []
    for window in (EARLIER_TEST, TEST):
        pairs = events.pairs(window)
        bought = int(pairs.is_bought.sum())
        row = _row(data, window, len(pairs), bought) | {
            "visitors": events.visitors(),
            "bought_in_train": int(train.is_bought.sum()),
            "bought_in_validation": int(validation.is_bought.sum()),
        }
        if bought < MIN_BOUGHT:
            records.append(row | {"model": "too few bought pairs"})
            continue
        records.extend(
            row | {"model": name} | asdict(figures(pairs, score(pairs.features))) for name, score in models.items()
        )
    return records


def published() -> list[dict[str, object]]:
    """Return the authors' figures as records."""
    return [_row("original, published", TEST, PUBLISHED_PAIRS, PUBLISHED_BOUGHT) | asdict(row) for row in PUBLISHED]


def table(records: Sequence[dict[str, object]]) -> str:
    """Return the records as a table with a note below."""
    return f"{markdown_table(_HEADER, [_line(record) for record in records])}\n\n{_NOTE}"


def _row(data: str, window: Window, pairs: int, bought: int) -> dict[str, object]:
    return {"data": data, "asked_on": window.asked_on.isoformat(), "pairs": pairs, "bought": bought}


def _line(record: dict[str, object]) -> tuple[str, ...]:
    """Return the cells of a record; a figure that was not measured is a dash."""
    low, high = record.get("average_precision_low"), record.get("average_precision_high")
    interval = "" if low is None else f" ({low:.4f} to {high:.4f})"
    head = tuple(str(record[name]) for name in ("data", "asked_on")) + tuple(
        f"{record[name]:,}" for name in ("pairs", "bought")
    )
    tail = tuple(
        f"{record[name]:.3f}" if name in record else "-" for name in ("auc", "precision_at_100", "recall_at_500")
    )
    precision = f"{record['average_precision']:.4f}{interval}" if "average_precision" in record else "-"
    return (*head, str(record["model"]), precision, *tail)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.purchase_intent", description=__doc__)
    parser.add_argument(
        "--raw",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder with retailrocket/events.csv; may be given several times",
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the synthetic sample beside it (default 1; 0 leaves it out)"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads of the trees (default 2)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the protocol on the folders and on a sample, write the result and print it."""
    options = argument_parser().parse_args(arguments)
    records = published()
    for folder in options.raw:
        records += measured(folder.name, Events(folder), options.threads)
    if options.scale > 0:
        with TemporaryDirectory(prefix=f"{_NAME}_") as name:
            write_sample(Path(name), scale=options.scale, seed=_SEED, sources=("retailrocket",))
            records += measured(f"sample, scale {options.scale:g}", Events(Path(name)), options.threads)
    sys.stdout.write(write_result(_NAME, _TITLE, Machine.here(), records, table(records)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
