"""Evidently's charts of a column, made readable at a glance.

Belongs here: which chart of a column comes first, and how it is first shown. Does not belong here: what is charted
(``evidently_report``), making the data small (``widgets``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ml_assets.monitoring.verdict import ColumnDrift
from ml_assets.reports.wording import decimal, signed

_TABS, _WIDGET, _PARAMS, _TYPE = "tabs", "widget", "params", "type"
_LAYOUT, _DATA, _MENUS, _VISIBLE = "layout", "data", "updatemenus", "visible"
_NAME, _MARKER, _SCORE, _TESTS = "name", "marker", "counter", "test_suite"
# Of the two buttons over a distribution, the one for shares.
_SHARES = 1
# Bars of a window, by the name of their series; Evidently's dark grey cannot be seen by night. Against the paper of
# charts by day and by night their contrast is above 3 (Web Content Accessibility Guidelines 2.2, 1.4.11).
_COLOURS = {"current": "#1f82c6", "reference": "#767d88"}


def readable(widgets: Sequence[Mapping[str, Any]], periods: int) -> tuple[Mapping[str, Any], ...]:
    """Return widgets of drift with a column's distribution first, as shares, since windows differ in their rows.

    Parameters
    ----------
    widgets
        Widgets as Evidently's JSON holds them.
    periods
        Periods of the current window. A course over time needs two; with one, that chart is left out.
    """
    return tuple(_reordered(each, periods) if each[_TYPE] == _TABS else each for each in widgets)


def without_score(widgets: Sequence[Mapping[str, Any]], why: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Return widgets of columns that are shown, not judged: in place of a score stands why.

    Parameters
    ----------
    widgets
        Widgets as Evidently's JSON holds them, of each column first its score.
    why
        Why a column is not judged, in the order of the columns.
    """
    reasons = iter(why)
    return tuple(_with_label(each, next(reasons)) if each[_TYPE] == _SCORE else each for each in widgets)


def explained(widgets: Sequence[Mapping[str, Any]], columns: Sequence[ColumnDrift]) -> tuple[Mapping[str, Any], ...]:
    """Return widgets with the outcome of each test in our words: Evidently rounds a score and its threshold alike.

    Parameters
    ----------
    widgets
        Widgets as Evidently's JSON holds them.
    columns
        The columns that were tested, in that order.
    """
    return tuple(_in_words(each, columns) if each[_TYPE] == _TESTS else each for each in widgets)


def _in_words(widget: Mapping[str, Any], columns: Sequence[ColumnDrift]) -> Mapping[str, Any]:
    tests = [
        {
            **test,
            "description": f"Effect {signed(column.effect)}, threshold {decimal(column.threshold)} ({column.part}): "
            f"{'drifted' if column.is_drifted else 'stable'}.",
        }
        for test, column in zip(widget[_PARAMS]["tests"], columns, strict=True)
    ]
    return {**widget, _PARAMS: {**widget[_PARAMS], "tests": tests}}


def _with_label(widget: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    [counter] = widget[_PARAMS]["counters"]
    return {**widget, _PARAMS: {**widget[_PARAMS], "counters": [{**counter, "label": f"Not judged: {words}"}]}}


def _reordered(widget: Mapping[str, Any], periods: int) -> Mapping[str, Any]:
    distributions = [each for each in widget[_TABS] if _is_distribution(each)]
    courses = [each for each in widget[_TABS] if not _is_distribution(each)] if periods > 1 else []
    shares = [
        {**each, _WIDGET: {**each[_WIDGET], _PARAMS: _in_shares(each[_WIDGET][_PARAMS])}} for each in distributions
    ]
    return {**widget, _TABS: [*shares, *courses]}


def _is_distribution(tab: Mapping[str, Any]) -> bool:
    """Return whether a tab holds a distribution: only those can be switched between counts and shares."""
    return _MENUS in tab[_WIDGET][_PARAMS][_LAYOUT]


def _in_shares(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a distribution as it looks after a click on its button for shares, in our colours."""
    layout = figure[_LAYOUT]
    menu = layout[_MENUS][0]
    shown, axes = menu["buttons"][_SHARES]["args"]
    traces = [
        {**trace, _VISIBLE: is_shown, _MARKER: {**trace[_MARKER], "color": _COLOURS[trace[_NAME]]}}
        for trace, is_shown in zip(figure[_DATA], shown[_VISIBLE], strict=True)
    ]
    titled = {**layout, "yaxis": {**layout["yaxis"], "title": {"text": axes["yaxis"]["title"]}}}
    return {**figure, _DATA: traces, _LAYOUT: {**titled, _MENUS: [{**menu, "active": _SHARES}]}}
