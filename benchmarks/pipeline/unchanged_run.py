"""Command line: what each part of a ``make run`` with nothing to do costs, in a process of its own.

Belongs here: the steps of ``ecom_assets.commands.run`` one by one, each timed. Does not belong here: other commands.

The imports are split, because the libraries' own are a floor that no code of the platform can lower.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> int:
    """Time the parts in the order of the command and print them as one line of JSON."""
    seconds: dict[str, float] = {}

    @contextmanager
    def part(name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds[name] = time.monotonic() - started

    with part("start of Python"):
        subprocess.run([sys.executable, "-c", ""], check=True)
    with part("import of dagster, dagster_dbt and duckdb"):
        import dagster  # noqa: F401
        import dagster_dbt  # noqa: F401
        import duckdb  # noqa: F401
    with part("import of the platform"):
        from ecom_assets.build import build_defs
        from ecom_assets.commands.summary import summary
        from ecom_assets.environment import export_settings, load_settings
        from ecom_assets.ingestion.assets import landed_fingerprints
        from ecom_assets.ingestion.sources import SOURCES
        from ecom_assets.instance import close_dead_runs, opened_instance
        from ecom_assets.plan import stale_assets
        from ecom_assets.warehouse.choice import warehouse_of

        settings = load_settings(os.environ)
        export_settings(settings)
    with part("hashes of the landed files"):
        fingerprints = landed_fingerprints(settings.raw_dir, [SOURCES[name] for name in settings.sources])
    with part("definitions"):
        defs = build_defs(settings=settings)
    with part("asset graph"):
        graph = defs.resolve_asset_graph()
    with part("Dagster's instance, dead runs"), opened_instance(settings) as instance:
        close_dead_runs(instance)
    with opened_instance(settings) as instance, part("plan"):
        warehouse = warehouse_of(settings)
        stale = stale_assets(instance, graph, fingerprints, relations=warehouse.relations())
    if stale:
        sys.stderr.write(f"not an unchanged run: {len(stale)} assets are stale\n")
        return 1
    with part("summary of the warehouse"):
        summary(warehouse, settings.sources)
    sys.stdout.write(json.dumps(seconds) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
