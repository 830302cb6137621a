"""How a measurement is kept: figures as JSON, a table to read, and the machine they were taken on.

Belongs here: files below ``benchmarks/results`` and tables in Markdown. Does not belong here: what is measured.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ml_assets.metrics.estimate import Estimate

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when something was measured.

    Attributes
    ----------
    cores
        Processor cores that the process may use.
    python
        Version of the interpreter.
    measured_on
        Date, ISO format.
    """

    cores: int
    python: str
    measured_on: str

    @classmethod
    def here(cls) -> Machine:
        """Return this machine, today."""
        return cls(len(os.sched_getaffinity(0)), platform.python_version(), datetime.now(UTC).date().isoformat())

    def __str__(self) -> str:
        """Return a line to stand below a table."""
        return f"{self.cores} cores, Python {self.python}, {self.measured_on}"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; all but the first column are aligned right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def write_result(name: str, title: str, machine: Machine, figures: Sequence[dict[str, object]], table: str) -> str:
    """Write ``<name>.json`` and ``<name>.md`` and return the text of the latter."""
    RESULTS.mkdir(exist_ok=True)
    content = {"title": title, "machine": asdict(machine), "figures": list(figures)}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    text = page_text(title, machine, table)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    return text


def print_or_write(
    name: str, title: str, machine: Machine, figures: Sequence[dict[str, object]], table: str, *, print_only: bool
) -> None:
    """Print a result, and write it as ``write_result`` does unless it is only to be printed."""
    text = page_text(title, machine, table) if print_only else write_result(name, title, machine, figures, table)
    sys.stdout.write(text)


def page_text(title: str, machine: Machine, table: str) -> str:
    """Return a result as a page of Markdown."""
    return f"# {title}\n\n{table}\n\n{machine}.\n"


def estimate_text(estimate: Estimate, digits: int = 3, *, interval: bool = True) -> str:
    """Return a figure as tables show it, with its interval if it has one; a dash for what is not known."""
    if estimate.value is None:
        return "-"
    if not interval or estimate.low is None or estimate.high is None:
        return f"{estimate.value:.{digits}f}"
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
