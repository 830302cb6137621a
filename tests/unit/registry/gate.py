"""Decisions carried out one after another, as runs do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.contract import PROMOTIONS
from ml_assets.registry.champion import Parties, carry_out
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Decision, Serves, Verdict
from tests.unit.registry.builders import NAME, decision, registered

NOW = datetime(2026, 1, 2, 3, 4, 5)
PROMOTED = decision(Verdict.PROMOTED, Serves.CHALLENGER)
KEPT = decision(Verdict.KEPT, Serves.CHAMPION)
RULE_PROMOTED = decision(Verdict.RULE_PROMOTED, Serves.RULE)
REFUSED = Decision(Verdict.REFUSED, Serves.NOBODY, "a leak")


def rows(warehouse: DuckDBWarehouse) -> list[dict[str, object]]:
    frame = warehouse.read(PROMOTIONS).sort_values("decided_at")
    records = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    return [{str(name): value for name, value in record.items()} for record in records]


def serving(registry: ModelRegistry) -> str | None:
    version = registry.aliased(NAME, CHAMPION)
    return version.number if version else None


class Gate:
    """Registers versions and carries out decisions about them, an hour apart."""

    def __init__(self, registry: ModelRegistry, warehouse: DuckDBWarehouse, folder: Path) -> None:
        self.registry, self.warehouse, self.folder = registry, warehouse, folder
        self.moment = NOW

    def version(self, fingerprint: str) -> Version:
        return self.registry.find(NAME, fingerprint) or registered(self.registry, self.folder, fingerprint)

    def decide(self, outcome: Decision, fingerprint: str, rule: Version | None = None) -> Version | None:
        self.moment += timedelta(hours=1)
        parties = Parties(self.version(fingerprint), self.registry.aliased(NAME, CHAMPION), rule)
        return carry_out(
            self.registry, self.warehouse, outcome, parties, decided_at=self.moment, run_id=f"run at {self.moment}"
        )
