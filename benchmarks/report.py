"""How a measurement is kept: figures as JSON, a table to read, and the machine they were taken on.

Belongs here: files below ``benchmarks/results`` and tables in Markdown. Does not belong here: what is measured.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

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
    text = f"# {title}\n\n{table}\n\n{machine}.\n"
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    return text
