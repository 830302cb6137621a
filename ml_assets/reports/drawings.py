"""Line drawings as inline SVG, whose colours follow the page: light, dark, and readable without telling colours apart.

Belongs here: axes, and how series become paths. Does not belong here: which drawings a page shows (``charts``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from ml_assets.reports.page import rendered

WIDTH, HEIGHT = 440, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 24, 10, 46
# Below this share of the larger end, or of 1, two ends are one: no figure that is drawn has so many digits.
_EQUAL = 1e-9


class Look(StrEnum):
    """Which colour and dash a series has: the CSS class of its path."""

    MODEL = "model"
    RULE = "rule"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction of a drawing.

    Attributes
    ----------
    words
        What is measured along it.
    low, high
        Its ends.
    ticks
        Where it is marked, and with which words.
    is_log
        Whether equal ratios are equally long; then both ends are above 0.
    """

    words: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    is_log: bool = False

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, 0 to 1; what lies beyond an end is drawn on it."""
        low, high, at = (math.log(x) if self.is_log else x for x in (self.low, self.high, max(value, self.low)))
        return min((at - low) / (high - low), 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """A marked point; ``words`` show when it is pointed at, ``low`` and ``high`` are the ends of its interval."""

    x: float
    y: float
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A line, or separate dots, with a name.

    Attributes
    ----------
    words
        Its name in the legend.
    x, y
        Points of the line in order; a y of None interrupts it.
    dots
        Marked points, with their intervals.
    """

    words: str
    look: Look
    x: tuple[float, ...] = ()
    y: tuple[float | None, ...] = ()
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing for a page: its title, what it says in words, its legend and its SVG."""

    title: str
    words: str
    legend: tuple[tuple[str, str], ...]
    svg: Markup


def drawing(title: str, words: str, x: Axis, y: Axis, series: Sequence[Series]) -> Drawing:
    """Return a drawing of series over one another, the first at the back.

    Parameters
    ----------
    title
        Of the drawing.
    words
        What it says, for those who cannot see it, and below it.
    """
    across = _Placed(x, _LEFT, WIDTH - _RIGHT)
    up = _Placed(y, HEIGHT - _BOTTOM, _TOP)
    svg = rendered(
        "drawing.svg",
        width=WIDTH,
        height=HEIGHT,
        box={"left": _LEFT, "right": WIDTH - _RIGHT, "top": _TOP, "bottom": HEIGHT - _BOTTOM},
        title=title,
        words=words,
        x=x,
        y=y,
        x_ticks=[(across.at(value), label) for value, label in x.ticks],
        y_ticks=[(up.at(value), label) for value, label in y.ticks],
        paths=[(each.look.value, _path(each, across, up)) for each in series if each.x],
        dots=[(each.look.value, *_placed_dot(dot, across, up)) for each in series for dot in each.dots],
    )
    # The template escapes what it is given, so that its outcome is markup.
    return Drawing(title, words, tuple((each.words, each.look.value) for each in series), Markup(svg))  # noqa: S704


def spread_ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Return round numbers, about so many, whose first is at most ``low`` and whose last at least ``high``.

    Steps are 1, 2 or 5 times a power of ten. If both ends are as good as equal, the ticks lie around them.
    """
    if high - low <= _EQUAL * max(abs(low), abs(high), 1.0):
        margin = 0.1 * max(abs(low), 1.0)
        low, high = low - margin, high + margin
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def spread_axis(words: str, values: Iterable[float | None], wanted: int = 5) -> Axis:
    """Return an axis that holds all values that are known, between round numbers."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    ticks = spread_ticks(min(known, default=0.0), max(known, default=1.0), wanted)
    digits = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9))
    labels = (f"{tick:.{digits}f}".replace("-", "\N{MINUS SIGN}") for tick in ticks)
    return Axis(words, ticks[0], ticks[-1], tuple(zip(ticks, labels, strict=True)))


@dataclass(frozen=True, slots=True)
class _Placed:
    """An axis between two edges of the drawing."""

    axis: Axis
    first_edge: float
    last_edge: float

    def at(self, value: float) -> str:
        """Return the place of a value, in units of the drawing."""
        return f"{self.first_edge + self.axis.share(value) * (self.last_edge - self.first_edge):.1f}"


def _path(series: Series, across: _Placed, up: _Placed) -> str:
    """Return a series as SVG path data; points that fall on the one before are left out."""
    return " ".join(_steps(series, across, up))


def _steps(series: Series, across: _Placed, up: _Placed) -> Iterator[str]:
    pen, before = "M", ""
    for x, y in zip(series.x, series.y, strict=True):
        if y is None or not math.isfinite(y):
            pen, before = "M", ""
            continue
        place = f"{across.at(x)} {up.at(y)}"
        if place != before:
            yield f"{pen}{place}"
        pen, before = "L", place


def _placed_dot(dot: Dot, across: _Placed, up: _Placed) -> tuple[str, str, str, str | None, str | None]:
    low, high = (None if end is None else up.at(end) for end in (dot.low, dot.high))
    return across.at(dot.x), up.at(dot.y), dot.words, low, high
