"""The README holds only what is there: its figures, its commands, its variables, its folders."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.build import build_defs
from ecom_assets.commands.readme import counted_lines, scoreboard_block, with_figures, written_counts
from ecom_assets.comparison.builds import build_embedded, embedded_settings
from ecom_assets.environment import REPOSITORY, load_settings
from ecom_assets.keys import TRAIN_MODELS
from ecom_assets.sample import write_sample
from ml_assets.reports.readme import outdated_lines
from tests.conftest import SAMPLE_SEED, Home

README = (REPOSITORY / "README.md").read_text()
MAKEFILE = (REPOSITORY / "Makefile").read_text()


def test_the_counts_are_those_of_the_project(built_home: Home) -> None:
    manifest = json.loads((built_home.settings().dbt_target_dir / "manifest.json").read_bytes())
    assert written_counts(README) == counted_lines(manifest), "run make readme"


def test_every_make_command_it_names_is_a_target() -> None:
    named = set(re.findall(r"make ([a-z-]+)", README.replace("make and git", "")))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    assert {"run", "test", "lint", "ui", "dbt", "sample"} <= named
    assert named - targets == set()


def test_every_variable_it_names_is_read_by_the_code_or_the_tests() -> None:
    code = "".join(
        path.read_text() for folder in ("ecom_assets", "tests") for path in (REPOSITORY / folder).rglob("*.py")
    )
    named = set(re.findall(r"ECOM_[A-Z_]+", README))
    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()


def test_the_folders_of_its_table_exist() -> None:
    section = README.split("## Parts of the repository")[1].split("##")[0]
    folders = re.findall(r"^\| `([\w/]+)`", section, flags=re.MULTILINE)
    assert set(folders) == {"ecom_assets", "dbt_project", "ml_assets", "benchmarks", "deploy", "tests", "docs/adr"}
    assert [folder for folder in folders if not (REPOSITORY / folder).is_dir()] == []


@pytest.mark.slow
def test_the_scoreboard_is_that_of_the_default_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``make run`` makes, without the data tests and without what reads the scores."""
    home = Home(path=tmp_path / "home", raw_dir=tmp_path / "raw")
    for name, value in home.environment().items():
        monkeypatch.setenv(name, value)
    for name in ("ECOM_SOURCES", "ECOM_DUCKDB_PATH", "DAGSTER_HOME", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "")
    for name in ("MLFLOW_TRACKING_URI", "ECOM_REPORTS_DIR", "ECOM_REPORTS_URL"):
        monkeypatch.setenv(name, "")
    settings = home.settings()
    write_sample(home.raw_dir, scale=settings.sample_scale, seed=SAMPLE_SEED, sources=settings.sources)
    build_embedded(embedded_settings(settings, settings.home, settings.sources), home.raw_dir)
    with dg.DagsterInstance.ephemeral() as instance:
        assert build_defs(settings=settings).resolve_job_def(TRAIN_MODELS).execute_in_process(instance=instance).success
    assert outdated_lines(README, scoreboard_block(settings)) == [], "run make readme"


def test_a_scoreboard_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"scoreboard\.json is missing; make run writes it"):
        scoreboard_block(load_settings({"ECOM_HOME": str(tmp_path)}))


def test_figures_replace_what_stood_between_the_marks_and_nothing_else() -> None:
    assert with_figures(README, written_counts(README)).split("## The graph")[1] == README.split("## The graph")[1]
    changed = with_figures(README, ["- one", "- two", "text"])
    assert written_counts(changed) == ["- one", "- two"]
    with pytest.raises(ValueError, match="needs the lines"):
        with_figures("no marks", ["- one"])
