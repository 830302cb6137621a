"""Evidently's widgets as data that a page holds and the shared script draws.

Belongs here: making that data small, the same at every run, and safe inside a page. Does not belong here: computing
it (``evidently_report``), the script (``scripts``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

# A chart is a few hundred pixels wide; more digits cannot be seen.
_DIGITS = 4
_ID, _TEMPLATE = "id", "template"
# What ties a widget to the metric that it was made from; nothing on a page asks for it.
_UNUSED = frozenset({"linked_metrics", "source_fingerprint"})


def embedded(sections: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return sections of widgets as JSON to stand inside a ``script`` element.

    Plotly repeats one template of some 7 KB in each chart: it is written once, and the script puts it back. Evidently
    draws the names of its widgets by lot: they are numbered instead, so that the same data make the same page.

    Parameters
    ----------
    sections
        Widgets of each part of the page as Evidently's own JSON holds them.
    """
    names = _Numbered()
    templates: list[Any] = []
    slim = {name: [_slim(widget, names, templates) for widget in widgets] for name, widgets in sections.items()}
    text = json.dumps({"templates": templates, "sections": slim}, separators=(",", ":"), allow_nan=False)
    # Nothing in a value can end the element that the JSON stands in.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class _Numbered:
    """Names by lot, and the number of each in the order of their first appearance."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._next: Iterator[int] = count(1)

    def __call__(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = f"w{next(self._next)}"
        return self._known[name]


def _slim(value: Any, names: _Numbered, templates: list[Any]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: names(each)
            if key == _ID and isinstance(each, str)
            else _shared(each, templates)
            if key == _TEMPLATE and isinstance(each, Mapping)
            else _slim(each, names, templates)
            for key, each in value.items()
            if key not in _UNUSED
        }
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return [_slim(each, names, templates) for each in value]
    if isinstance(value, float):
        return _rounded(value)
    return value


def _shared(template: Any, templates: list[Any]) -> int:
    """Return the place of a template among those seen; a new one is added."""
    if template not in templates:
        templates.append(template)
    return templates.index(template)


def _rounded(value: float) -> float | None:
    """Return a number with the digits that can be seen, a whole one as it is; what is no number is nothing."""
    if not math.isfinite(value):
        return None
    return value if value.is_integer() else float(f"{value:.{_DIGITS}g}")
