"""A home with made customers, in which the assets of a segmentation run in seconds.

Belongs here: the tables and the run. Does not belong here: what is asserted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from ml_assets.contract import FILES_RESOURCE, OBSERVATION_WINDOWS, REGISTRY_RESOURCE, WAREHOUSE_RESOURCE
from ml_assets.family.assets import build_family_assets
from ml_assets.keys import Step
from ml_assets.segmentation.family import SegmentationFamily
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS as QUESTION
from tests.fixtures.question_home import QuestionHome
from tests.unit.segmentation.made import AS_OF, QUICK, customers, spend_of

FAMILY = SegmentationFamily(QUESTION)
DATES = {date(2017, 7, 31): 300, date(2018, 1, 31): 400, AS_OF: 500}
GATE = {"resamples": 40, "min_events": 20}


def fill(home: QuestionHome, *, until: date | None = AS_OF, share: float = 1.0, **changed: Any) -> None:
    """Put customers as of three dates into a home, so many of each, with columns changed."""
    features, values = [], []
    for as_of, rows in DATES.items():
        frame = customers(int(rows * share), rows).assign(as_of_date=pd.Timestamp(as_of))
        known = pd.Timestamp(as_of) + pd.Timedelta(days=181)
        is_known = known <= pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
        spend = spend_of(frame) if is_known else np.nan
        keys = frame[[QUESTION.entity, QUESTION.as_of_column]]
        features.append(frame.assign(**changed))
        values.append(keys.assign(holdout_value=spend, label_known_at=known))
    clock = pd.DataFrame(
        {
            "source": [QUESTION.source],
            "event": [QUESTION.observed_event],
            "complete_until": [pd.Timestamp(until) if until else pd.NaT],
        }
    )
    tables = {
        QUESTION.table: pd.concat(features),
        QUESTION.value_table: pd.concat(values),
        OBSERVATION_WINDOWS: clock,
    }
    with home.warehouse.connect() as connection:
        for table, rows_of in tables.items():
            connection.register("rows", rows_of)
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create or replace table {table} as select * from rows")


def run(
    home: QuestionHome,
    *,
    steps: tuple[Step, ...] = tuple(Step),
    gate: Mapping[str, Any] = GATE,
    code_version: str = "v1",
) -> dg.ExecuteInProcessResult:
    """Materialise the assets with quick settings; nothing is raised."""
    assets = build_family_assets(FAMILY, "ml_test", "pool", code_version)
    settings: dict[Step, Mapping[str, Any]] = {
        Step.MODEL: QUICK.model_dump(),
        Step.EVALUATION: gate,
        Step.PROMOTION: gate,
    }
    return dg.materialize(
        [asset for asset, step in zip(assets, Step, strict=True) if step in steps],
        resources={
            WAREHOUSE_RESOURCE: home.warehouse,
            REGISTRY_RESOURCE: home.registry,
            FILES_RESOURCE: home.files,
        },
        run_config={"ops": {f"ml__{QUESTION.name}_{step}": {"config": dict(settings.get(step, {}))} for step in steps}},
        raise_on_error=False,
    )
