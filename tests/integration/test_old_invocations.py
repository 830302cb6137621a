"""Whoever runs dbt by Dagster, the schedules too, takes with him what old invocations have left."""

from __future__ import annotations

import os

import dagster as dg
import pytest

from ecom_assets.build import build_defs
from ecom_assets.commands.materialising import materialise
from ecom_assets.dbt.project import KEPT_INVOCATIONS
from ecom_assets.environment import export_settings
from ecom_assets.instance import opened_instance
from tests.conftest import Home

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("key", [("staging", "stg_olist__sellers"), ("marts", "churn_scores")])
def test_old_artefacts_go_when_dbt_has_ended(home_copy: Home, key: tuple[str, str]) -> None:
    settings = home_copy.settings()
    for number in range(KEPT_INVOCATIONS):
        folder = settings.dbt_target_dir / f"old-{number}"
        folder.mkdir()
        (folder / "run_results.json").write_text("{}")
        # Long before what the home was built by.
        os.utime(folder, (number, number))
    ended = len(list(settings.dbt_target_dir.glob("*/run_results.json")))
    assert ended > KEPT_INVOCATIONS
    export_settings(settings)
    with opened_instance(settings) as instance:
        assert materialise(build_defs(settings=settings), instance, [dg.AssetKey(key)])
    assert len(list(settings.dbt_target_dir.glob("*/run_results.json"))) == KEPT_INVOCATIONS
    assert not (settings.dbt_target_dir / "old-0").exists()
