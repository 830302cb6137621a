"""The result file and the table that is written from it.

Belongs here: records, Markdown. Does not belong here: measuring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.likeness.measure import SOURCES, margins_of, rounded

BEGIN = "<!-- likeness: written by python -m benchmarks.likeness -->"
END = "<!-- end of likeness -->"
_TITLES = {"olist": "Olist", "retailrocket": "RetailRocket"}
_HEAD = ("figure", "real", "real figure from", "generated", "tolerance", "within")

Figures = Mapping[str, Mapping[str, float]]


def result(
    generated: Figures, check: Figures, spread: Figures, *, sample: Mapping[str, object], check_seed: int
) -> dict[str, Any]:
    """Return the record of a measurement.

    Parameters
    ----------
    generated
        Figures of the sample, by source and margin.
    check
        Figures of another sample of the same size, on which no tolerance was chosen.
    spread
        Standard deviation of the figures among small samples.
    sample
        What the sample was made from.
    check_seed
        Seed of the other one.
    """
    return {
        "sample": dict(sample),
        "check_seed": check_seed,
        "figures": {
            source: [
                {
                    "name": margin.name,
                    "unit": margin.unit,
                    "real": margin.real,
                    "origin": margin.origin.value,
                    "generated": rounded(generated[source][margin.name]),
                    "tolerance": None if margin.tolerance is None else margin.tolerance.width,
                    "tolerance_is_relative": None if margin.tolerance is None else margin.tolerance.is_relative,
                    "is_within": margin.is_met(generated[source][margin.name]),
                    "generated_check": rounded(check[source][margin.name]),
                    "is_within_check": margin.is_met(check[source][margin.name]),
                    "small_sample_spread": rounded(spread[source][margin.name]),
                    "note": margin.note,
                }
                for margin in margins_of(source)
            ]
            for source in SOURCES
        },
    }


def write_result(path: Path, record: Mapping[str, Any]) -> None:
    """Write the record as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_result(path: Path) -> dict[str, Any]:
    """Read the record."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def markdown(record: Mapping[str, Any]) -> str:
    """Return a table a source, with the notes below."""
    sample = record["sample"]
    lines = [f"Sample of scale {sample['scale']:g} and seed {sample['seed']}."]
    for source in SOURCES:
        rows = record["figures"][source]
        notes = list(dict.fromkeys(row["note"] for row in rows if row["note"]))
        known = sum(row["is_within"] is not None for row in rows)
        within, within_check = (sum(row[key] is True for row in rows) for key in ("is_within", "is_within_check"))
        lines += [
            "",
            f"### {_TITLES[source]}",
            "",
            f"{within} of {known} figures lie within their tolerance, and {within_check} of {known} on a further "
            f"sample of seed {record['check_seed']}, on which no tolerance was chosen.",
            "",
        ]
        lines += [_table_row(_HEAD), _table_row(["---"] * len(_HEAD))]
        lines += [_table_row(_cells(row, notes)) for row in rows]
        lines += ["", *(f"{number}. {note}" for number, note in enumerate(notes, 1))]
    return "\n".join(lines)


def with_table(page: str, table: str) -> str:
    """Return the page with what stands between its marks replaced.

    Raises
    ------
    ValueError
        If the page has not exactly one pair of marks.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r} once, around its table")
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.split(END)[1]}"


def _cells(row: Mapping[str, Any], notes: list[str]) -> list[str]:
    """Return the cells of one figure."""
    mark = f" ({notes.index(row['note']) + 1})" if row["note"] else ""
    within = {True: "yes", False: "**no**", None: ""}[row["is_within"]]
    real = "unknown" if row["real"] is None else number_text(row["real"], row["unit"])
    return [
        row["name"] + mark,
        real,
        "" if row["real"] is None else row["origin"],
        number_text(row["generated"], row["unit"]),
        _tolerance_text(row),
        within,
    ]


def number_text(number: float, unit: str) -> str:
    """Return a figure as the table shows it."""
    if unit == "share":
        percent = 100 * number
        return f"{percent:.2f} %" if abs(percent) < 10 else f"{percent:.1f} %"
    if unit == "count":
        return f"{number:,.0f}"
    return f"{number:.4g} {unit}".rstrip()


def _tolerance_text(row: Mapping[str, Any]) -> str:
    """Return a tolerance as the table shows it."""
    if row["tolerance"] is None:
        return ""
    if row["tolerance_is_relative"]:
        return f"± {100 * row['tolerance']:g} %"
    if row["unit"] == "share":
        return f"± {100 * row['tolerance']:g} points"
    return f"± {row['tolerance']:g} {row['unit'] if row['unit'] != 'count' else ''}".rstrip()


def _table_row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
