"""``make dbt``: dbt in a shell, on the same project, profile and warehouse as Dagster.

Belongs here: handing over to dbt. Does not belong here: what Dagster runs (``ecom_assets.dbt``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ecom_assets.environment import DBT_PROJECT_DIR, SettingsError, export_settings, load_settings
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import WarehouseError


def main(arguments: Sequence[str]) -> int:
    """Replace this process by dbt with the given arguments; return only if it cannot start."""
    try:
        settings = load_settings(os.environ)
        export_settings(settings)
        os.environ["DBT_TARGET_PATH"] = str(settings.dbt_shell_target_dir)
        os.environ["DBT_PROJECT_DIR"] = os.environ["DBT_PROFILES_DIR"] = str(DBT_PROJECT_DIR)
        os.chdir(DBT_PROJECT_DIR)
        warehouse = warehouse_of(settings)
        warehouse.await_turn(announce=_say)
    except (SettingsError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    os.execvp(warehouse.dbt_program, [warehouse.dbt_program, *arguments])  # noqa: S606 - what was asked for


def _say(line: str) -> None:
    """Print at once, and not among what dbt prints."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
