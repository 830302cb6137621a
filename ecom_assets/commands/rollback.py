"""``make rollback MODEL=name``: the previous champion serves again.

Belongs here: arguments and messages. Does not belong here: what a roll-back does (``ml_assets.registry.rollback``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ecom_assets.environment import SettingsError, export_settings, load_settings
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import WarehouseError
from ml_assets.registry.rollback import RollbackError, roll_back
from ml_assets.registry.store import RegistryUnavailableError
from ml_assets.registry.tracking import ModelRegistry


def main(arguments: Sequence[str] | None = None) -> int:
    """Roll a model back; return the exit code."""
    parser = argparse.ArgumentParser(prog="make rollback", description=__doc__)
    parser.add_argument("--model", required=True, help="name of the registered model")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(os.environ)
        export_settings(settings)
        registry = ModelRegistry(settings.mlflow_tracking_uri, settings.mlflow_artifact_dir)
        now = datetime.now(UTC).replace(tzinfo=None)
        before, after = roll_back(registry, warehouse_of(settings), options.model, decided_at=now)
    except (SettingsError, RollbackError, RegistryUnavailableError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{after.name}: version {after.number} serves again in the place of version {before.number}")
    print("make run writes its scores; the gate lets the other one return only by a newer test window")
    return 0


if __name__ == "__main__":
    sys.exit(main())
