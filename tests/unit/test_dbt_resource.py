"""dbt as a resource: what dagster-dbt asks before a command is answered without a process and without the warehouse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from dagster_dbt import DbtCliResource

from ecom_assets.dbt.resource import PinnedDbt
from ecom_assets.environment import DBT_PROJECT_DIR

# What is overridden is not promised by dagster-dbt: a version without it would go its own, slow way in silence.
ANSWERED = ("_cli_version", "_initialize_dbt_core_adapter")


def test_what_is_answered_is_what_dagster_dbt_asks() -> None:
    assert [name for name in ANSWERED if not hasattr(DbtCliResource, name)] == []


def test_the_version_is_that_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(sys.executable).with_name("dbt")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    dbt = PinnedDbt(project_dir=str(DBT_PROJECT_DIR), dbt_executable=str(program))
    monkeypatch.setenv("PATH", "")
    assert str(dbt._cli_version) in said.split("installed: ")[1].split("\n")[0]
