"""The audit of point-in-time correctness: features rebuilt from the past must be the features that stand there.

Belongs here: which builds are made, what they are held against, and the verdict. Does not belong here: how a folder is
cut or poisoned (``raw_as_of``, ``poison``), built (``builds``) or compared (``compare``), Dagster (``job``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ecom_assets.comparison.builds import Build
from ecom_assets.comparison.outcome import Comparison, describe
from ecom_assets.environment import Settings
from ecom_assets.point_in_time.builds import Workshop
from ecom_assets.point_in_time.compare import Builds, compare
from ecom_assets.point_in_time.feature_tables import FeatureTable, feature_tables
from ecom_assets.point_in_time.poison import write_poisoned
from ecom_assets.point_in_time.raw_as_of import end_of_day, write_raw_as_of
from ecom_assets.sql_text import literal
from ml_assets.contract import FEATURES_SCHEMA, INTERMEDIATE_SCHEMA

_SEED = 20_180_331
# Where default cuts lie among the as-of dates: not among the first ones, which hold next to nothing, and not the last.
_DEFAULT_PLACES = (0.4, 0.65, 0.9)
_FINAL_STATUS = "select order_id from {build}.raw_olist.orders where order_status in ({statuses})"
_WHOLE, _OTHER = "whole_build", "other_build"


class NotAuditableError(ValueError):
    """A source or a day that was asked for cannot be audited; the message says what can be."""


class Kind(StrEnum):
    """How the past of a build was made."""

    CUT = "cut"
    POISONED = "poisoned"


@dataclass(frozen=True, slots=True)
class CutReport:
    """What one build of the past came to.

    Attributes
    ----------
    source
        Source whose tables were compared.
    as_of
        The day.
    kind
        Whether what came later was missing or nonsense.
    comparisons
        One a feature table.
    """

    source: str
    as_of: date
    kind: Kind
    comparisons: tuple[Comparison, ...]


def audit(
    settings: Settings,
    source: str,
    cuts: Sequence[date] = (),
    *,
    kinds: Sequence[Kind] = (Kind.CUT,),
) -> tuple[CutReport, ...]:
    """Build the feature tables of a source as they are and as of some days, and compare.

    Everything is built in a folder of its own below the home, which is removed afterwards; the warehouse is not opened.

    Parameters
    ----------
    settings
        Which landing folder, and where the home is.
    source
        Name of a declared source.
    cuts
        The days; three spread over the as-of dates by default.
    kinds
        Whether what came later is left out, replaced by nonsense, or one after the other.

    Returns
    -------
    tuple of CutReport
        One a day and kind; ``problems`` tells what is wrong.

    Raises
    ------
    LoadError
        If the landing folder cannot be used as it is.
    NothingKnownError
        If a day lies before the first rows.
    BuildError
        If dbt fails.
    NotAuditableError
        If no days are named and there are too few to choose from.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.home, prefix="audit_") as folder:
        workshop = Workshop(Path(folder), settings, source)
        whole = workshop.build("whole", settings.raw_dir)
        days = tuple(cuts) or default_cuts(as_of_dates(whole, source))
        return tuple(
            audit_build(whole, build_past(workshop, settings, day, kind), source, day, kind)
            for day in days
            for kind in kinds
        )


def build_past(workshop: Workshop, settings: Settings, day: date, kind: Kind) -> Build:
    """Write the landing folder of a day and build it."""
    name = f"{kind}_{day}"
    raw_dir = workshop.folder / f"raw_{name}"
    share = settings.max_rejected_share
    if kind is Kind.CUT:
        write_raw_as_of(settings.raw_dir, raw_dir, day, [workshop.source], max_rejected_share=share)
    else:
        write_poisoned(settings.raw_dir, raw_dir, day, workshop.source, seed=_SEED, max_rejected_share=share)
    return workshop.build(name, raw_dir)


