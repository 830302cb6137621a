"""The audit as it is launched: builds in a folder of its own, nothing left behind, failures named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecom_assets.comparison import builds
from ecom_assets.comparison.builds import BuildError
from ecom_assets.environment import load_settings
from ecom_assets.point_in_time.builds import Workshop
from ecom_assets.point_in_time.job import build_audit_job
from tests.conftest import Home

pytestmark = pytest.mark.slow


def test_the_job_compares_every_table_and_leaves_the_home_as_it_was(built_home: Home, tmp_path: Path) -> None:
    warehouse = built_home.path / "warehouse.duckdb"
    before = (warehouse.stat().st_mtime_ns, dict(os.environ))
    home = Home(path=tmp_path / "home", raw_dir=built_home.raw_dir)
    settings = home.settings(ECOM_SOURCES="retailrocket", ECOM_DUCKDB_PATH=str(warehouse))
    job = build_audit_job(settings)
    config = {"ops": {"audit_features": {"config": {"cuts": {"retailrocket": ["2015-07-26"]}}}}}
    result = job.execute_in_process(run_config=config)
    [output] = [event for event in result.all_events if event.event_type_value == "STEP_OUTPUT"]
    metadata = output.step_output_data.metadata
    assert metadata["builds"].value == "retailrocket 2015-07-26 (cut)"
    assert int(str(metadata["rows compared in ftr_churn_retailrocket_visitors"].value)) > 100
    assert list(home.path.iterdir()) == []
    assert (warehouse.stat().st_mtime_ns, dict(os.environ)) == before


def test_a_build_that_fails_says_what_dbt_said(
    sample_raw_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "DBT_PROJECT_DIR", tmp_path)
    workshop = Workshop(tmp_path / "shop", load_settings({"ECOM_HOME": str(tmp_path)}), "retailrocket")
    with pytest.raises(BuildError, match=r"could not build the tables of retailrocket in .*\n(.*\n)*.*dbt_project"):
        workshop.build("whole", sample_raw_dir)
