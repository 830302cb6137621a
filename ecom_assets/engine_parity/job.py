"""The audit as a job of Dagster, to be launched when it is wanted: it makes no asset.

Belongs here: the op, and what it shows. Does not belong here: the audit itself (``audit``).

The op takes no pool: on the server it takes its turn among the builds, and what it builds are files of its own.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from ecom_assets.comparison.outcome import Comparison
from ecom_assets.engine_parity.audit import audit_parity, problems
from ecom_assets.environment import Settings
from ecom_assets.keys import AUDIT_ENGINE_PARITY

_DESCRIPTION = """\
Are the tables on the Postgres server those that DuckDB builds from the same files? Makes no asset.

Needs ECOM_TARGET=postgres and a finished run on the files that lie in the landing folder now. Builds all of them anew,
in a folder below ECOM_HOME that is removed afterwards."""


def audited(comparisons: Sequence[Comparison]) -> Mapping[str, dg.MetadataValue]:
    """Return what an audit shows of itself.

    Raises
    ------
    Failure
        If a table differs; the message says where.
    """
    metadata = {
        "tables": dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "table": comparison.table,
                        "rows": comparison.rows,
                        "differences": sum(difference.count for difference in comparison.differences),
                    }
                )
                for comparison in comparisons
            ]
        )
    }
    found = problems(comparisons)
    if found:
        raise dg.Failure(description=found, metadata=metadata, allow_retries=False)
    return metadata


def build_parity_job(settings: Settings) -> dg.JobDefinition:
    """Return the job over the sources in use; on the embedded engine its run says what it needs."""

    @dg.op(name="compare_engines", description="Build the landing folder with DuckDB, and compare with the server.")
    def compare_engines(context: dg.OpExecutionContext) -> None:
        context.add_output_metadata(audited(audit_parity(settings, context.log.info)))

    @dg.job(name=AUDIT_ENGINE_PARITY, description=_DESCRIPTION, executor_def=dg.in_process_executor)
    def audit_engine_parity() -> None:
        compare_engines()

    return audit_engine_parity
