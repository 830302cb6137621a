"""``make dbt``: dbt in a shell, on the same project, profile and warehouse as Dagster.

Belongs here: handing over to dbt. Does not belong here: what Dagster runs (``ecom_assets.dbt``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ecom_assets.environment import DBT_PROJECT_DIR, SettingsError, export_settings, load_settings
from ecom_assets.warehouse.duckdb import DuckDBWarehouse, WarehouseBusyError


def main(arguments: Sequence[str]) -> int:
    """Replace this process by dbt with the given arguments; return only if it cannot start."""
    try:
        settings = load_settings(os.environ)
        export_settings(settings)
        # dbt obeys no pool. Opening the file once waits for whoever holds it, and names them if they stay.
        with DuckDBWarehouse(path=str(settings.duckdb_path)).connect():
            pass
    except (SettingsError, WarehouseBusyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    os.environ["DBT_TARGET_PATH"] = str(settings.dbt_shell_target_dir)
    os.environ["DBT_PROJECT_DIR"] = os.environ["DBT_PROFILES_DIR"] = str(DBT_PROJECT_DIR)
    os.chdir(DBT_PROJECT_DIR)
    os.execvp("dbt", ["dbt", *arguments])  # noqa: S606 - the user's own arguments are the purpose


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
