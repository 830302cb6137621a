"""What a page shows of one pair of windows: columns, charts, a summary; and a report as it is to be written.

Belongs here: which columns are drawn, in which order, and which charts are open at once. Does not belong here: what
else stands on a page (``drift_page``, ``quality_page``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml_assets.monitoring.columns import Role
from ml_assets.monitoring.report.charts import explained, readable, without_score
from ml_assets.monitoring.report.drawn_rows import DRAWN_ROWS, all_rows, chart_rows
from ml_assets.monitoring.report.evidently_report import DrawnDrift, drift_report, unjudged_report
from ml_assets.monitoring.report.scripts import SharedScript
from ml_assets.monitoring.report.summary import ColumnSummary, summaries
from ml_assets.monitoring.report.wording import VERDICT_TONES, VERDICT_WORDS
from ml_assets.monitoring.verdict import ColumnDrift, DriftVerdict
from ml_assets.monitoring.window import Window
from ml_assets.reports.wording import Tone

_UNJUDGED = "was not judged"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is to be written.

    Attributes
    ----------
    page, data
        Texts of the HTML file and the JSON file.
    script
        Script that the page asks for, in ``SCRIPTS`` beside the folder of the page.
    """

    page: str
    data: str
    script: SharedScript


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts of some columns.

    Attributes
    ----------
    columns
        The columns, in the order drawn.
    widgets
        Evidently's widgets as JSON holds them.
    """

    columns: tuple[ColumnDrift, ...]
    widgets: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a page shows of one pair of windows.

    Attributes
    ----------
    verdict
        What the gate found.
    columns
        All columns in the order of the table.
    opened, others, unjudged
        Charts that are open at once, those of the other judged columns, and those of columns that are not judged.
    evidently
        What Evidently says of each column that was judged.
    not_drawn
        Why a column has no chart.
    summaries
        What both windows hold, in numbers.
    """

    verdict: DriftVerdict
    columns: tuple[ColumnDrift, ...]
    opened: Charts
    others: Charts
    unjudged: Charts
    evidently: Mapping[str, DrawnDrift]
    not_drawn: Mapping[str, str]
    summaries: tuple[ColumnSummary, ...]

    @property
    def tone(self) -> Tone:
        """How the verdict looks."""
        return VERDICT_TONES[self.verdict.verdict]

    @property
    def verdict_words(self) -> str:
        """What the verdict is called."""
        return VERDICT_WORDS[self.verdict.verdict]

    @property
    def drawn_rows(self) -> int:
        """How many rows of a window charts show at most."""
        return DRAWN_ROWS

    def sections(self, prefix: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
        """Return the charts by the names that the page calls them by."""
        return {
            f"{prefix}{name}": charts.widgets
            for name, charts in (("opened", self.opened), ("others", self.others), ("unjudged", self.unjudged))
        }


def parts_of(
    reference: Window, current: Window, verdict: DriftVerdict, columns: Sequence[ColumnDrift], *, open_charts: int
) -> Parts:
    """Return what a page shows of two windows.

    Parameters
    ----------
    reference, current
        The windows that were judged.
    verdict, columns
        What the gate found, and of which columns in these windows.
    open_charts
        Charts that are open at once even if fewer columns drifted; of those that drifted all are.
    """
    rows = all_rows(reference, current, {each.name: each.kind for each in columns})
    drawn = chart_rows(rows)
    not_drawn = _not_drawn(columns, drawn.unseen)
    judged = in_order(each for each in columns if each.name not in not_drawn and not each.excluded)
    excluded = in_order(each for each in columns if each.excluded and each.name in drawn.visible)
    seam = max(open_charts, sum(each.is_drifted for each in judged))
    opened, others = judged[:seam], judged[seam:]
    first, rest = (drift_report(drawn, some) for some in (opened, others))
    bare = without_score(unjudged_report(drawn, excluded), [each.excluded for each in excluded])
    periods = rows.current.index.nunique()
    return Parts(
        verdict=verdict,
        columns=tuple(in_order(columns)),
        opened=Charts(tuple(opened), explained(readable(first.widgets, periods), opened)),
        others=Charts(tuple(others), explained(readable(rest.widgets, periods), others)),
        unjudged=Charts(tuple(excluded), readable(bare, periods)),
        evidently={**first.columns, **rest.columns},
        not_drawn=not_drawn,
        summaries=summaries(rows),
    )


def in_order(columns: Iterable[ColumnDrift]) -> list[ColumnDrift]:
    """Return drifted columns first, then judged ones, predictions and labels before features; by importance and name.

    Columns that are not judged come last.
    """
    return sorted(
        columns,
        key=lambda each: (
            not each.is_drifted,
            bool(each.excluded),
            each.role is Role.FEATURE,
            -each.importance,
            each.name,
        ),
    )


def _not_drawn(columns: Sequence[ColumnDrift], unseen: Mapping[str, str]) -> dict[str, str]:
    """Return why columns have no chart."""
    unjudged = {
        each.name: _UNJUDGED
        for each in columns
        if not each.excluded and (each.effect is None or each.threshold is None)
    }
    return {**unjudged, **unseen}
