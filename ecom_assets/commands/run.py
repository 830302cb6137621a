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
from ecom_assets.commands.materialising import materialise
from ecom_assets.commands.summary import models_summary, summary
from ecom_assets.environment import Settings, SettingsError, export_settings, load_settings
from ecom_assets.ingestion.assets import landed_fingerprints, stray_warning
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.landing import discover
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.instance import close_dead_runs, opened_instance
from ecom_assets.keys import REFRESH_ALL, REFRESH_WAREHOUSE
from ecom_assets.plan import Reason, stale_assets
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import WarehouseError

_SAMPLE_SEED = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--full", action="store_true", help="materialise everything, changed or not")
    parser.add_argument("--warehouse", action="store_true", help="raw files to features only, without the models")
    options = parser.parse_args(arguments)
    try:
        return run(load_settings(os.environ), full=options.full, with_models=not options.warehouse)
    except (SettingsError, LoadError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def run(settings: Settings, *, full: bool, with_models: bool = True) -> int:
    """Bring warehouse and models up to date with the landing folder; return 0 if all of it succeeded.

    Parameters
    ----------
    settings
        Where things are.
    full
        Whether everything is materialised, changed or not.
    with_models
        Whether models are made as well, and not only what they are made from.

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
        found = stale_assets(instance, graph, fingerprints, relations=relations, forget=full)
        job_name = REFRESH_ALL if with_models else REFRESH_WAREHOUSE
        wanted = defs.resolve_job_def(job_name).asset_layer.selected_asset_keys
        stale = {key: reason for key, reason in found.items() if key in wanted}
        left_out = 0 if with_models else len(graph.materializable_asset_keys) - len(wanted)
        print(describe_plan(stale, total=len(wanted), left_out=left_out))
        is_success = materialise(defs, instance, stale, job_name=job_name, again=full) if stale else True
    try:
        print(summary(warehouse, settings.sources))
        if with_models:
            print(models_summary(settings))
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


def describe_plan(stale: Mapping[dg.AssetKey, Reason], total: int, left_out: int = 0) -> str:
    """Say in a sentence what will be materialised, what is skipped, and why; in another one what was not asked for."""
    plan = _described(stale, total)
    return f"{plan}\nleft out: the {left_out} assets of models and scores; make run makes them" if left_out else plan


def _described(stale: Mapping[dg.AssetKey, Reason], total: int) -> str:
    skipped = total - len(stale)
    if not stale:
        return f"nothing to do: all {total} assets are up to date with their files and code"
    reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(stale.values()).items())
    return f"materialising {len(stale)} of {total} assets ({reasons}); skipping {skipped} that are up to date"


if __name__ == "__main__":
    sys.exit(main())
