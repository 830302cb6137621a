"""The audit as a job of Dagster, to be launched when it is wanted: it makes no asset.

Belongs here: the op, its config, and what it shows. Does not belong here: the audit itself (``audit``).

The op takes no pool: it builds in files of its own and never opens the warehouse.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import dagster as dg
from pydantic import Field

from ecom_assets.environment import Settings
from ecom_assets.keys import AUDIT_POINT_IN_TIME
from ecom_assets.point_in_time.audit import CutReport, Kind, NotAuditableError, audit, chosen_cuts, problems


class AuditConfig(dg.Config):
    """What may be asked of an audit in the launchpad.

    Attributes
    ----------
    sources
        Sources whose feature tables are audited; all in use by default.
    cuts
        Days by source, as YYYY-MM-DD; three spread over the as-of dates by default.
    poison
        Build also from files in which everything after the day is nonsense.
    """

    sources: list[str] = Field(default_factory=list)
    cuts: dict[str, list[str]] = Field(default_factory=dict)
    poison: bool = False


def asked_cuts(config: AuditConfig, in_use: Sequence[str]) -> dict[str, tuple[date, ...]]:
    """Return the days to audit by source; none for a source stands for the default.

    Raises
    ------
    NotAuditableError
        If a source is not in use, or a day is none.
    """
    cuts = {source: tuple(_day(text) for text in days) for source, days in config.cuts.items()}
    return chosen_cuts(cuts, config.sources, in_use)


def asked_kinds(config: AuditConfig) -> tuple[Kind, ...]:
    """Return which pasts are built."""
    return (Kind.CUT, Kind.POISONED) if config.poison else (Kind.CUT,)


def rows_compared(reports: Sequence[CutReport]) -> dict[str, int]:
    """Return the rows that were compared, by table, over all builds of the past."""
    rows: dict[str, int] = {}
    for report in reports:
        for comparison in report.comparisons:
            rows[comparison.table] = rows.get(comparison.table, 0) + comparison.rows
    return rows


def audited(reports: Sequence[CutReport]) -> Mapping[str, dg.MetadataValue]:
    """Return what an audit shows of itself.

    Raises
    ------
    Failure
        If a value moved, or a table could not be proved; the message says where.
    """
    metadata: dict[str, dg.MetadataValue] = {
        f"rows compared in {table}": dg.MetadataValue.int(rows) for table, rows in rows_compared(reports).items()
    }
    days = sorted({f"{report.source} {report.as_of} ({report.kind})" for report in reports})
    metadata["builds"] = dg.MetadataValue.text(", ".join(days))
    found = problems(reports)
    if found:
        raise dg.Failure(description=found, metadata=metadata, allow_retries=False)
    return metadata


def build_audit_job(settings: Settings) -> dg.JobDefinition:
    """Return the job over the sources in use."""

    @dg.op(name="audit_features", description="Rebuild the features from the past, and hold them against the present.")
    def audit_features(context: dg.OpExecutionContext, config: AuditConfig) -> None:
        kinds = asked_kinds(config)
        reports = [
            report
            for source, cuts in asked_cuts(config, settings.sources).items()
            for report in audit(settings, source, cuts, kinds=kinds)
        ]
        context.add_output_metadata(audited(reports))

    @dg.job(
        name=AUDIT_POINT_IN_TIME,
        description="Are the features of a day those that could have been known on it? Makes no asset.",
        executor_def=dg.in_process_executor,
    )
    def audit_point_in_time() -> None:
        audit_features()

    return audit_point_in_time


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAuditableError(f"{text!r} is not a day like 2018-03-31") from None
