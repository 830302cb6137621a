"""A home in which the assets of one question of value run in seconds: made purchases, a real registry.

Belongs here: the home, and made feature tables. Does not belong here: what is asserted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from ml_assets.cltv.config import BtydConfig, LinearValueConfig, ValueTrainingConfig
from ml_assets.cltv.family import ValueFamily
from ml_assets.cltv.question import CLTV_OLIST_SELLERS
from ml_assets.config import TreeConfig
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE, WAREHOUSE_RESOURCE
from ml_assets.family.assets import build_family_assets
from ml_assets.keys import Step
from tests.fixtures.question_home import QuestionHome
from tests.unit.cltv.made import QUESTION as MADE
from tests.unit.cltv.made import frame, purchases

SELLERS = CLTV_OLIST_SELLERS
FAMILY = ValueFamily(SELLERS)
LAST = date(2018, 10, 31)
MONTHS = 20
QUICK_TRAINING = ValueTrainingConfig(
    # So few sellers need a penaliser: without one the search of the gamma-gamma law ends where arithmetic lets it.
    btyd=BtydConfig(value_penalizer=0.001, penalizers=[0.001]),
    linear=LinearValueConfig(penalties=[0.1]),
    trees=TreeConfig(max_rounds=10, patience=3),
    draws=100,
)
QUICK_EVALUATION = {"resamples": 40, "rolling_periods": 1}
_STATES = np.array(["SP", "RJ"])
# What neither rules nor laws know: how much is sold from now on depends on where.
_STATE_EFFECT = np.array([0.2, 3.0])


def seller_months(sellers: int = 150, seed: int = 3) -> pd.DataFrame:
    """Return a feature table of sellers who come, sell and leave; the money of the last half year is not known yet."""
    made = frame(purchases(sellers, seed, LAST), MONTHS, SELLERS.horizon, LAST)
    made = made.rename(columns={MADE.entity: SELLERS.entity}).drop(columns=MADE.segment)
    state = made[SELLERS.entity].str[1:].astype(int).to_numpy() % 2
    money = made[SELLERS.value_column] * _STATE_EFFECT[state]
    return made.assign(**{SELLERS.segment: _STATES[state], SELLERS.value_column: money})


@dataclass(frozen=True)
class ValueHome:
    """A warehouse, a registry and a folder of files for the assets of sellers' value."""

    inner: QuestionHome

    @classmethod
    def new(cls, folder: Path, store: Path) -> ValueHome:
        """Return an empty home."""
        return cls(QuestionHome.new(folder, store))

    @classmethod
    def copy_of(cls, original: Path, folder: Path) -> ValueHome:
        """Return a copy of a home, which may be changed."""
        return cls(QuestionHome.copy_of(original, folder))

    def fill(self, made: pd.DataFrame, complete_until: date = LAST) -> None:
        """Put a feature table into the warehouse."""
        self.inner.fill(SELLERS.hurdle, made, complete_until)

    def run(
        self,
        *,
        steps: tuple[Step, ...] = tuple(Step),
        config: Mapping[Step, Mapping[str, Any]] | None = None,
        code_version: str = "v1",
    ) -> dg.ExecuteInProcessResult:
        """Materialise assets, the settings quick where nothing else is said; nothing is raised."""
        assets = build_family_assets(FAMILY, "ml_test", "pool", code_version)
        settings: dict[Step, Mapping[str, Any]] = {
            Step.MODEL: QUICK_TRAINING.model_dump(),
            Step.EVALUATION: {"evaluation": QUICK_EVALUATION},
            Step.PROMOTION: {"evaluation": QUICK_EVALUATION},
        }
        settings |= config or {}
        return dg.materialize(
            [asset for asset, step in zip(assets, Step, strict=True) if step in steps],
            resources={
                WAREHOUSE_RESOURCE: self.inner.warehouse,
                REGISTRY_RESOURCE: self.inner.registry,
                FILES_RESOURCE: self.inner.files,
            },
            run_config={
                "ops": {f"ml__{SELLERS.name}_{step}": {"config": dict(settings.get(step, {}))} for step in steps}
            },
            raise_on_error=False,
        )

    def scores(self) -> pd.DataFrame:
        """Return the table of predictions in the order of its key."""
        return self.inner.warehouse.read(FAMILY.scores.name).sort_values(list(FAMILY.scores.key), ignore_index=True)

    def promotion(self) -> pd.Series[Any]:
        """Return the newest decision."""
        return self.inner.promotions().iloc[-1]

    def champion(self) -> str | None:
        """Return the candidate that serves, if one does."""
        version = self.inner.registry.aliased(SELLERS.name, "champion")
        return version.tags["candidate"] if version else None
