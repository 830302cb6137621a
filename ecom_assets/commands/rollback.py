"""``make rollback MODEL=name``: the previous champion serves again, and its scores stand in the tables.

Belongs here: arguments and messages, which assets are made again. Does not belong here: what a roll-back does
(``ml_assets.registry.rollback``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ecom_assets.build import build_defs
from ecom_assets.commands.materialising import materialise
from ecom_assets.environment import Settings, SettingsError, export_settings, load_settings
from ecom_assets.instance import close_dead_runs, opened_instance
from ecom_assets.models import model_files
from ecom_assets.warehouse.choice import warehouse_of
from ecom_assets.warehouse.errors import WarehouseError
from ml_assets.definitions import families_of
from ml_assets.family.gate import Outcome
from ml_assets.family.pages import write_card
from ml_assets.keys import Step
from ml_assets.predictions import DECLARED_TABLES
from ml_assets.registry.rollback import RollbackError, roll_back
from ml_assets.registry.store import RegistryUnavailableError
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves, Verdict
from ml_assets.scoreboard import SCOREBOARD_ASSET


def main(arguments: Sequence[str] | None = None) -> int:
    """Roll a model back; return 1 if its scores could not be written, 2 if nothing was changed."""
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
    print("the gate lets the other one return only by a newer test window", flush=True)
    if options.model not in {family.name for family in families_of(settings.sources)}:
        print(f"its scores stay: with ECOM_SOURCES={','.join(settings.sources)} nothing writes them")
        return 0
    if not rewritten(settings, registry, after, now):
        print(
            "error: the version serves, but not all of its scores and pages could be written; repair what failed, "
            "then make run ARGS=--full",
            file=sys.stderr,
        )
        return 1
    print("its scores, what reads them, its card and the scoreboard are written")
    return 0


def rewritten(settings: Settings, registry: ModelRegistry, serving: Version, now: datetime) -> bool:
    """Let the version that serves now answer, and write again what speaks of it; return whether all succeeded."""
    defs = build_defs(settings=settings)
    with opened_instance(settings) as instance:
        close_dead_runs(instance)
        is_success = materialise(defs, instance, assets_behind(serving.name, defs.resolve_asset_graph()))
    try:
        _write_card(settings, registry, serving, now)
    except (LookupError, OSError) as error:
        print(f"error: the card of {serving.name} could not be written: {error}", file=sys.stderr)
        return False
    return is_success


def _write_card(settings: Settings, registry: ModelRegistry, serving: Version, now: datetime) -> None:
    [family] = [family for family in families_of(settings.sources) if family.name == serving.name]
    outcome = Outcome(Decision(Verdict.ROLLED_BACK, Serves.CHAMPION, "by command"), serving)
    write_card(family, model_files(settings), registry, outcome, family.configs[Step.PROMOTION](), now)


def assets_behind(model: str, graph: AssetGraph) -> list[dg.AssetKey]:
    """Return the tables of a model with all that reads them, and the scoreboard, which says who serves."""
    tables = (dg.AssetKey(table.asset_key) for table in DECLARED_TABLES.values() if table.model == model)
    scores = dg.AssetSelection.assets(*tables).downstream()
    return sorted(
        (scores | dg.AssetSelection.assets(SCOREBOARD_ASSET)).resolve(graph) & graph.materializable_asset_keys
    )


if __name__ == "__main__":
    sys.exit(main())
