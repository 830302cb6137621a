"""What the gate found, in plain words.

Belongs here: sentences and short descriptions. Does not belong here: what they tell of (``judge``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ml_assets.monitoring.columns import Role
from ml_assets.monitoring.gate.components import ORDERED_ASPECTS
from ml_assets.monitoring.gate.measured import MISSING_PART, Block
from ml_assets.monitoring.verdict import ColumnDrift, Verdict, is_importance_known
from ml_assets.monitoring.window import Window

_NAMED = 5


def upper_of_two(reference: pd.Series, current: pd.Series, part: str) -> float | None:
    """Return the larger of the two values that a column of numbers has in both windows; None where it has more.

    Parameters
    ----------
    reference, current
        The column in both windows.
    part
        Name of the part that is told of; of shares each is told anyway, and nothing is looked for.
    """
    if part not in ORDERED_ASPECTS:
        return None
    sides = [each.to_numpy(dtype=np.float64, na_value=np.nan) for each in (reference, current)]
    low, high = min(np.nanmin(each) for each in sides), max(np.nanmax(each) for each in sides)
    has_more = any(bool(np.any((each > low) & (each < high))) for each in sides)
    return None if has_more else float(high)


def described(values: pd.Series, part: str, share: float, upper: float | None = None) -> str:
    """Return a window of a column in a few words, as far as they bear on a part.

    Parameters
    ----------
    values
        The column.
    part
        Name of the part.
    share
        Share of the rows in the cell that the part is about; of no account for ordered parts.
    upper
        The larger value of a column of two, such as 1 of yes and no, whose share says more than a median.
    """
    if part == MISSING_PART:
        return f"{share:.1%} missing"
    if part not in ORDERED_ASPECTS:
        return f"{share:.1%}"
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = numbers[~np.isnan(numbers)]
    if upper is not None:
        return f"{np.mean(known == upper):.1%} are {upper:.4g}"
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75), method="inverted_cdf")
    return f"median {middle:.4g}, middle half {low:.4g} to {high:.4g}"


def share_of(block: Block, component: int, rows: slice) -> float:
    """Return the share of a stretch of rows that a component of shares is about: where its score is above 0."""
    code = block.code[rows]
    cell = int(np.argmax(block.components.scores[component]))
    return float(np.mean(code[code >= 0] == cell))


def sentence(verdict: Verdict, columns: Sequence[ColumnDrift], importance: float, reference_name: str) -> str:
    """Return the verdict as a sentence: what shifted, what it descends from, how important it is."""
    drifted = [column for column in columns if column.is_drifted]
    if not drifted:
        judged = sum(1 for column in columns if not column.excluded)
        return f"None of {judged} columns moved against {reference_name}."
    farthest = sorted(drifted, key=_times_threshold, reverse=True)
    named = "; ".join(_named(column) for column in farthest[:_NAMED])
    more = f"; and {len(drifted) - _NAMED} more" if len(drifted) > _NAMED else ""
    moved = f"Against {reference_name}, {len(drifted)} of {len(columns)} columns moved: {named}{more}."
    if not is_importance_known(columns):
        return f"{moved} No importance of a column is known, so each counts."
    end = ", too little to matter." if verdict is Verdict.UNIMPORTANT else "."
    return f"{moved} Drifted features hold {importance:.0%} of the champion's importance{end}"


def answers_sentence(columns: Sequence[ColumnDrift], window: Window, reference_name: str) -> str:
    """Return in a sentence what answers did, and which window they are of."""
    drifted = [column for column in columns if column.is_drifted]
    which = f"answers of {window.first} to {window.last}"
    if not drifted:
        return f"Against {reference_name}, {which} did not move."
    return f"Against {reference_name}, {which} moved: {'; '.join(_named(column) for column in drifted)}."


def too_few(reference_rows: int, current_rows: int, min_rows: int, reference_name: str) -> str:
    """Return why nothing can be said."""
    rows = "row" if reference_rows == 1 else "rows"
    return (
        f"{reference_rows:,} {rows} of {reference_name} and {current_rows:,} of the current window are too few: "
        f"each needs {min_rows:,}."
    )


def unmeasured_shocks(found: int, needed: int) -> str:
    """Return what an alarm cannot rule out where the reference has few stretches as long as the current window."""
    return (
        f"The reference is {found} times as long as the current window, and from fewer than {needed} stretches it is "
        "not known how much they differ anyway."
    )


def _times_threshold(column: ColumnDrift) -> float:
    return abs(column.effect or 0.0) / (column.threshold or 1.0)


def _named(column: ColumnDrift) -> str:
    raw = f", from {', '.join(column.raw_columns)}" if column.raw_columns else ""
    role = "" if column.role is Role.FEATURE else f"{column.role} "
    return f"{role}{column.name} ({column.part}: {column.reference}, now {column.current}{raw})"
