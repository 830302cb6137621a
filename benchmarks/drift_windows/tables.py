"""The verdicts as tables: where nothing changes, where a shift was planted, on real files.

Belongs here: layout, wording, counts against their goals. Does not belong here: verdicts (``verdicts``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.drift_windows.descent import MOVED, Moved, Origin, origin
from benchmarks.drift_windows.verdicts import Judged, Moving
from benchmarks.drift_windows.worlds import World
from benchmarks.report import markdown_table

# Alarms where nothing changes, as a share of the windows.
MOST_ALARMS = 1 / 24
_NOTHING = "-"
_SAME_MONTHS = "same months"
_STEADY = (
    "Nothing changes by law in these samples. Met: at most one of 24 windows is an alarm. A window has too few rows "
    "where it, or the reference, has fewer than the gate asks for."
)
_SHIFTED = (
    "Each row is a model; a month or week is counted as shifted if it lies behind the first day of the shift as a "
    "whole. Delay: shifted windows that passed before the first one in which a planted column was named. Of the named "
    "columns some descend from raw columns that were drawn otherwise (planted), others from those that follow from "
    "these by the sample's laws (following), and none should descend from neither. Before: windows between reference "
    "and shift that are alarms."
)
_REAL = (
    "The reference is what had been seen until {cut_offs}. Nobody knows what changed in these data; the columns that "
    "came nearest to their thresholds, or went beyond, are told with effect / threshold. Against the same months of "
    "the year before only windows are compared whose months the reference has."
)


def steady_table(found: Sequence[Judged]) -> str:
    """Return how many windows of each model are alarms in worlds in which nothing changes."""
    lines = []
    for model in dict.fromkeys(each.model for each in found):
        rows = [each for each in found if each.model == model]
        judged = [each for each in rows if each.is_judged]
        alarms = sum(each.is_alarm for each in judged)
        lines.append(
            (
                model,
                str(len({each.world for each in rows})),
                str(len(rows) - len(judged)),
                str(len(judged)),
                str(alarms),
                goal(alarms, len(judged)),
                counted(each for row in judged for each in row.named),
            )
        )
    header = ("model", "samples", "too few rows", "windows", "alarms", "goal", "columns named, in so many windows")
    return f"{markdown_table(header, lines)}\n\n{_STEADY}"


def goal(alarms: int, windows: int) -> str:
    """Return whether alarms are as rare as they have to be; unknown where nothing was judged."""
    if not windows:
        return _NOTHING
    return "met" if alarms <= max(MOST_ALARMS * windows, 1) else "missed"


def shifted_table(found: Sequence[Judged], worlds: Sequence[World]) -> str:
    """Return what was named of each model after a planted shift, and how late."""
    lines = []
    for world in worlds:
        if world.drift is None:
            continue
        moved = MOVED[(world.source, world.drift.kind)]
        of_world = [each for each in found if each.world == world.name and each.is_judged]
        for model in dict.fromkeys(each.model for each in of_world):
            rows = [each for each in of_world if each.model == model]
            lines.append((f"{world.drift.kind}, {model}", str(world.seed), *_shifted_cells(rows, world, moved)))
    header = ("shift, model", "seed", "before", "windows", "alarms", "delay", *Origin)
    return f"{markdown_table(header, lines)}\n\n{_SHIFTED}"


def _shifted_cells(rows: Sequence[Judged], world: World, moved: Moved) -> tuple[str, ...]:
    after = [row for row in rows if world.is_shifted(row.last)]
    start = world.drift.start if world.drift is not None else world.cut_off
    before = [row for row in rows if row.last < start]
    late = delay(after, moved)
    return (
        f"{sum(row.is_alarm for row in before)} of {len(before)}",
        str(len(after)),
        str(sum(row.is_alarm for row in after)),
        _NOTHING if late is None else str(late),
        *(
            counted(each for row in after for each in row.named if origin(each.raw_columns, moved) is kind)
            for kind in Origin
        ),
    )


def delay(after: Sequence[Judged], moved: Moved) -> int | None:
    """Return how many shifted windows passed before a planted column was named; None if none ever was."""
    for passed, row in enumerate(after):
        if any(origin(each.raw_columns, moved) is Origin.PLANTED for each in row.named):
            return passed
    return None


def real_table(found: Sequence[Judged], worlds: Sequence[World]) -> str:
    """Return the verdict on each window of real files."""
    lines = [
        (
            each.model,
            str(each.last),
            f"{_SAME_MONTHS if _SAME_MONTHS in each.reference else 'training'}",
            f"{each.reference_rows:,}",
            f"{each.current_rows:,}",
            each.verdict.value.replace("_", " "),
            f"{len(each.named)} of {each.judged}",
            ", ".join(told(moving) for moving in each.farthest) or _NOTHING,
        )
        for each in found
    ]
    header = ("model", "until", "reference", "its rows", "rows", "verdict", "columns named", "farthest")
    cut_offs = ", ".join(f"{world.cut_off} ({world.source})" for world in worlds)
    return f"{markdown_table(header, lines)}\n\n{_REAL.format(cut_offs=cut_offs)}"


def told(moving: Moving) -> str:
    """Return a column with part, effect and threshold."""
    return f"{moving.column} {moving.part} {moving.effect:+.2f} / {moving.threshold:.2f}"


def counted(moving: Iterable[Moving]) -> str:
    """Return columns with the number of times that each occurs, the most frequent first."""
    counts = Counter(each.column for each in moving)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return ", ".join(f"{name} {counts[name]}" for name in ordered) or _NOTHING
