"""What a comparison of two builds came to, and how it is told.

Belongs here: differences with their examples, in words. Does not belong here: how they are found (``rows``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Example:
    """One value that differs.

    Attributes
    ----------
    key
        The row, as ``column=value`` pairs.
    first, second
        The value in the first and in the second build, as text.
    """

    key: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A column of a table in which the builds differ; a word in brackets where more than a value does.

    Attributes
    ----------
    table, column
        Where.
    count
        In how many rows, or whatever ``unit`` names.
    examples
        Some of them, by key.
    unit
        What is counted.
    """

    table: str
    column: str
    count: int
    examples: tuple[Example, ...]
    unit: str = "rows"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcome of one table.

    Attributes
    ----------
    table
        Its name.
    rows
        Rows of the second build that were compared.
    differences
        What differs; nothing if the builds agree.
    """

    table: str
    rows: int
    differences: tuple[Difference, ...]


def describe(comparisons: Sequence[Comparison], first: str, second: str) -> str:
    """Return the differences in words, with at most ``MAX_EXAMPLES`` examples in all; nothing if there are none.

    Parameters
    ----------
    comparisons
        One a table.
    first, second
        What the two builds are called.
    """
    differences = [difference for comparison in comparisons for difference in comparison.differences]
    each = max(1, MAX_EXAMPLES // max(1, len(differences)))
    lines: list[str] = []
    left = MAX_EXAMPLES
    for difference in differences:
        lines.append(f"{difference.table}.{difference.column} differs in {difference.count} {difference.unit}")
        for example in difference.examples[: min(each, left)]:
            lines.append(f"  {example.key}: {first} {example.first}, {second} {example.second}")
            left -= 1
    return "\n".join(lines)