def audit_build(whole: Build, other: Build, source: str, day: date, kind: Kind) -> CutReport:
    """Compare the feature tables of a source in the whole build and in one of the past."""
    with attached_builds(whole.path, other.path) as connection:
        before = compared_before(connection, _OTHER, source, day)
        comparisons = tuple(
            compare(
                connection,
                table,
                Builds(
                    whole=f"{_WHOLE}.{FEATURES_SCHEMA}.{table.name}",
                    cut=f"{_OTHER}.{FEATURES_SCHEMA}.{table.name}",
                    before=before,
                    # In a poisoned folder even the volumes are nonsense by which labels are held to be complete.
                    has_labels=kind is Kind.CUT,
                    voided=voided_rows(table, _WHOLE),
                ),
            )
            for table in feature_tables(whole.manifest, source)
        )
    return CutReport(source, day, kind, comparisons)


def problems(reports: Sequence[CutReport], *, may_be_empty: Collection[str] = ()) -> str:
    """Return what is wrong, in words; nothing if every table was proved and no value moved.

    A table without a row by the day proves nothing, which is wrong too, but for those of ``may_be_empty``.
    """
    found = []
    for report in reports:
        title = f"{report.source}, {report.kind} at the end of {report.as_of}"
        if not report.comparisons:
            found.append(f"{title}: there is no feature table, so nothing was proved")
        for comparison in report.comparisons:
            if not comparison.rows and not comparison.differences and comparison.table not in may_be_empty:
                found.append(f"{title}: {comparison.table} has no row by that day, so nothing was proved; cut later")
        differences = describe(report.comparisons, "whole", "cut")
        if differences:
            found.append(f"{title}:\n{differences}")
    return "\n".join(found)


def chosen_cuts(
    cuts: Mapping[str, Sequence[date]], sources: Collection[str], in_use: Sequence[str]
) -> dict[str, tuple[date, ...]]:
    """Return the days to audit by source; none for a source stands for the default.

    Parameters
    ----------
    cuts
        The days that were named, by source.
    sources
        The sources that were named; by default those of the days, and without days all in use.
    in_use
        Sources in use.

    Raises
    ------
    NotAuditableError
        If a source is not in use.
    """
    wanted = sources or cuts or in_use
    unknown = sorted({*wanted, *cuts} - {*in_use})
    if unknown:
        raise NotAuditableError(f"{', '.join(unknown)} cannot be audited; the sources in use are {', '.join(in_use)}")
    return {source: tuple(cuts.get(source, ())) for source in in_use if source in wanted}


def default_cuts(dates: Sequence[date]) -> tuple[date, ...]:
    """Return three days spread over the as-of dates.

    Raises
    ------
    NotAuditableError
        If there are too few dates for one to lie between others.
    """
    days = sorted(set(dates))
    found = tuple(dict.fromkeys(days[int(len(days) * place)] for place in _DEFAULT_PLACES if days))
    if len(found) < len(_DEFAULT_PLACES) or found[-1] == days[-1]:
        raise NotAuditableError(f"{len(days)} as-of dates are too few to spread cuts over; name the cuts")
    return found


def as_of_dates(build: Build, source: str) -> tuple[date, ...]:
    """Return the as-of dates of a source."""
    with duckdb.connect(str(build.path), read_only=True) as connection:
        rows = connection.execute(
            f"select as_of_date from {INTERMEDIATE_SCHEMA}.int_as_of_dates where source = ? order by as_of_date",
            [source],
        ).fetchall()
    return tuple(day for (day,) in rows)


@contextmanager
def attached_builds(whole: Path, other: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that reads two warehouse files, as ``whole_build`` and ``other_build``."""
    with duckdb.connect() as connection:
        for path, name in ((whole, _WHOLE), (other, _OTHER)):
            connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        yield connection


def compared_before(connection: duckdb.DuckDBPyConnection, build: str, source: str, day: date) -> str:
    """Return SQL of the moment before which rows of a build of the past are compared: the end of the day.

    If nothing happened on that day, the past does not reach to its end: its own clock stood still earlier, and an
    as-of date after that is not asked about yet.
    """
    [(clock,)] = connection.execute(
        f"select cast(event_clock as date) from {build}.{INTERMEDIATE_SCHEMA}.int_event_clocks where source = ?",
        [source],
    ).fetchall()
    return end_of_day(min(day, clock))


def voided_rows(table: FeatureTable, build: str) -> dict[str, str]:
    """Return by label the query of the orders whose final status makes it NULL."""
    return {
        label: _FINAL_STATUS.format(build=build, statuses=", ".join(literal(status) for status in statuses))
        for label, statuses in table.voided_labels.items()
    }
