"""``make run``: whatever is stale, from raw files to the last asset, and what stands afterwards.

Belongs here: the order of steps and what is printed. Does not belong here: what is stale (``plan``), how
anything is made.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

from ecom_assets.build import build_defs
from ecom_assets.commands.summary import summary
from ecom_assets.dbt.project import prune_invocations
from ecom_assets.dbt.unit_tests import UNIT_TEST_STEPS
from ecom_assets.environment import Settings, SettingsError, export_settings, load_settings
from ecom_assets.ingestion.assets import landed_fingerprints, stray_warning
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.instance import close_dead_runs, opened_instance
from ecom_assets.keys import REFRESH_ALL
from ecom_assets.plan import Reason, stale_assets
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import WarehouseError

_SAMPLE_SEED = 7
_KEPT_INVOCATIONS = 10
# Where dagster-dbt puts the number of rows that a data test found.
_FAILED_ROWS = "dagster_dbt/failed_row_count"
# The event stream is in the UI and in the run's log; the terminal gets what has failed and a summary.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--full", action="store_true", help="materialise everything, changed or not")
    options = parser.parse_args(arguments)
    try:
        return run(load_settings(os.environ), full=options.full)
    except (SettingsError, LoadError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def run(settings: Settings, *, full: bool) -> int:
    """Bring the warehouse up to date with the landing folder; return 0 if all of it succeeded.

    Raises
    ------
    LoadError
        If the landing folder cannot be used as it is.
    WarehouseError
        If the warehouse cannot be used.
    """
    started = time.monotonic()
    export_settings(settings)
    ensure_raw_files(settings)
    sources = [SOURCES[name] for name in settings.sources]
    for warning in filter(None, (stray_warning(source, discover(settings.raw_dir, source)) for source in sources)):
        print(f"warning: {warning}")
    fingerprints = landed_fingerprints(settings.raw_dir, sources)
    warehouse = warehouse_of(settings)
    defs = build_defs(settings=settings)
    graph = defs.resolve_asset_graph()
    with opened_instance(settings) as instance:
        for run_id in close_dead_runs(instance):
            print(f"closed run {run_id}, whose process is gone, and freed its pool slots")
        relations = warehouse.relations()
        stale = stale_assets(instance, graph, fingerprints, relations=relations, forget=full)
        print(describe_plan(stale, total=len(graph.materializable_asset_keys)))
        is_success = materialise(defs, instance, stale, again=full) if stale else True
    prune_invocations(settings.dbt_target_dir, keep=_KEPT_INVOCATIONS)
    try:
        print(summary(warehouse, settings.sources))
    except WarehouseError as error:
        # After a failure there may be no warehouse to look into; what failed has been said.
        if is_success:
            raise
        print(f"error: {error}", file=sys.stderr)
    outcome = "finished" if is_success else "failed"
    print(f"\n{outcome} in {time.monotonic() - started:.0f} s")
    return 0 if is_success else 1


def ensure_raw_files(settings: Settings) -> None:
    """Write sample data if the default landing folder is empty.

    Raises
    ------
    LoadError
        If the user named a folder and it is missing or empty.
    """
    if _has_files(settings.raw_dir):
        return
    if not settings.raw_dir_is_default:
        raise LoadError(
            f"ECOM_RAW_DIR={settings.raw_dir} is missing or empty; put the files of "
            f"{', '.join(settings.sources)} into folders of those names there, or unset ECOM_RAW_DIR for sample data"
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    from ecom_assets.sample import write_sample  # costs a second that most runs need not pay

    print(f"{settings.raw_dir} is empty: writing sample data, scale {settings.sample_scale:g}, seed {_SAMPLE_SEED}")
    # Written beside and moved in one step: a killed run leaves no half sample that passes for landed files.
    with TemporaryDirectory(dir=settings.home, prefix="sample_") as folder:
        written = Path(folder) / "raw"
        write_sample(written, scale=settings.sample_scale, seed=_SAMPLE_SEED, sources=tuple(SOURCES))
        try:
            written.replace(settings.raw_dir)
        except OSError:
            # Another run was faster, and its sample has the same bytes.
            if not _has_files(settings.raw_dir):
                raise


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def describe_plan(stale: Mapping[dg.AssetKey, Reason], total: int) -> str:
    """Say in a sentence what will be materialised, what is skipped, and why."""
    skipped = total - len(stale)
    if not stale:
        return f"nothing to do: all {total} assets are up to date with their files and code"
    reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(stale.values()).items())
    return f"materialising {len(stale)} of {total} assets ({reasons}); skipping {skipped} that are up to date"


def materialise(
    defs: dg.Definitions, instance: dg.DagsterInstance, stale: Mapping[dg.AssetKey, Reason], *, again: bool = False
) -> bool:
    """Materialise the assets with their checks in this process; return whether all succeeded.

    Parameters
    ----------
    defs, instance
        The platform, and where its events are kept.
    stale
        What to materialise.
    again
        Whether unit tests run again that passed with the same SQL before.
    """
    job = defs.resolve_job_def(REFRESH_ALL)
    steps = [name for name in UNIT_TEST_STEPS if again and job.has_node_named(name)]
    result = job.execute_in_process(
        instance=instance,
        asset_selection=list(stale),
        run_config=_QUIET | {"ops": {name: {"config": {"again": True}} for name in steps}},
        raise_on_error=False,
    )
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.STEP_FAILURE:
            data = event.step_failure_data
            error = data.error.cause or data.error if data.error else None
            print(f"error: step {event.step_key} failed: {error.message.strip() if error else ''}", file=sys.stderr)
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed:
            print(describe_check(evaluation))
    return bool(result.success)


def describe_check(evaluation: dg.AssetCheckEvaluation) -> str:
    """Name a check that did not pass, and how serious that is."""
    kind = "FAILED" if evaluation.severity is dg.AssetCheckSeverity.ERROR else "warning"
    rows = evaluation.metadata.get(_FAILED_ROWS)
    count = f" ({rows.value} rows)" if rows else ""
    return f"check {kind}: {evaluation.check_name} on {'.'.join(evaluation.asset_key.path)}{count}"


if __name__ == "__main__":
    sys.exit(main())
