"""The results as JSON records and as a page of tables.

Belongs here: what is written where. Does not belong here: taking figures, judging them (``goals``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.pipeline.dbt_models import DbtTimes, dbt_figures
from benchmarks.pipeline.features import FeatureTimes, feature_figures
from benchmarks.pipeline.goals import FIGURE_HEADER, Figure
from benchmarks.pipeline.load import LoadTimes, load_figures
from benchmarks.pipeline.marts import MartTimes, mart_figures
from benchmarks.pipeline.orchestration import StepTimes, orchestration_figures
from benchmarks.pipeline.whole_run import WholeRun, part_rows, whole_run_figures
from benchmarks.report import markdown_table

_SLOWEST = 10


@dataclass
class Measured:
    """What was measured; a part that was left out is empty.

    Attributes
    ----------
    load, dbt, features, marts, whole_run, orchestration
        By part.
    busy
        Load average of the machine before each part, by its name: with more than nothing, others were at work too.
    """

    load: list[LoadTimes] = field(default_factory=list)
    dbt: DbtTimes | None = None
    features: FeatureTimes | None = None
    marts: list[MartTimes] = field(default_factory=list)
    whole_run: WholeRun | None = None
    orchestration: list[StepTimes] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=dict)

    def figures(self) -> list[Figure]:
        """Return all figures, in the order of the table."""
        return [
            *(load_figures(self.load) if self.load else []),
            *(dbt_figures(self.dbt) if self.dbt else []),
            *(feature_figures(self.features) if self.features else []),
            *mart_figures(self.marts),
            *(whole_run_figures(self.whole_run) if self.whole_run else []),
            *orchestration_figures(self.orchestration),
        ]

    def records(self) -> list[dict[str, object]]:
        """Return the figures, and behind them all that they were made of."""
        details: Mapping[str, Any] = {
            "load": [asdict(table) for table in self.load],
            "dbt": asdict(self.dbt) if self.dbt else None,
            "features": _feature_details(self.features) if self.features else None,
            "marts": [asdict(mart) for mart in self.marts],
            "whole run": _without_output(asdict(self.whole_run)) if self.whole_run else None,
            "orchestration": [asdict(steps) for steps in self.orchestration],
            "load average before": self.busy,
        }
        return [figure.as_record() for figure in self.figures()] + [{"details": details}]


def page(measured: Measured) -> str:
    """Return the tables in Markdown."""
    sections = [markdown_table(FIGURE_HEADER, [figure.as_row() for figure in measured.figures()])]
    if measured.load:
        sections += ["## Load by table", _load_table(measured.load)]
    if measured.dbt:
        rows = [(name, f"{seconds:.2f}") for name, seconds in list(measured.dbt.by_model.items())[:_SLOWEST]]
        sections += [f"## The {_SLOWEST} slowest models in dbt", markdown_table(("model", "seconds"), rows)]
    if measured.features:
        counts = [(name, f"{count:,}") for name, count in measured.features.rows.items()]
        rows = [(name, f"{seconds:.2f}") for name, seconds in list(measured.features.by_model.items())[:_SLOWEST]]
        sections += ["## Feature tables", markdown_table(("table", "rows"), counts)]
        sections += [f"## The {_SLOWEST} slowest models behind the marts", markdown_table(("model", "seconds"), rows)]
    if measured.whole_run:
        rows = list(part_rows(measured.whole_run.parts))
        sections += ["## Parts of an unchanged run", markdown_table(("part", "seconds"), rows)]
    load_averages = ", ".join(f"{part} {average:.1f}" for part, average in measured.busy.items())
    return "\n\n".join([*sections, f"Load average of the machine before each part: {load_averages}."])


def _load_table(measured: Sequence[LoadTimes]) -> str:
    header = ("table", "MB", "rows", "load, s", "read_csv, s", "ratio")
    return markdown_table(
        header,
        [
            (
                table.table,
                f"{table.bytes / 1e6:.1f}",
                f"{table.rows:,}",
                f"{table.loaded_seconds:.2f}",
                f"{table.plain_seconds:.2f}",
                f"{table.ratio:.2f}",
            )
            for table in measured
        ],
    )


def _feature_details(features: FeatureTimes) -> dict[str, Any]:
    """Return the record without what dbt printed, which names paths."""
    details = asdict(features)
    del details["usage"]["output"]
    return details


def _without_output(run: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a run without what its commands printed, which names paths."""
    for usage in (run["first"], *run["unchanged"]):
        del usage["output"]
    return run
