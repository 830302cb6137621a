"""What a run shows: our figures above the published ones, the splits' sizes, and what may be compared.

Belongs here: tables, notes, records. Does not belong here: measuring.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.report import estimate_text, markdown_table
from benchmarks.retailrocket_protocols.evaluate import Figures
from benchmarks.retailrocket_protocols.measure import Overall
from benchmarks.retailrocket_protocols.protocols import Protocol
from benchmarks.retailrocket_protocols.published import COMPLETE_EVENTS
from benchmarks.retailrocket_protocols.split import Split

_DIGITS = 4
_SIZES = ("split", "train_sessions", "train_views", "items", "test_sessions", "test_views", "pairs")
_NOTE = (
    "{data}. {comparable} Intervals (95 %) are by bootstrap over sessions within each split; "
    "published figures have none. Figures are plain means over the splits. {ties}"
)
_COMPLETE = "That is the complete file and all of its splits: the rows stand in comparison."
_PART = (
    f"The complete file has {COMPLETE_EVENTS:,} events, and only with all of its splits are figures measured here in "
    "comparison with the published ones, which are shown for orientation; no goal is judged."
)


def split_size(split: Split) -> dict[str, object]:
    """Return the sizes of a split as a record."""
    sizes = (
        split.name,
        len(split.train),
        len(split.train.items),
        len(split.items),
        len(split.test),
        len(split.test.items),
        len(split.pairs()),
    )
    return dict(zip(_SIZES, sizes, strict=True))


def records(protocol: Protocol, rows: Sequence[Overall], sizes: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Return all that was measured, then what is published, as JSON has them."""
    own = [
        {
            "algorithm": row.algorithm,
            "is_published": False,
            **row.figures,
            "intervals": {name: each.model_dump() for name, each in row.intervals.items()},
            "pairs": row.pairs,
            "fit_seconds": round(row.fit_seconds, 2),
            "ask_ms": round(row.ask_ms, 3),
        }
        for row in rows
    ]
    published = [{"algorithm": name, "is_published": True, **figures} for name, figures in protocol.published.items()]
    return [*own, *published, *sizes]


def table(
    protocol: Protocol, rows: Sequence[Overall], sizes: Sequence[dict[str, object]], data: str, *, is_complete: bool
) -> str:
    """Return the figures, the sizes and the notes as Markdown.

    Parameters
    ----------
    protocol, rows
        What was measured, and how.
    sizes
        Of all splits, also of those that ask nothing.
    data
        What the events are.
    is_complete
        Whether they are all that the data set has and all splits were asked, so that goals can be judged.
    """
    header = ("algorithm", *protocol.columns, "pairs", "fit s", "ms a pair")
    own = [_own_line(protocol, row) for row in rows]
    published = [_published_line(protocol, name, figures) for name, figures in protocol.published.items()]
    note = _NOTE.format(data=data, ties=protocol.ties, comparable=_COMPLETE if is_complete else _PART)
    judged = verdict(protocol, rows) if is_complete else ""
    size_lines = [
        tuple(f"{each:,}" if isinstance(each, int) else str(each) for each in size.values()) for size in sizes
    ]
    sizes_table = markdown_table([name.replace("_", " ") for name in _SIZES], size_lines)
    parts = [markdown_table(header, own + published), note, judged, sizes_table]
    return "\n\n".join(part for part in parts if part)


def verdict(protocol: Protocol, rows: Sequence[Overall]) -> str:
    """Return in words who reaches the goals; nothing where none are set."""
    if not protocol.goals:
        return ""
    goals = " and ".join(f"{name} of {goal:.{_DIGITS}f} or more" for name, goal in protocol.goals.items())
    reached = [row.algorithm for row in rows if all(row.figures[name] >= goal for name, goal in protocol.goals.items())]
    return f"Goals: {goals}. Reached by: {', '.join(reached) or 'none'}."


def _own_line(protocol: Protocol, row: Overall) -> tuple[str, ...]:
    cells = [
        estimate_text(row.intervals[name], _DIGITS) if name in row.intervals else _cell(row.figures, name)
        for name in protocol.columns
    ]
    return (row.algorithm, *cells, f"{row.pairs:,}", f"{row.fit_seconds:.1f}", f"{row.ask_ms:.2f}")


def _published_line(protocol: Protocol, name: str, figures: Figures) -> tuple[str, ...]:
    return (f"{name}, published", *(_cell(figures, column) for column in protocol.columns), "-", "-", "-")


def _cell(figures: Figures, name: str) -> str:
    return f"{figures[name]:.{_DIGITS}f}" if name in figures else "-"
