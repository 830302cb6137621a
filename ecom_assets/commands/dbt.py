"""``make dbt``: dbt in a shell, on the same project, profile and warehouse as Dagster.

Belongs here: handing over to dbt. Does not belong here: what Dagster runs (``ecom_assets.dbt``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ecom_assets.environment import DBT_PROJECT_DIR, SettingsError, export_settings, load_settings
from ecom_assets.warehouse.duckdb import DuckDBWarehouse, WarehouseBusyError

# A wait shorter than this is not worth a word.
_SILENT_SECONDS = 1.0


def main(arguments: Sequence[str]) -> int:
    """Replace this process by dbt with the given arguments; return only if it cannot start."""
    try:
        settings = load_settings(os.environ)
        export_settings(settings)
        # dbt obeys no pool. Opening the file once waits for whoever holds it, and names them if they stay.
        _wait_for_warehouse(str(settings.duckdb_path))
    except (SettingsError, WarehouseBusyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    os.environ["DBT_TARGET_PATH"] = str(settings.dbt_shell_target_dir)
    os.environ["DBT_PROJECT_DIR"] = os.environ["DBT_PROFILES_DIR"] = str(DBT_PROJECT_DIR)
    os.chdir(DBT_PROJECT_DIR)
    os.execvp("dbt", ["dbt", *arguments])  # noqa: S606 - the user's own arguments are the purpose


def _wait_for_warehouse(path: str) -> None:
    """Open the warehouse once; whoever has to wait for it is told at once, and for whom.

    Raises
    ------
    WarehouseBusyError
        If the other process still holds it when the patience ends.
    """
    try:
        with DuckDBWarehouse(path=path, patience_seconds=_SILENT_SECONDS).connect():
            return
    except WarehouseBusyError as busy:
        print(f"waiting for the warehouse, which {busy.holder} holds", file=sys.stderr, flush=True)
    with DuckDBWarehouse(path=path).connect():
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
